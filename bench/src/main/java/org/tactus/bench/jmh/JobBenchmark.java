// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.jmh;

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
import org.openjdk.jmh.annotations.Warmup;
import org.tactus.internal.kernel.DispatchRehearsal;

/**
 * A whole job through two dispatchers on one thread, without idling: release, decision, start, completion, hand-over, return.
 * <pre>
 *   release -> [dispatcher 0] segment -> hand-over -> [dispatcher 1] segment -> return home -> [dispatcher 0] slot reused
 * </pre>
 * Run it with {@code -prof gc}: it must allocate 0 bytes an operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class JobBenchmark {
    private DispatchRehearsal rehearsal;

    /** Makes the two dispatchers. */
    @Setup
    public void setUp() {
        rehearsal = new DispatchRehearsal();
    }

    /**
     * A periodic job, its events and its histogram included.
     *
     * @return jobs completed so far
     */
    @Benchmark
    public long periodicJob() {
        return rehearsal.periodicJob();
    }

    /**
     * A sporadic job: the caller's claim, the doorbell, and the job.
     *
     * @return jobs completed so far
     */
    @Benchmark
    public long sporadicJob() {
        return rehearsal.sporadicJob();
    }
}
