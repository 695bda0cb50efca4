// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.Stall;
import org.tactus.result.StallCounts;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;
import org.tactus.internal.event.StallJudge.Reach;

class StallJudgeTest {
    private static final long ZERO_NS = 1L << 40;
    private static final List<Task> TASKS = TaskSet.builder("s").device(DeviceSpec.cpu("cpu0"))
        .task("t", task -> task.periodNs(100).segment("cpu0", 10)).build().tasks();
    private static final Task TASK = TASKS.getFirst();

    private final StallLog stalls = new StallLog();
    private final TaskStatistics statistics = new TaskStatistics(TASK, 1);

    private StallJudge judge(final Reach reach, final int jobs) {
        final StallJudge judge = new StallJudge(stalls, reach, 1, jobs);
        judge.zero(ZERO_NS);
        judge.define(0, 0, TASK);
        return judge;
    }

    private static WithoutStalls results(final StallJudge judge, final TaskStatistics of) {
        return results(judge, 0, of);
    }

    private static WithoutStalls results(final StallJudge judge, final int generation, final TaskStatistics of) {
        return judge.results(List.of(generation), List.of(of.result(TASK, OptionalLong.empty())));
    }

    private static void job(final StallJudge judge, final TaskStatistics of, final long number, final long nominalNs, final long endNs) {
        judge.onEvent(EventType.RELEASE, ZERO_NS + nominalNs, 0, 0, 0, number, ZERO_NS + nominalNs);
        judge.onEvent(EventType.COMPLETE, ZERO_NS + endNs, 0, 0, 0, number, ZERO_NS + nominalNs);
        of.released();
        of.record(endNs - nominalNs, endNs - nominalNs > 100);
    }

    private WithoutStalls four(final Reach reach) {
        final StallJudge judge = judge(reach, 64);
        final TaskStatistics own = new TaskStatistics(TASK, 1);
        job(judge, own, 0, 0, 10);
        job(judge, own, 1, 100, 250);
        job(judge, own, 2, 200, 260);
        job(judge, own, 3, 300, 312);
        judge.finish(400);
        stalls.add(new Stall(150, 40, "cpu0", "loop gap"));
        stalls.add(new Stall(120, 60, "machine", "steal"));
        return results(judge, own);
    }

    @Test
    void shouldLeaveOutOnlyTouchedJobsWhenAStallIsShort() {
        final WithoutStalls live = four(Reach.LIVE_JOBS);
        assertEquals(1, live.touched());
        assertEquals(0, live.untraced());
        assertEquals(3, live.tasks().getFirst().jobs());
        assertEquals(0, live.tasks().getFirst().misses());
        assertEquals(60, live.tasks().getFirst().maxNs().orElseThrow());
        assertEquals(new StallCounts(2, 70, 0), live.stalls());
    }

    @Test
    void shouldLeaveOutTheBacklogWhenAStallMadeIt() {
        final WithoutStalls backlog = four(Reach.BACKLOG);
        assertEquals(2, backlog.touched());
        assertEquals(12, backlog.tasks().getFirst().maxNs().orElseThrow());
    }

