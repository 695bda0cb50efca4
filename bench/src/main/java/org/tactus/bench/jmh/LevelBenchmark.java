// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
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
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.LevelCharges;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * What a decision costs where levels may be taken: the running segment ends, its job is ready again, and a level is chosen while a job of
 * every other task waits. All levels pass, so that no test ends early; under fixed priorities every waiting job is a candidate.
 * <pre>
 *   segment done -> the same job is ready again -> the test looks at all waiting jobs and all to come -> select
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class LevelBenchmark {
    private static final int SEGMENTS = 1024;
    private static final long PERIOD_NS = 1_000_000_000;

    /** How ready jobs are ordered. */
    @Param({"EDF", "EDF_MANDATORY_FIRST", "FIXED_PRIORITY"})
    PolicyKind policy;
    /** Tasks, each with a job that waits. */
    @Param({"10", "100"})
    int tasks;
    /** Whether levels are taken; without them the rest of the decision remains. */
    @Param({"true", "false"})
    boolean levels;

    private TaskSet set;
    private PolicyState state;
    private DeviceScheduler scheduler;
    private int running;

    /** Makes one task of many short segments and others of one each. */
    @Setup(org.openjdk.jmh.annotations.Level.Trial)
    public void setUp() {
        final TaskSetBuilder builder = TaskSet.builder("bench").policy(policy).device(DeviceSpec.modelled("acc0"));
        builder.task("first", task -> {
            task.periodNs(PERIOD_NS);
            for (int i = 0; i < SEGMENTS; i++) {
                task.segment("acc0", 1_000).levels(false, sizes(1_000, 2));
            }
        });
        for (int i = 1; i < tasks; i++) {
            final long periodNs = PERIOD_NS + i * PERIOD_NS / tasks;
            final long wcetNs = periodNs / (2 * tasks);
            // Worth less than the first task's, so that they wait.
            builder.task("t" + i, task -> task.periodNs(periodNs).segment("acc0", wcetNs).segment("acc0", wcetNs / 4)
                .levels(true, sizes(wcetNs / 4, 1)));
        }
        set = builder.build();
        begin();
    }

    private static List<Segment.Level> sizes(final long wcetNs, final double worth) {
        return List.of(new Segment.Level(wcetNs, 0), new Segment.Level(wcetNs * 2, worth / 4), new Segment.Level(wcetNs * 3, worth / 2),
            new Segment.Level(wcetNs * 4, worth));
    }

    private void begin() {
        if (state == null) {
            state = PolicyState.allocate(policy, tasks, SEGMENTS + 2 * tasks, 1);
        }
        scheduler = new DeviceScheduler(state, 0, JobListener.NONE);
        if (levels) {
            scheduler.takeLevels(LevelCharges.NONE);
        }
        int segment = 0;
        for (int i = 0; i < tasks; i++) {
            state.define(i, set.tasks().get(i), segment, 0);
            segment += set.tasks().get(i).segments().size();
            scheduler.admit(i, 0);
        }
        scheduler.release(0);
        running = scheduler.select(0);
    }

    /**
     * A segment of the first task ends and its next one is chosen; every 1,024th time its job has ended and all is made anew.
     *
     * @return the task picked
     */
    @Benchmark
    public int decide() {
        if (scheduler.segmentDone(running, 0, 1, false) != DeviceScheduler.NEXT_HERE) {
            state = null;
            begin();
            return running;
        }
        running = scheduler.select(0);
        return running;
    }
}
