// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.ExperimentCommand;
import picocli.CommandLine;

/** The job on a cluster of two threads in this process. */
class SparkSweepTest {
    @TempDir
    private Path folder;

    private static SparkConf local() {
        return new SparkConf().setAppName("test").setMaster("local[2]").set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1");
    }

    @Test
    void shouldEqualTheCommandByteForByteWhenSparkComputes() throws IOException {
        assertEquals(0, new CommandLine(new ExperimentCommand()).execute("schedulability", "--system", "rt-swap", "--sets", "40", "--seed",
            "5", "--out", folder.resolve("command").toString()));
        try (JavaSparkContext spark = new JavaSparkContext(local())) {
            final String table = SparkSweep.run(spark, "system=rt-swap sets=40 seed=5", folder.resolve("spark"));
            assertTrue(table.contains("seed 5"), table);
        }
        for (final String ending : List.of("csv", "svg", "png")) {
            final String name = "schedulability-rt-swap." + ending;
            assertArrayEquals(Files.readAllBytes(folder.resolve("command").resolve(name)),
                Files.readAllBytes(folder.resolve("spark").resolve(name)), name);
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenASettingIsUnknown() throws IOException {
        try (JavaSparkContext spark = new JavaSparkContext(local())) {
            for (final String wrong : List.of("system=none", "sets=5", "system=rt-swap colour=red", "system=rt-swap sets=many")) {
                assertThrows(IllegalArgumentException.class, () -> SparkSweep.run(spark, wrong, folder), wrong);
            }
        }
    }
}
