// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.jmh;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * One analysis of one set, and how it grows with the number of tasks; utilisation about 0.5, chains over three devices, swapped
 * tasks on one with a quarter of the memory that all need.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AnalysisBenchmark {
    private static final int DEVICES = 3;
    private static final long MS = 1_000_000;
    private static final long CHUNK_BYTES = 32L << 20;

    /** Name of the test. */
    @Param({"np-fp", "seg-fp", "chain-fp", "chain-fp-budget", "np-edf", "seg-edf", "chain-edf", "chain-edf-x",
        "swap-seq-fp", "swap-spe-fp", "swap-ovl-fp", "swap-seq-edf", "swap-spe-edf", "swap-ovl-edf"})
    String test;

    /** Tasks of the set. */
    @Param({"10", "100", "1000"})
    int tasks;

    private SchedulabilityTest analysis;
    private TaskSet set;

    /** Draws a set that the test applies to. */
    @Setup
    public void setUp() {
        analysis = Analyses.byName(test).orElseThrow();
        final SplittableRandom random = new SplittableRandom(1);
        final TaskSetBuilder builder = TaskSet.builder("bench").policy(test.contains("edf") ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY);
        final boolean chain = test.startsWith("chain");
        final boolean swap = test.startsWith("swap");
        final int segments = test.startsWith("np") || swap ? 1 : 4;
        for (int d = 0; d < DEVICES; d++) {
            builder.device(swap ? DeviceSpec.modelled("d" + d).withMemory(memory()) : DeviceSpec.modelled("d" + d));
        }
        for (int i = 0; i < tasks; i++) {
            final long periodNs = (long) (100 * MS * Math.pow(10, random.nextDouble()));
            builder.task("t" + i, t -> {
                t.periodNs(periodNs);
                if (swap) {
                    t.memory(new TaskMemory(4 * CHUNK_BYTES, OptionalLong.of(3 * CHUNK_BYTES), Optional.empty()));
                }
                for (int s = 0; s < segments; s++) {
                    t.segment("d" + (chain ? s % DEVICES : 0), Math.max(1, periodNs / (2L * tasks * segments)));
                }
            });
        }
        set = builder.build();
    }

    private DeviceMemory memory() {
        final SwapProtocol protocol = Stream.of(SwapProtocol.values()).filter(p -> test.contains(p.text())).findFirst().orElseThrow();
        return new DeviceMemory(Math.max(8, tasks) * CHUNK_BYTES, CHUNK_BYTES, protocol, 1_000, 1_000, 0, 0);
    }

    /**
     * Analyses the set; explanations are not asked for.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict analyze() {
        return analysis.analyze(set);
    }
}
