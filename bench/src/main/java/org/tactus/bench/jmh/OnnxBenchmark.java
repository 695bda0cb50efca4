// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.jmh;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.model.ModelSource;

/**
 * A segment of a small network on ONNX Runtime, as a CPU device runs it. Run it with {@code -prof gc}: it must allocate 0 bytes an
 * operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class OnnxBenchmark {
    private static final int CUTS = 4;

    private SegmentedModel model;
    private int next;

    /** Loads the network. */
    @Setup
    public void setUp() {
        model = SegmentedModel.create(
            OnnxModel.of(new ModelSource.Zoo("mobilenet", "small", CUTS), Path.of(""), 1), CUTS, OnnxOptions.SINGLE_THREAD);
        model.fillInputs(1);
    }

    /** Frees the network. */
    @TearDown
    public void tearDown() {
        model.close();
    }

    /** One segment, in order. */
    @Benchmark
    public void segment() {
        model.run(next);
        next = (next + 1) % CUTS;
    }
}
