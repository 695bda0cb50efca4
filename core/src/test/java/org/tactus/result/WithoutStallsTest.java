package org.tactus.result;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.JobLog;
import org.tactus.internal.event.TaskStatistics;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class WithoutStallsTest {
    private static final long ZERO_NS = 1L << 40;
    private static final List<Task> TASKS = TaskSet.builder("s").device(DeviceSpec.cpu("cpu0"))
        .task("t", task -> task.periodNs(100).segment("cpu0", 10)).build().tasks();

    @TempDir
    private Path folder;

    @Test
    void shouldLeaveOutOnlyTouchedJobsWhenAStallIsShort() {
        try (JobLog log = new JobLog(folder, 1, ZERO_NS)) {
            final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
            job(log, statistics, 0, 0, 10);
            job(log, statistics, 1, 100, 250);
            job(log, statistics, 2, 200, 260);
            job(log, statistics, 3, 300, 312);
            log.finish(400);
            final List<TaskResult> all = List.of(TaskResult.of(TASKS.getFirst(), OptionalLong.empty(), statistics));
            final List<Stall> stalls = List.of(new Stall(120, 60, "machine", "steal"), new Stall(150, 40, "cpu0", "loop gap"));
            final WithoutStalls live = WithoutStalls.filter(TASKS, all, log, stalls, WithoutStalls.Reach.LIVE_JOBS);
            assertEquals(1, live.touched());
            assertEquals(0, live.untraced());
            assertEquals(3, live.tasks().getFirst().jobs());
            assertEquals(0, live.tasks().getFirst().misses());
            assertEquals(60, live.tasks().getFirst().maxNs().orElseThrow());
            final WithoutStalls backlog = WithoutStalls.filter(TASKS, all, log, stalls, WithoutStalls.Reach.BACKLOG);
            assertEquals(2, backlog.touched());
            assertEquals(12, backlog.tasks().getFirst().maxNs().orElseThrow());
            assertEquals(150, all.getFirst().maxNs().orElseThrow());
        }
    }

    @Test
    void shouldExcuseOverrunsOfTouchedJobsAlone() {
        try (JobLog log = new JobLog(folder, 1, ZERO_NS)) {
            final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
            for (int i = 0; i < 3; i++) {
                if (i > 0) {
                    log.onEvent(EventType.OVERRUN, ZERO_NS + 100 * i + 5, 0, 0, 0, i, 1);
                }
                job(log, statistics, i, 100 * i, 100 * i + 10);
            }
            log.finish(300);
            final TaskResult counted = TaskResult.of(TASKS.getFirst(), OptionalLong.empty(),
                new TaskResult.Counts(3, 3, 0, 0, 0, 0, 2, 10, 10), statistics.histogram());
            final WithoutStalls without = WithoutStalls.filter(TASKS, List.of(counted), log,
                List.of(new Stall(104, 3, "machine", "steal")), WithoutStalls.Reach.LIVE_JOBS);
            assertEquals(1, without.touched());
            assertEquals(1, without.tasks().getFirst().overruns(), "the one at 205 has no stall to explain it");
        }
    }

    @Test
    void shouldKeepEverythingWhenNothingStalled() {
        try (JobLog log = new JobLog(folder, 1, ZERO_NS)) {
            final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
            job(log, statistics, 0, 0, 10);
            statistics.record(20, false);
            final List<TaskResult> all = List.of(TaskResult.of(TASKS.getFirst(), OptionalLong.empty(), statistics));
            final WithoutStalls without = WithoutStalls.filter(TASKS, all, log, List.of(), WithoutStalls.Reach.LIVE_JOBS);
            assertEquals(all, without.tasks());
            assertEquals(1, without.untraced());
        }
    }

    @Test
    void shouldKeepTheMeasuredMaximumWhenJobsAreMissingInTheLog() {
        try (JobLog log = new JobLog(folder, 1, ZERO_NS, 1)) {
            final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
            job(log, statistics, 0, 0, 10);
            job(log, statistics, 1, 100, 190);
            assertEquals(1, log.refused());
            final List<TaskResult> all = List.of(TaskResult.of(TASKS.getFirst(), OptionalLong.empty(), statistics));
            final WithoutStalls without = WithoutStalls.filter(TASKS, all, log, List.of(new Stall(5, 1, "m", "steal")),
                WithoutStalls.Reach.LIVE_JOBS);
            assertEquals(1, without.untraced());
            assertEquals(90, without.tasks().getFirst().maxNs().orElseThrow());
        }
    }

    @Test
    void shouldIgnoreARemovedTaskWhenItsSlotIsUsedAgain() {
        try (JobLog log = new JobLog(folder, 1, ZERO_NS)) {
            job(log, new TaskStatistics("removed", 100, 1), 0, 0, 90);
            log.onEvent(EventType.STOP, ZERO_NS + 500, 0, 0, 0, -1, 0);
            final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
            job(log, statistics, 0, 1000, 1010);
            job(log, statistics, 1, 1100, 1120);
            final List<TaskResult> all = List.of(TaskResult.of(TASKS.getFirst(), OptionalLong.empty(), statistics));
            final WithoutStalls without = WithoutStalls.filter(TASKS, all, log, List.of(new Stall(0, 1005, "m", "steal")),
                WithoutStalls.Reach.LIVE_JOBS);
            assertEquals(1, without.touched());
            assertEquals(1, without.tasks().getFirst().jobs());
            assertEquals(20, without.tasks().getFirst().minNs().orElseThrow());
        }
    }

    @Test
    void shouldKnowEveryJobWhenAnEndIsDrainedBeforeItsRelease() {
        try (JobLog log = new JobLog(folder, 1, ZERO_NS)) {
            final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
            for (int i = 0; i < 3; i++) {
                log.onEvent(EventType.COMPLETE, ZERO_NS + i * 100 + 10, 1, 0, 0, i, ZERO_NS + i * 100);
                statistics.record(10, false);
            }
            for (int i = 0; i < 3; i++) {
                log.onEvent(EventType.RELEASE, ZERO_NS + i * 100, 0, 0, 0, i, ZERO_NS + i * 100);
            }
            final List<TaskResult> all = List.of(TaskResult.of(TASKS.getFirst(), OptionalLong.empty(), statistics));
            assertEquals(0, WithoutStalls.filter(TASKS, all, log, List.of(), WithoutStalls.Reach.BACKLOG).untraced());
            log.finish(1000);
            assertEquals(3, log.size());
        }
    }

    @Test
    void shouldTakeOutAMissWhenAnUnfinishedJobWasTouched() {
        try (JobLog log = new JobLog(folder, 1, ZERO_NS)) {
            final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
            statistics.released();
            log.onEvent(EventType.RELEASE, ZERO_NS + 1, 0, 0, 0, 0, ZERO_NS);
            log.finish(500);
            statistics.unfinished(true);
            final List<TaskResult> all = List.of(TaskResult.of(TASKS.getFirst(), OptionalLong.empty(), statistics));
            final TaskResult task = WithoutStalls.filter(TASKS, all, log, List.of(new Stall(450, 1000, "m", "steal")),
                WithoutStalls.Reach.LIVE_JOBS).tasks().getFirst();
            assertEquals(0, task.misses());
            assertEquals(0, task.unfinished());
            assertEquals(0, task.released());
        }
    }

    @Test
    void shouldAgreeWithComparingAllPairsWhenRandom() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            try (JobLog log = new JobLog(folder, 1, ZERO_NS)) {
                final TaskStatistics statistics = new TaskStatistics(TASKS.getFirst(), 1);
                final List<Stall> stalls = new ArrayList<>();
                for (int i = 0; i < random.nextInt(20); i++) {
                    stalls.add(new Stall(random.nextInt(20_000), 1 + random.nextInt(300), "m", "c"));
                }
                stalls.sort((a, b) -> Long.compare(a.atNs(), b.atNs()));
                long expected = 0;
                for (int i = 0; i < 200; i++) {
                    final long nominalNs = i * 100L;
                    final long endNs = nominalNs + 1 + random.nextInt(150);
                    job(log, statistics, i, nominalNs, endNs);
                    expected += stalls.stream().anyMatch(s -> s.atNs() <= endNs && s.endNs() >= nominalNs) ? 1 : 0;
                }
                final List<TaskResult> all = List.of(TaskResult.of(TASKS.getFirst(), OptionalLong.empty(), statistics));
                assertEquals(expected, WithoutStalls.filter(TASKS, all, log, stalls, WithoutStalls.Reach.LIVE_JOBS).touched(),
                    "seed " + seed);
            }
        }
    }

    private static void job(final JobLog log, final TaskStatistics statistics, final long number, final long nominalNs, final long endNs) {
        log.onEvent(EventType.RELEASE, ZERO_NS + nominalNs, 0, 0, 0, number, ZERO_NS + nominalNs);
        log.onEvent(EventType.COMPLETE, ZERO_NS + endNs, 0, 0, 0, number, ZERO_NS + nominalNs);
        statistics.released();
        statistics.record(endNs - nominalNs, endNs - nominalNs > 100);
    }
}
