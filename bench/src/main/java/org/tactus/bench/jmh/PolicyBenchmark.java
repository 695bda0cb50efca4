// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * What the policy costs with a given number of ready jobs.
 * <pre>
 *   continuing: segment done -> the same job is ready again and still first -> select
 *   rotating:   segment done, job ended -> its task's next release is due -> last in line -> select another
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class PolicyBenchmark {
    private static final int SEGMENTS = 1024;
    private static final long PERIOD_NS = 1_000;

    /** Jobs that are ready, the one that runs included. */
    @Param({"1", "64", "512", "4096"})
    int readyJobs;

    private Bench continuing;
    private Bench rotating;

    /** Makes one short task of the highest priority and many that stay ready behind it. */
    @Setup(Level.Trial)
    public void setUp() {
        final TaskSetBuilder builder = TaskSet.builder("bench").policy(PolicyKind.FIXED_PRIORITY).device(DeviceSpec.modelled("acc0"));
        builder.task("first", t -> {
            t.periodNs(PERIOD_NS).priority(1);
            for (int i = 0; i < SEGMENTS; i++) {
                t.segment("acc0", 1);
            }
        });
        for (int i = 1; i < readyJobs; i++) {
            builder.task("t" + i, t -> t.periodNs(1L << 60).priority(2).segment("acc0", 1));
        }
        continuing = new Bench(builder.build());
        final TaskSetBuilder rotation = TaskSet.builder("bench").policy(PolicyKind.EDF).device(DeviceSpec.modelled("acc0"));
        for (int i = 0; i < readyJobs; i++) {
            rotation.task("t" + i, t -> t.periodNs(PERIOD_NS).segment("acc0", 1));
        }
        rotating = new Bench(rotation.build());
    }

    /** A scheduler whose jobs are all ready, one of them running. */
    private static final class Bench {
        final DeviceScheduler scheduler;
        int running;
        long nowNs;

        Bench(final TaskSet set) {
            final int segments = set.tasks().stream().mapToInt(task -> task.segments().size()).sum();
            final PolicyState state = PolicyState.allocate(set.policy(), set.tasks().size(), segments, 1);
            scheduler = new DeviceScheduler(state, 0, JobListener.NONE);
            int segment = 0;
            for (int i = 0; i < set.tasks().size(); i++) {
                state.define(i, set.tasks().get(i), segment, 0);
                segment += set.tasks().get(i).segments().size();
                scheduler.admit(i, i * PERIOD_NS / set.tasks().size());
            }
            scheduler.release(PERIOD_NS - 1);
            running = scheduler.select();
        }

        int decide() {
            if (scheduler.segmentDone(running, nowNs, 1, false) == DeviceScheduler.ENDED) {
                nowNs = scheduler.nextReleaseNs();
                scheduler.release(nowNs);
            }
            running = scheduler.select();
            return running;
        }
    }

    /**
     * The running job stays the most urgent; every 1,024th decision also ends it and releases the next.
     *
     * @return the task picked
     */
    @Benchmark
    public int continuing() {
        return continuing.decide();
    }

    /**
     * The running job ends, its task's next job is released, another task's job is picked.
     *
     * @return the task picked
     */
    @Benchmark
    public int rotating() {
        return rotating.decide();
    }
}