    @Test
    void shouldExcuseOverrunsOfTouchedJobsAlone() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 64);
        for (int i = 0; i < 3; i++) {
            if (i > 0) {
                judge.onEvent(EventType.OVERRUN, ZERO_NS + 100 * i + 5, 0, 0, 0, i, 1);
            }
            job(judge, statistics, i, 100 * i, 100 * i + 10);
            statistics.overrun();
        }
        judge.onEvent(EventType.OVERRUN, ZERO_NS + 206, 0, 0, 1, 2, 1); // by another dispatcher, told late
        judge.finish(300);
        stalls.add(new Stall(204, 3, "machine", "steal"));
        final WithoutStalls without = results(judge, statistics);
        assertEquals(1, without.touched());
        assertEquals(1, without.tasks().getFirst().overruns(), "both overruns of the job at 200 are explained, the one at 105 is not");
    }

    /** One job that is late by 50 beyond its deadline of 100, and a stall in its time. */
    private WithoutStalls late(final long stalledNs, final Stall own, final long ownNs) {
        final StallJudge judge = judge(Reach.BACKLOG, 64);
        job(judge, statistics, 0, 0, 150);
        judge.finish(200);
        stalls.add(new Stall(20, stalledNs, "cpu0", "loop gap"));
        if (own != null) {
            stalls.addOwn(own, ownNs);
        }
        return results(judge, statistics);
    }

    @Test
    void shouldExcuseNoMoreThanItsOwnLength() {
        assertEquals(1, late(49, null, 0).tasks().getFirst().misses(), "one nanosecond of the lateness is the job's own");
    }

    @Test
    void shouldExcuseAJobThatIsLateByTheStallAlone() {
        final WithoutStalls without = late(50, null, 0);
        assertEquals(0, without.tasks().getFirst().misses());
        assertEquals(1, without.touched());
    }

    @Test
    void shouldExcuseNothingOfWhatAnotherProcessTook() {
        assertEquals(1, late(60, new Stall(10, 100, "tactus-cpu0", "run delay"), 11).tasks().getFirst().misses(),
            "of the gap of 60 another process took 11");
        assertEquals(2, stalls.stalls().size(), "it is named all the same");
        assertEquals(60, stalls.counts().totalNs(), "and is not among what the platform took");
    }

    @Test
    void shouldExcuseWhatIsLeftBesideWhatAnotherProcessTook() {
        assertEquals(0, late(61, new Stall(10, 100, "tactus-cpu0", "run delay"), 11).tasks().getFirst().misses());
    }

    @Test
    void shouldExcuseNothingWhenTheProcessPausedItself() {
        assertEquals(1, late(60, new Stall(20, 60, "jvm", "safepoint X"), 60).tasks().getFirst().misses());
    }

    @Test
    void shouldSumOnlyWhatLiesInsideATimeWhenStallsAreLonger() {
        final IntervalUnion union = new IntervalUnion(8, true);
        union.add(10, 20);
        union.add(30, 40);
        union.add(50, 60);
        assertEquals(17, union.coveredNs(15, 52));
        assertEquals(0, union.coveredNs(20, 30));
        assertEquals(30, union.coveredNs(0, 100));
    }

    @Test
    void shouldExcuseNothingOfATimeWhoseOwnPausesAreForgotten() {
        final OwnPauses pauses = new OwnPauses();
        for (int i = 0; i < 5_000; i++) {
            pauses.add(10 * i, 10 * i + 5, 1);
        }
        assertEquals(Long.MAX_VALUE, pauses.mostTakenNs(0, 100));
        assertEquals(2, pauses.mostTakenNs(49_966, 49_982));
        assertEquals(0, pauses.mostTakenNs(49_996, 60_000));
    }

    @Test
    void shouldKeepEverythingWhenNothingStalled() {
        final StallJudge judge = judge(Reach.BACKLOG, 64);
        job(judge, statistics, 0, 0, 10);
        statistics.record(20, false);
        judge.finish(100);
        final WithoutStalls without = results(judge, statistics);
        assertEquals(List.of(statistics.result(TASK, OptionalLong.empty())), without.tasks());
        assertEquals(1, without.untraced());
    }

    @Test
    void shouldKeepTheMeasuredMaximumWhenEventsOfAJobWereDropped() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 64);
        job(judge, statistics, 0, 0, 10);
        statistics.record(90, false);
        stalls.add(new Stall(5, 1, "m", "steal"));
        judge.finish(100);
        final WithoutStalls without = results(judge, statistics);
        assertEquals(1, without.untraced());
        assertEquals(90, without.tasks().getFirst().maxNs().orElseThrow());
    }

    @Test
    void shouldIgnoreARemovedTaskWhenItsSlotIsUsedAgain() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 64);
        job(judge, new TaskStatistics("removed", 100, 1), 0, 0, 90);
        judge.onEvent(EventType.STOP, ZERO_NS + 500, 0, 0, 0, -1, 0);
        judge.define(0, 1, TASK);
        job(judge, statistics, 0, 1000, 1010);
        job(judge, statistics, 1, 1100, 1120);
        stalls.add(new Stall(0, 1005, "m", "steal"));
        judge.finish(2000);
        final WithoutStalls without = results(judge, 1, statistics);
        assertEquals(1, without.touched());
        assertEquals(1, without.tasks().getFirst().jobs());
        assertEquals(20, without.tasks().getFirst().minNs().orElseThrow());
    }

    @Test
    void shouldKnowEveryJobWhenAnEndIsDrainedBeforeItsRelease() {
        final StallJudge judge = judge(Reach.BACKLOG, 64);
        for (int i = 0; i < 3; i++) {
            judge.onEvent(EventType.COMPLETE, ZERO_NS + i * 100 + 10, 1, 0, 0, i, ZERO_NS + i * 100);
            statistics.record(10, false);
        }
        for (int i = 0; i < 3; i++) {
            judge.onEvent(EventType.RELEASE, ZERO_NS + i * 100, 0, 0, 0, i, ZERO_NS + i * 100);
        }
        judge.finish(1000);
        stalls.add(new Stall(900, 50, "m", "steal"));
        final WithoutStalls without = results(judge, statistics);
        assertEquals(0, without.untraced());
        assertEquals(0, without.touched(), "none of them is taken for live until the end");
    }

    @Test
    void shouldTakeOutAMissWhenAnUnfinishedJobWasTouched() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 64);
        statistics.released();
        judge.onEvent(EventType.RELEASE, ZERO_NS + 1, 0, 0, 0, 0, ZERO_NS);
        judge.finish(500);
        statistics.unfinished(true);
        stalls.add(new Stall(100, 1000, "m", "steal"));
        final TaskResult task = results(judge, statistics).tasks().getFirst();
        assertEquals(0, task.misses());
        assertEquals(0, task.unfinished());
        assertEquals(0, task.released());
    }

    @Test
    void shouldKeepTheMissOfAnUnfinishedJobThatWasLateBeforeTheStall() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 64);
        statistics.released();
        judge.onEvent(EventType.RELEASE, ZERO_NS + 1, 0, 0, 0, 0, ZERO_NS);
        judge.finish(500);
        statistics.unfinished(true);
        stalls.add(new Stall(101, 1000, "m", "steal"));
        assertEquals(1, results(judge, statistics).tasks().getFirst().misses());
    }

    @Test
    void shouldCountAStallAsLateWhenItsJobsWereJudged() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 2);
        for (int i = 0; i < 4; i++) {
            job(judge, statistics, i, 100 * i, 100 * i + 10);
        }
        stalls.add(new Stall(105, 3, "m", "steal")); // the job that it touched has left the window
        stalls.add(new Stall(205, 3, "m", "steal")); // this one's has not
        judge.finish(400);
        final WithoutStalls without = results(judge, statistics);
        assertEquals(1, without.touched());
        assertEquals(0, without.untraced());
        assertEquals(new StallCounts(2, 6, 1), without.stalls());
    }

    @Test
    void shouldJudgeTheOldestJobsFirstWhenMoreStallsComeThanAreRemembered() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 1 << 12);
        final int jobs = 1 << 17;
        for (int i = 0; i < jobs; i++) {
            job(judge, statistics, i, 100L * i, 100L * i + 10);
            if (i % 2 == 0) {
                stalls.add(new Stall(100L * i + 5, 3, "m", "steal"));
            }
        }
        judge.finish(100L * jobs);
        final WithoutStalls without = results(judge, statistics);
        assertEquals(jobs / 2, without.touched());
        assertEquals(new StallCounts(jobs / 2, 3L * jobs / 2, 0), without.stalls());
        assertEquals(StallLog.MAX_STALLS, stalls.stalls().size());
    }

    @Test
    void shouldKeepTheLongestStallsAndCountAllWhenThereAreMany() {
        final List<Integer> lengths = new ArrayList<>();
        for (int i = 1; i <= 3 * StallLog.MAX_STALLS; i++) {
            lengths.add(i);
        }
        Collections.shuffle(lengths, new Random(5));
        long atNs = 0;
        for (final int length : lengths) {
            stalls.add(new Stall(atNs, length, "m", "steal"));
            atNs += length + 1;
        }
        assertEquals(3 * StallLog.MAX_STALLS, stalls.counts().seen());
        assertEquals(lengths.stream().mapToLong(Integer::intValue).sum(), stalls.counts().totalNs());
        assertEquals(2 * StallLog.MAX_STALLS + 1, stalls.stalls().stream().mapToLong(Stall::lengthNs).min().orElseThrow());
    }

    @Test
    void shouldAllocateNothingWhenJobsEnd() {
        final StallJudge judge = judge(Reach.BACKLOG, 256);
        assertEquals(0, Allocation.bytes(() -> {
            for (int i = 0; i < 2000; i++) {
                judge.onEvent(EventType.RELEASE, i, 0, 0, 0, i, i);
                judge.onEvent(EventType.COMPLETE, i + 1, 0, 0, 0, i, i);
            }
        }));
    }

    /** A job of the model that the judge is held against. */
    private record Job(long nominalNs, long endNs) {
    }

    /**
     * By definition: a job is left out when stalls took some of the time from the beginning of the busy time that it lies in to its end,
     * and at least as much as it is late.
     */
    private static boolean isTouched(final Job job, final List<Job> jobs, final List<Stall> all, final Reach reach) {
        long fromNs = job.nominalNs();
        boolean moved = reach == Reach.BACKLOG;
        while (moved) {
            moved = false;
            for (final Job other : jobs) {
                if (other.nominalNs() < fromNs && other.endNs() > fromNs) {
                    fromNs = other.nominalNs();
                    moved = true;
                }
            }
        }
        final long beginNs = fromNs;
        final long stalledNs = LongStream.range(beginNs, job.endNs())
            .filter(ns -> all.stream().anyMatch(stall -> stall.atNs() <= ns && stall.endNs() > ns)).count();
        return stalledNs > 0 && job.endNs() - job.nominalNs() - stalledNs <= TASK.deadlineNs();
    }

    @Test
    void shouldAgreeWithTheDefinitionWhenRandom() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final int tasks = 3;
        for (int round = 0; round < 200; round++) {
            final Reach reach = random.nextBoolean() ? Reach.BACKLOG : Reach.LIVE_JOBS;
            final StallLog log = new StallLog();
            final StallJudge judge = new StallJudge(log, reach, tasks, 64);
            judge.zero(ZERO_NS);
            final List<List<Job>> byTask = new ArrayList<>();
            final List<long[]> events = new ArrayList<>(); // time, type, task, job, nominal
            for (int task = 0; task < tasks; task++) {
                judge.define(task, task, TASK);
                byTask.add(new ArrayList<>());
                long endNs = 0;
                for (int i = 0; i < 100; i++) {
                    final long nominalNs = Math.max(endNs, 100L * i * (task + 1) + random.nextInt(40));
                    endNs = nominalNs + 1 + random.nextInt(random.nextInt(20) == 0 ? 400 : 60);
                    byTask.get(task).add(new Job(nominalNs, endNs));
                    events.add(new long[] {nominalNs, EventType.RELEASE, task, i, nominalNs});
                    events.add(new long[] {endNs, EventType.COMPLETE, task, i, nominalNs});
                }
            }
            final List<Stall> all = new ArrayList<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                final Stall stall = new Stall(random.nextInt(30_000), 1 + random.nextInt(200), "m", "c");
                all.add(stall);
                events.add(new long[] {stall.endNs() + random.nextInt(100), EventType.STALL, all.size() - 1, 0, 0});
            }
            events.sort(Comparator.comparingLong((long[] event) -> event[0]).thenComparing(event -> -event[1]));
            for (final long[] event : events) {
                if (event[1] == EventType.STALL) {
                    log.add(all.get((int) event[2]));
                } else {
                    judge.onEvent((int) event[1], ZERO_NS + event[0], 0, (int) event[2], 0, event[3], ZERO_NS + event[4]);
                }
            }
            judge.finish(50_000);
            final List<Job> jobs = byTask.stream().flatMap(List::stream).toList();
            final List<TaskResult> results = new ArrayList<>();
            for (int task = 0; task < tasks; task++) {
                final TaskStatistics counted = new TaskStatistics(TASK, 1);
                byTask.get(task).forEach(job -> counted.record(job.endNs() - job.nominalNs(), false));
                results.add(counted.result(TASK, OptionalLong.empty()));
            }
            final WithoutStalls without = judge.results(List.of(0, 1, 2), results);
            final String which = "seed " + seed + ", round " + round + ", " + reach;
            assertEquals(0, without.stalls().late(), which);
            final long[] longest = new long[tasks];
            for (int task = 0; task < tasks; task++) {
                final List<Job> left = byTask.get(task).stream().filter(job -> !isTouched(job, jobs, all, reach)).toList();
                longest[task] = left.stream().mapToLong(job -> job.endNs() - job.nominalNs()).max().orElse(0);
                assertEquals(left.size(), without.tasks().get(task).jobs(), which + ", task " + task);
                assertEquals(longest[task], without.tasks().get(task).maxNs().orElse(0), which + ", task " + task);
            }
            assertTrue(Arrays.stream(longest).max().orElseThrow() > 0, which);
        }
    }

    @Test
    void shouldKeepLittleOfEachTaskWhenThousandsFollowEachOtherInASlot() {
        final int tasks = 2_000;
        final StallJudge judge = new StallJudge(stalls, Reach.BACKLOG, 1, 64);
        judge.zero(ZERO_NS);
        final long beforeBytes = usedBytes();
        for (int generation = 1; generation <= tasks; generation++) {
            judge.define(0, generation, TASK);
            for (int number = 0; number < 3; number++) {
                final long nominalNs = ZERO_NS + 1000L * generation + 100 * number;
                judge.onTaskEvent(EventType.RELEASE, nominalNs, 0, 0, generation, 0, number, nominalNs);
                judge.onTaskEvent(EventType.COMPLETE, nominalNs + 10 + number, 0, 0, generation, 0, number, nominalNs);
            }
        }
        final long bytes = (usedBytes() - beforeBytes) / tasks;
        assertTrue(bytes < 10_000, "each task left " + bytes + " bytes");

        stalls.add(1000L * tasks + 205, 3, "test", "stall"); // the last job of the last task
        final TaskStatistics own = new TaskStatistics(TASK, 1);
        for (int number = 0; number < 3; number++) {
            own.released();
            own.record(10 + number, false);
        }
        final TaskResult all = own.result(TASK, OptionalLong.empty());
        final WithoutStalls results = judge.results(List.of(1, tasks), List.of(all, all));
        assertEquals(0, results.untraced(), "every job of the first task was judged, too");
        assertEquals(all, results.tasks().get(0));
        assertEquals(2, results.tasks().get(1).jobs());
        assertEquals(OptionalLong.of(11), results.tasks().get(1).maxNs());
    }

    @Test
    void shouldKeepTheNameOfTheResultWhenATaskBoreANameBefore() {
        final StallJudge judge = judge(Reach.LIVE_JOBS, 64);
        job(judge, statistics, 0, 0, 90);
        job(judge, statistics, 1, 100, 110);
        stalls.add(new Stall(0, 95, "m", "steal"));
        judge.finish(200);
        final TaskResult earlier = statistics.result(TASK.withName("t~1"), OptionalLong.empty());
        assertEquals("t~1", judge.results(List.of(0), List.of(earlier)).tasks().getFirst().name());
    }

    @Test
    void shouldStillCountAJobWhenItsEndIsToldLongAfterItsTaskHasLeftTheSlot() {
        final StallJudge judge = new StallJudge(stalls, Reach.LIVE_JOBS, 1, 4);
        judge.zero(ZERO_NS);
        judge.define(0, 1, TASK);
        final TaskStatistics own = new TaskStatistics(TASK, 1);
        job(judge, 1, own, 0, 0, 10);
        judge.define(0, 2, TASK);
        final TaskStatistics next = new TaskStatistics(TASK, 1);
        for (int number = 0; number < 8; number++) { // the first one's only job is judged, and its responses are packed
            job(judge, 2, next, number, 1000 + 100L * number, 1020 + 100L * number);
        }
        job(judge, 1, own, 1, 100, 131); // from the ring of another dispatcher
        stalls.add(125, 3, "test", "stall");
        job(judge, 1, own, 2, 200, 215);
        for (int number = 8; number < 16; number++) {
            job(judge, 2, next, number, 1000 + 100L * number, 1020 + 100L * number);
        }
        final WithoutStalls results = results(judge, 1, own);
        assertEquals(0, results.untraced());
        assertEquals(3 - results.touched(), results.tasks().getFirst().jobs());
        assertEquals(OptionalLong.of(10), results.tasks().getFirst().minNs());
    }

    private static void job(
        final StallJudge judge, final int generation, final TaskStatistics of, final long number, final long nominalNs, final long endNs) {
        judge.onTaskEvent(EventType.RELEASE, ZERO_NS + nominalNs, 0, 0, generation, 0, number, ZERO_NS + nominalNs);
        judge.onTaskEvent(EventType.COMPLETE, ZERO_NS + endNs, 0, 0, generation, 0, number, ZERO_NS + nominalNs);
        of.released();
        of.record(endNs - nominalNs, endNs - nominalNs > 100);
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
