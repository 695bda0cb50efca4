// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SegmentListener;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * A job whose optional part runs on another device, as two tasks: the optional part is released when the bound of the mandatory one has
 * passed, and has what is left of the deadline. Whatever levels are taken there, the mandatory part is done when its optional one is
 * released, and both are done by the deadline of the job ({@code docs/proofs/schedulability.md}, section 11).
 */
class SplitOverDevicesTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 3000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);

    /** What is drawn of one job. */
    private record Job(long periodNs, long deadlineNs, long ownDeadlineNs, long mandatoryNs, List<Segment.Level> levels) {
    }

    private static List<Job> draw(final SplittableRandom random) {
        final List<Job> jobs = new ArrayList<>();
        final int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            final long period = 24 + 8 * random.nextInt(12);
            final long deadline = random.nextBoolean() ? period : period - random.nextInt(8);
            final List<Segment.Level> levels = new ArrayList<>();
            long wcet = 1 + random.nextInt(5);
            for (int k = 0; k < 3; k++) {
                levels.add(new Segment.Level(wcet, k + random.nextInt(2)));
                wcet += 1 + random.nextInt(10);
            }
            jobs.add(new Job(period, deadline, 4 + random.nextLong(deadline / 2), 1 + random.nextInt(5), levels));
        }
        return jobs;
    }

    private static TaskSetBuilder builder(final PolicyKind policy, final Overheads machine) {
        return TaskSet.builder("split").policy(policy).device(DeviceSpec.modelled("first")).device(DeviceSpec.modelled("second"))
            .overheads(machine);
    }

    private static void mandatory(final TaskSetBuilder set, final List<Job> jobs) {
        for (int i = 0; i < jobs.size(); i++) {
            final Job job = jobs.get(i);
            final int index = i;
            set.task("m" + i, task -> task.periodNs(job.periodNs()).deadlineNs(job.ownDeadlineNs()).priority(index + 1)
                .segment("first", job.mandatoryNs()));
        }
    }

    @ParameterizedTest
    @EnumSource(value = PolicyKind.class, names = {"FIXED_PRIORITY", "EDF"})
    void shouldKeepTheWholeDeadlineWhenTheOptionalPartFollowsTheBoundOfTheMandatoryOne(final PolicyKind policy) {
        final Simulator simulator = new Simulator();
        long accepted = 0;
        final long[] larger = new long[1];
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final List<Job> jobs = draw(random);
            final Overheads machine =
                random.nextBoolean() ? Overheads.NONE : new Overheads(random.nextInt(3), random.nextInt(2), 0, random.nextInt(2), 0);
            final TaskSetBuilder alone = builder(policy, machine);
            mandatory(alone, jobs);
            final Verdict bounds = Analyses.analyze(alone.build());
            if (!bounds.schedulable()) {
                continue;
            }
            final long[] boundNs = new long[jobs.size()];
            boolean left = true;
            for (int i = 0; i < boundNs.length; i++) {
                boundNs[i] = bounds.tasks().get(i).responseBoundNs();
                left &= boundNs[i] < jobs.get(i).deadlineNs();
            }
            if (!left) {
                continue;
            }
            final TaskSetBuilder builder = builder(policy, machine);
            mandatory(builder, jobs);
            for (int i = 0; i < boundNs.length; i++) {
                final Job job = jobs.get(i);
                final int index = i;
                builder.task("o" + i, task -> task.periodNs(job.periodNs()).offsetNs(boundNs[index])
                    .deadlineNs(job.deadlineNs() - boundNs[index]).priority(index + 1)
                    .segment("second", job.levels().getFirst().wcetNs()).levels(false, job.levels()));
            }
            final TaskSet set = builder.build();
            if (!Analyses.analyze(set).schedulable()) {
                continue;
            }
            accepted++;
            final String where = policy.text() + ", seed " + seed + ": ";
            final Ends ends = new Ends(jobs.size(), larger);
            simulator.run(set, SimulationOptions.worstCase(seed, 1500).withReleases(ReleasePattern.FILE)
                .withExecution(random.nextBoolean() ? ExecutionTime.RANDOM : ExecutionTime.WCET), ends, SegmentListener.NONE);
            for (int i = 0; i < jobs.size(); i++) {
                for (int k = 0; k < ends.count[jobs.size() + i]; k++) {
                    final long releasedNs = k * jobs.get(i).periodNs();
                    assertTrue(k < ends.count[i] && ends.atNs[i][k] <= releasedNs + boundNs[i], where + "m" + i + " of job " + k);
                    assertTrue(ends.startNs[jobs.size() + i][k] >= ends.atNs[i][k], where + "o" + i + " began before m" + i);
                    assertTrue(ends.atNs[jobs.size() + i][k] <= releasedNs + jobs.get(i).deadlineNs(), where + "o" + i + " of job " + k);
                }
            }
        }
        assertTrue(SETS < 500 || accepted > SETS / 20 && larger[0] > accepted, accepted + " sets, " + larger[0] + " larger levels");
    }

    /** When jobs were released and ended, by task and number. */
    private static final class Ends implements JobListener {
        private final long[][] atNs;
        private final long[][] startNs;
        private final int[] count;
        private final long[] larger;

        Ends(final int jobs, final long[] larger) {
            atNs = new long[2 * jobs][100];
            startNs = new long[2 * jobs][100];
            count = new int[2 * jobs];
            this.larger = larger;
            Arrays.stream(startNs).forEach(row -> Arrays.fill(row, -1));
        }

        @Override
        public void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
            startNs[slot][(int) job] = nominalNs;
        }

        @Override
        public void onLevel(
            final int slot, final long job, final int segment, final int level, final double gain, final int limit, final long nowNs) {
            larger[0] += level > 0 ? 1 : 0;
        }

        @Override
        public void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            atNs[slot][(int) job] = endNs;
            count[slot] = (int) job + 1;
        }
    }

    @Test
    void shouldRefuseAJobThatLeavesTheDeviceWhereLevelsAreTaken() {
        final List<Segment.Level> levels = List.of(new Segment.Level(2, 0), new Segment.Level(5, 1));
        final String refused = assertThrows(InvalidTaskSetException.class,
            () -> builder(PolicyKind.EDF, Overheads.NONE).task("t", task -> task.periodNs(50).segment("first", 2)
                .segment("second", 2).levels(true, levels)).build()).getMessage();
        assertTrue(refused.contains("'t' must run there alone"), refused);
        assertTrue(refused.contains("two tasks"), refused);
        assertEquals(1, refused.lines().count());
    }
}
