// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.tactus.bench.experiment.Sweep;

/**
 * A schedulability experiment as a Spark job: executors judge blocks of task sets by the code that the command calls, the driver adds up.
 *
 * <pre>
 *   spark-submit --class org.tactus.bench.spark.SparkSweep --jars tactus-bench.jar,... tactus-spark.jar DIR system=rt-swap sets=100000
 * </pre>
 */
public final class SparkSweep {
    private static final int BLOCKS_A_SLICE = 64;

    private SparkSweep() {
    }

    /**
     * Runs the job.
     *
     * @param words the folder for the result, then settings as {@link Sweep#of} takes them
     * @throws IOException when the result cannot be written
     */
    public static void main(final String[] words) throws IOException {
        if (words.length < 2) {
            System.err.println("give a folder and settings, such as: out system=rt-swap sets=1000");
            System.exit(2);
        }
        final String settings = Arrays.stream(words).skip(1).collect(Collectors.joining(" "));
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("tactus sweep"))) {
            System.out.print(run(spark, settings, Path.of(words[0])));
        } catch (final IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /**
     * Runs a sweep on a cluster.
     *
     * @param spark    the cluster
     * @param settings as {@link Sweep#of} takes them
     * @param folder   takes CSV and charts
     * @return the result for people
     * @throws IOException when the result cannot be written
     */
    static String run(final JavaSparkContext spark, final String settings, final Path folder) throws IOException {
        final Sweep sweep = Sweep.of(settings);
        final List<Integer> blocks = IntStream.range(0, sweep.blocks()).boxed().toList();
        final List<String> lines = spark.parallelize(blocks, Math.max(1, blocks.size() / BLOCKS_A_SLICE))
            .mapPartitions(part -> judge(settings, part)).collect();
        return sweep.write(lines, folder);
    }

    /** Runs on an executor, which gets the settings alone. */
    private static Iterator<String> judge(final String settings, final Iterator<Integer> blocks) {
        final Sweep.Judge judge = Sweep.of(settings).judge();
        final List<String> lines = new ArrayList<>();
        blocks.forEachRemaining(block -> lines.add(judge.line(block)));
        return lines.iterator();
    }
}
