// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.time.Clock;
import org.tactus.internal.watch.TaskCounts;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.Stall;
import org.tactus.result.TaskResult;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

@Timeout(60)
class RunRecorderTest {
    private static final long ZERO = 5_000_000;
    private static final TaskSet SET = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0"))
        .task("a", t -> t.periodNs(1_000_000).segment("cpu0", 1000)).build();

    @Test
    void shouldKeepNoChangeWhenNobodyWatches() {
        try (RunRecorder recorder =
            new RunRecorder(SET, RunSettings.DEFAULT, Optional.empty(), Clock.SYSTEM, KernelListener.NONE, EventHandler.NONE)) {
            for (int i = 0; i < 10_000; i++) {
                recorder.show(0, 1, SET.tasks().getFirst(), OptionalLong.empty(), 0);
                recorder.showBound(0, 1, OptionalLong.of(i), i);
            }
            recorder.onRound();
            assertEquals(0, recorder.pendingChanges());
        }
    }

    /** Frozen counts would say that a running task has stopped. */
    @Test
    void shouldSayThatTheMonitorDoesNotAnswerWhenItIsStuck() throws Exception {
        try (RunRecorder recorder =
            new RunRecorder(SET, RunSettings.DEFAULT, Optional.empty(), Clock.SYSTEM, KernelListener.NONE, EventHandler.NONE)) {
            recorder.show(0, 1, SET.tasks().getFirst(), OptionalLong.empty(), 0);
            final String why = assertThrows(IllegalStateException.class, () -> recorder.view(0, 1, 20)).getMessage();
            assertTrue(why.contains("a listener does not return"), why);
            recorder.onRound(); // this thread is the monitor from now on
            assertTrue(recorder.view(0, 1).orElseThrow().isLive());
            assertTrue(recorder.view(0, 2).isEmpty(), "another task's slot");
            final CompletableFuture<Optional<TaskCounts>> asked = CompletableFuture.supplyAsync(() -> recorder.view(0, 1));
            while (recorder.pendingChanges() == 0) {
                Thread.sleep(1);
            }
            recorder.finish(0);
            recorder.end();
            assertTrue(asked.get().isPresent(), "what was asked before the end");
            assertTrue(recorder.view(0, 1).isEmpty(), "the end has fixed the counts");
            assertFalse(recorder.counters().isAlive());
        }
    }

    /** A gap with which the platform breaks its curve voids the bounds of the jobs that it overlaps, and of nobody without a curve. */
    @Test
    void shouldCountTheJobsOfABreakWhenACurveIsCharged() {
        assertEquals(1, touched(StallCurve.every(1_000_000, 50_000)));
        assertEquals(0, touched(StallCurve.NONE));
    }

    private static long touched(final StallCurve curve) {
        final TaskSet set = new TaskSet(SET.name(), SET.policy(), Overheads.NONE.withSupply(CoreSupply.each(curve)), SET.platform(),
            SET.tasks());
        final Task task = SET.tasks().getFirst();
        final Histogram responses = new Histogram(3);
        try (RunRecorder recorder =
            new RunRecorder(set, RunSettings.DEFAULT, Optional.empty(), Clock.SYSTEM, KernelListener.NONE, EventHandler.NONE)) {
            recorder.begin(ZERO, () -> 0);
            recorder.show(0, 1, task, OptionalLong.empty(), ZERO);
            for (int job = 0; job < 3; job++) {
                final long nominal = ZERO + job * task.periodNs();
                final long end = nominal + (job == 1 ? 300_000 : 1_000);
                recorder.onTaskEvent(EventType.RELEASE, nominal, 0, 0, 1, 0, job, nominal);
                if (job == 1) {
                    recorder.onEvent(EventType.BEYOND_CURVE, nominal + 200_000, 0, -1, 0, -1, 100_000);
                }
                recorder.onTaskEvent(EventType.COMPLETE, end, 0, 0, 1, 0, job, nominal);
                responses.recordValue(end - nominal);
            }
            recorder.finish(3 * task.periodNs());
            recorder.withoutBreaks(List.of(1), List.of(TaskResult.of(task, OptionalLong.empty(),
                new TaskResult.Counts(3, 3, 0, 0, 0, 0, 0, 1_000, 300_000, 0, false), responses)));
            return recorder.beyondCurve();
        }
    }

    /** What the dispatcher waited by itself in a gap excuses nothing, so of a late job only the platform's part counts. */
    @Test
    void shouldExcuseOnlyWhatIsLeftOfAGapWithoutTheDispatchersOwnWait() {
        assertEquals(1, excused(0));
        assertEquals(1, excused(500_000));
        assertEquals(0, excused(2_000_000));
        assertEquals(0, excused(8_000_000));
    }

    /** How many jobs are excused: of one that ended 7 ms behind its deadline of 1 ms, in a gap of 8 ms in which the dispatcher waited. */
    private static long excused(final long waitedNs) {
        final Task task = SET.tasks().getFirst();
        final long late = task.deadlineNs() + 7_000_000;
        final Histogram responses = new Histogram(3);
        responses.recordValue(late);
        try (RunRecorder recorder =
            new RunRecorder(SET, RunSettings.DEFAULT, Optional.empty(), Clock.SYSTEM, KernelListener.NONE, EventHandler.NONE)) {
            recorder.begin(ZERO, () -> 0);
            recorder.show(0, 1, task, OptionalLong.empty(), ZERO);
            recorder.onTaskEvent(EventType.RELEASE, ZERO, 0, 0, 1, 0, 0, ZERO);
            recorder.onEvent(EventType.STALL, ZERO + 8_000_000, 0, -1, 0, -1, 8_000_000);
            if (waitedNs > 0) {
                recorder.onEvent(EventType.OWN_WAIT, ZERO + 8_000_000, 0, -1, 0, 8_000_000, waitedNs);
            }
            recorder.onTaskEvent(EventType.COMPLETE, ZERO + late, 0, 0, 1, 0, 0, ZERO);
            final List<Stall> stalls = recorder.finish(late);
            assertEquals(waitedNs > 0 ? 1 : 0, stalls.stream().filter(stall -> !stall.isOfPlatform()).count(), stalls.toString());
            return recorder.withoutStalls(List.of(1), List.of(TaskResult.of(task, OptionalLong.empty(),
                new TaskResult.Counts(1, 1, 0, 0, 0, 1, 0, late, late, 0, false), responses))).touched();
        }
    }
}
