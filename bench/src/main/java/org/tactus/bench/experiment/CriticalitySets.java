// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SegmentListener;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Random sets on one device, each under three policies: jobs of a mandatory segment and an optional one in four sizes, which take 1, 1.6,
 * 2.6 and 4 times the least and gain 0.4, 0.65, 0.85 and 1 of a weight that changes from job to job. Segments take 60 to 100 % of their
 * WCETs. Used by one thread.
 */
final class CriticalitySets {
    /** The tests whose verdicts are counted; the largest levels by the tests that know no levels. */
    static final List<String> TESTS = List.of("sam-slack", "sam-mand-first", "mot-np-fp", "always largest, seg-edf",
        "always largest, seg-fp");
    /** What levels were run. */
    static final List<String> GAINS = List.of("sam-slack", "sam-mand-first", "mot-np-fp", "best fixed level, seg-edf",
        "best fixed level, seg-fp", "first levels only");
    private static final PolicyKind[] POLICIES = {PolicyKind.EDF, PolicyKind.EDF_MANDATORY_FIRST, PolicyKind.FIXED_PRIORITY};
    private static final double[] SIZES = {1, 1.6, 2.6, 4};
    private static final double[] WORTH = {0.4, 0.65, 0.85, 1};
    private static final int LARGEST = SIZES.length - 1;
    private static final int FEWEST_TASKS = 3;
    private static final int MORE_TASKS = 6;
    private static final long LOW_PERIOD_NS = 50_000_000;
    private static final long HIGH_PERIOD_NS = 500_000_000;
    private static final long RUN_NS = 10_000_000_000L;

    private final Simulator simulator = new Simulator();

    /** The same jobs under each policy. */
    private record Drawn(long[] period, long[] mandatory, long[] optional) {
    }

    CriticalityTally judge(final SplittableRandom random, final double utilisation) {
        final CriticalityTally tally = new CriticalityTally();
        final Drawn drawn = draw(random, utilisation);
        final long seed = random.nextLong();
        for (int p = 0; p < POLICIES.length; p++) {
            final TaskSet set = set(drawn, POLICIES[p]);
            if (Analyses.byName(TESTS.get(p)).orElseThrow().analyze(set).schedulable()) {
                tally.accepted[p]++;
                run(p, set, seed, tally);
            }
        }
        fixed(drawn, PolicyKind.EDF, "seg-edf", 3, tally);
        fixed(drawn, PolicyKind.FIXED_PRIORITY, "seg-fp", 4, tally);
        return tally;
    }

    private static Drawn draw(final SplittableRandom random, final double utilisation) {
        final int tasks = FEWEST_TASKS + random.nextInt(MORE_TASKS);
        final double[] shares = Draw.utilisations(random, tasks, utilisation);
        final Drawn drawn = new Drawn(new long[tasks], new long[tasks], new long[tasks]);
        for (int i = 0; i < tasks; i++) {
            drawn.period[i] = (long) Draw.logUniform(random, LOW_PERIOD_NS, HIGH_PERIOD_NS);
            final long both = Math.max(2, (long) (shares[i] * drawn.period[i]));
            drawn.mandatory[i] = Math.clamp((long) (both * random.nextDouble(0.2, 0.6)), 1, both - 1);
            drawn.optional[i] = both - drawn.mandatory[i];
        }
        return drawn;
    }

    private static TaskSet set(final Drawn drawn, final PolicyKind policy) {
        final TaskSetBuilder builder = TaskSet.builder("criticality").policy(policy).device(DeviceSpec.modelled("gpu0"));
        final ActualTime actual = new ActualTime(0.6, 1);
        for (int i = 0; i < drawn.period.length; i++) {
            final int at = i;
            final List<Segment.Level> levels = new ArrayList<>();
            for (int k = 0; k < SIZES.length; k++) {
                levels.add(new Segment.Level((long) (drawn.optional[i] * SIZES[k]) + k, WORTH[k]));
            }
            builder.task("t" + i, task -> task.periodNs(drawn.period[at])
                .segment("gpu0", drawn.mandatory[at], actual).segment("gpu0", drawn.optional[at], actual).levels(true, levels));
        }
        return builder.build();
    }

    /** The same set with all optional segments at one level, for the tests that know no levels. */
    private static TaskSet at(final Drawn drawn, final PolicyKind policy, final int level) {
        final TaskSet set = set(drawn, policy);
        final List<Task> tasks = new ArrayList<>();
        for (final Task task : set.tasks()) {
            tasks.add(task.withSegments(task.segments().stream().map(segment -> segment.levels().isEmpty() ? segment
                : segment.withWcetNs(segment.levels().get(level).wcetNs()).withLevels(true, List.of())).toList()));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    private static void fixed(
        final Drawn drawn, final PolicyKind policy, final String test, final int approach, final CriticalityTally tally) {
        for (int level = LARGEST; level >= 0; level--) {
            if (Analyses.byName(test).orElseThrow().analyze(at(drawn, policy, level)).schedulable()) {
                tally.accepted[approach] += level == LARGEST ? 1 : 0;
                tally.gained(approach, WORTH[level], 1);
                if (policy == PolicyKind.EDF) {
                    tally.gained(GAINS.size() - 1, WORTH[0], 1);
                }
                return;
            }
        }
    }

    private void run(final int approach, final TaskSet set, final long seed, final CriticalityTally tally) {
        final SplittableRandom weights = new SplittableRandom(~seed);
        final double[] sum = new double[2];
        final long[] late = new long[1];
        final double[] weight = new double[set.tasks().size()];
        simulator.run(set, SimulationOptions.worstCase(seed, RUN_NS).withReleases(ReleasePattern.RANDOM_OFFSETS)
            .withExecution(ExecutionTime.ACTUAL), new JobListener() {
                @Override
                public void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
                    weight[slot] = weights.nextDouble(0.5, 1.5);
                    for (int k = 0; k < SIZES.length; k++) {
                        simulator.state().gain(slot, 1, k, WORTH[k] * weight[slot]);
                    }
                }

                @Override
                public void onLevel(
                    final int slot, final long job, final int segment, final int level, final double gain, final int limit,
                    final long nowNs) {
                    sum[0] += gain;
                    sum[1] += weight[slot];
                }

                @Override
                public void onComplete(
                    final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
                    late[0] += endNs > deadlineNs ? 1 : 0;
                }
            }, SegmentListener.NONE);
        if (late[0] > 0) {
            tally.violation = TESTS.get(approach) + ": " + late[0] + " deadlines were missed in simulation of an accepted set, seed "
                + seed;
        }
        if (sum[1] > 0) {
            tally.gained(approach, sum[0] / sum[1], 1);
        }
    }
}
