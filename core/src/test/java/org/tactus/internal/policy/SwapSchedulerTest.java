// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Reclaim;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** Three tasks of two chunks each in a memory of four; a is the most urgent, c the least. */
class SwapSchedulerTest {
    private static final int A = 0;
    private static final int B = 1;
    private static final int C = 2;
    private static final int D = 3;
    private static final long CHUNK = 10;

    private Rig rig;
    private SwapScheduler swaps;
    private DeviceMemory memory;
    private List<Task> tasks;

    private void open(final SwapProtocol protocol, final boolean background, final long capacityChunks, final long... offsets) {
        memory = new DeviceMemory(capacityChunks * CHUNK, CHUNK, protocol, 1, 1, 0, 0, Residency.SEMANTIC, 1, background);
        final TaskMemory own = new TaskMemory(2 * CHUNK, OptionalLong.of(2 * CHUNK), Optional.empty());
        final TaskSet set = TaskSet.builder("set").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .task("a", task -> task.periodNs(100).offsetNs(offsets[A]).segment("gpu0", 5).memory(own))
            .task("b", task -> task.periodNs(200).offsetNs(offsets[B]).segment("gpu0", 5).memory(own))
            .task("c", task -> task.periodNs(400).offsetNs(offsets[C]).segment("gpu0", 5).memory(own)).build();
        manage(set, 0);
    }

    private void manage(final TaskSet set, final int device) {
        tasks = set.tasks();
        rig = new Rig(set);
        swaps = new SwapScheduler(rig.state, rig.devices[device], new UnsafeBuffer(
            new byte[SwapScheduler.requiredBytes(tasks.size())]), memory, set.overheads(), 0);
        for (int i = 0; i < tasks.size(); i++) {
            swaps.define(i, SwapRegion.of(tasks.get(i), memory));
            assertFalse(swaps.isMember(i));
            swaps.admit(i);
            assertTrue(swaps.isMember(i));
        }
    }

    private void expect(final int command, final int task, final int first, final int count, final long nowNs) {
        assertEquals(command, swaps.decide(nowNs));
        assertEquals(task + ": " + first + " + " + count, swaps.chosenSlot() + ": " + swaps.firstChunk() + " + " + swaps.count());
    }

    private void runs(final int task, final long nowNs) {
        assertEquals(SwapScheduler.RUN, swaps.decide(nowNs));
        assertEquals(task, swaps.chosenSlot());
        rig.devices[0].started(task, nowNs);
        assertEquals(SwapScheduler.WAIT, swaps.decide(nowNs));
        assertEquals(DeviceScheduler.ENDED, rig.devices[0].segmentDone(task, nowNs + 5, false));
    }

    @Test
    void shouldCommitTheMovesOfAJobThatWasTakenUpAndNoOthers() {
        open(SwapProtocol.SEQ, true, 4, 0, 0, 300);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        assertTrue(swaps.isCommitted());
        assertTrue(swaps.isAlone());
        swaps.progress(swaps.isMoving(true), 2, false, 2);
        assertFalse(swaps.isCommitted(), "nothing moves");
        assertEquals(SwapScheduler.RUN, swaps.decide(2));
        rig.devices[0].started(A, 2);
        expect(SwapScheduler.MOVE_IN, B, 0, 2, 2);
        assertFalse(swaps.isCommitted(), "a move in the background may be cancelled");
        open(SwapProtocol.SPE, false, 4, 0, 0, 0);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        assertFalse(swaps.isCommitted(), "a more urgent job ends it after a chunk");
        open(SwapProtocol.OVL, false, 4, 0, 0, 0);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        assertTrue(swaps.isCommitted());
        assertFalse(swaps.isAlone(), "another job may execute beside it");
    }

    /** Three tasks give a chunk each; beside what comes in for the fourth the last eviction begins, on the same thread. */
    @Test
    void shouldAllowAMoveTheBeginsOfTheOtherDirectionAndNoMore() {
        for (final int late : new int[] {0, 1}) {
            memory = new DeviceMemory(3 * CHUNK, CHUNK, SwapProtocol.SEQ, 1, 1, 0, 0, Residency.COPY_ALL, 1, false)
                .withDuplex(new DeviceMemory.Duplex(4, 4, 4));
            final TaskMemory one = new TaskMemory(CHUNK, OptionalLong.of(CHUNK), Optional.empty());
            manage(TaskSet.builder("set").overheads(new Overheads(0, 3, 0, 2, 0)).device(DeviceSpec.modelled("gpu0").withMemory(memory))
                .task("a", task -> task.periodNs(1_000).offsetNs(500).segment("gpu0", 5)
                    .memory(new TaskMemory(3 * CHUNK, OptionalLong.of(3 * CHUNK), Optional.empty())))
                .task("b", task -> task.periodNs(2_000).segment("gpu0", 5).memory(one))
                .task("c", task -> task.periodNs(4_000).segment("gpu0", 5).memory(one))
                .task("d", task -> task.periodNs(8_000).segment("gpu0", 5).memory(one)).build(), 0);
            rig.devices[0].release(0);
            for (final int task : new int[] {B, C, D}) {
                expect(SwapScheduler.MOVE_IN, task, 0, 1, 0);
                swaps.progress(true, 1, false, 0);
                runs(task, 0);
            }
            rig.devices[0].release(500);
            expect(SwapScheduler.MOVE_OUT, D, 0, 1, 500);
            assertEquals(SwapScheduler.WAIT, swaps.decide(500), "no chunk is free");
            swaps.progress(false, 1, false, 509);
            beginBoth(509);
            swaps.progress(true, 1, true, 518);
            swaps.progress(false, 1, false, 523); // 5 + 4, and 5 for the begin of what comes in beside it
            beginBoth(523); // what has come in waited from 518 on
            swaps.progress(true, 2, true, 532);
            swaps.progress(false, 1, false, 532);
            assertEquals(0, swaps.counts().overruns());
            assertEquals(SwapScheduler.GRANT, swaps.decide(532));
            swaps.progress(true, 3, false, 509 + 5 + 3 * 4 + 5 + 5 + late); // and 5 that it waited
            assertEquals(late, swaps.counts().overruns());
        }
    }

    private void beginBoth(final long nowNs) {
        int begun = 0;
        for (int command = swaps.decide(nowNs); command != SwapScheduler.WAIT; command = swaps.decide(nowNs)) {
            assertTrue(List.of(SwapScheduler.MOVE_OUT, SwapScheduler.MOVE_IN, SwapScheduler.GRANT).contains(command), "command " + command);
            begun++;
        }
        assertEquals(2, begun, "one way and the other");
    }

    @Test
    void shouldCountWhatNeverLeavesAsInUseWhenNothingMoves() {
        memory = new DeviceMemory(10 * CHUNK, CHUNK, SwapProtocol.SEQ, 1, 1, 0, 0);
        manage(TaskSet.builder("set").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .task("a", task -> task.periodNs(100).segment("gpu0", 5)
                .memory(new TaskMemory(38, OptionalLong.empty(), Optional.empty(), 8, 0)))
            .task("b", task -> task.periodNs(200).segment("gpu0", 5)
                .memory(new TaskMemory(19, OptionalLong.empty(), Optional.empty(), 9, 0)))
            .build(), 0);
        rig.devices[0].release(0);
        runs(A, 0);
        assertEquals(30 + 10 + 9, swaps.counts().mostUsedBytes(), "all of both, and the larger scratch");
        assertEquals(0, swaps.counts().movesIn());
    }

    @Test
    void shouldTakeTheFurthestNextUseOutWhenRoomIsNeeded() {
        open(SwapProtocol.SEQ, false, 4, 0, 0, 0);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        assertEquals(SwapScheduler.WAIT, swaps.decide(1));
        swaps.progress(swaps.isMoving(true), 2, false, 2);
        runs(A, 2);
        expect(SwapScheduler.MOVE_IN, B, 0, 2, 7);
        swaps.progress(swaps.isMoving(true), 2, false, 9);
        runs(B, 9);
        expect(SwapScheduler.MOVE_OUT, B, 0, 2, 14); // a is used at 100, b not before 200
        swaps.progress(swaps.isMoving(true), 1, true, 15);
        assertEquals(30, swaps.usedBytes());
        swaps.progress(swaps.isMoving(true), 2, false, 16);
        expect(SwapScheduler.MOVE_IN, C, 0, 2, 16);
        swaps.progress(swaps.isMoving(true), 2, false, 18);
        runs(C, 18);
        assertEquals(4 * CHUNK, swaps.counts().mostUsedBytes());
    }

    @Test
    void shouldLeaveTheRestOutWhenAMoreUrgentJobComes() {
        open(SwapProtocol.SPE, false, 4, 1, 0, 50);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, B, 0, 2, 0);
        rig.devices[0].release(1);
        assertEquals(SwapScheduler.CANCEL, swaps.decide(1));
        assertEquals(SwapScheduler.WAIT, swaps.decide(1));
        swaps.progress(swaps.isMoving(true), 1, false, 1);
        assertEquals(1, swaps.out(B));
        assertEquals(CHUNK, swaps.usedBytes());
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 1);
    }

    @Test
    void shouldCountNothingOfAMoveThatBroke() {
        open(SwapProtocol.SEQ, false, 4, 0, 0, 0);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        swaps.progress(swaps.isMoving(true), 1, true, 1);
        rig.state.requestStop(A);
        swaps.failed(swaps.isMoving(true));
        assertEquals(2, swaps.out(A));
        assertEquals(0, swaps.usedBytes());
        assertEquals(SwapScheduler.RUN, swaps.decide(2)); // to be ended: a stop was asked for
        assertEquals(DeviceScheduler.ENDED, rig.devices[0].segmentDone(A, 2, true));
        assertTrue(rig.take().contains("stopped 0 @2"));
        expect(SwapScheduler.MOVE_IN, B, 0, 2, 2);
        assertTrue(swaps.forget(A));
        assertFalse(swaps.isMember(A));
        assertFalse(swaps.forget(B), "its chunks are moving");
    }

    @Test
    void shouldSayThatThereIsNoRoomWhenNobodyCanGiveAny() {
        open(SwapProtocol.SEQ, false, 1, 0, 0, 0);
        rig.devices[0].release(0);
        assertEquals(SwapScheduler.NO_ROOM, swaps.decide(0));
        assertEquals(A, swaps.chosenSlot());
    }

    @Test
    void shouldBringTheNextJobInWhileAnotherExecutes() {
        open(SwapProtocol.SEQ, true, 4, 0, 0, 300);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        swaps.progress(swaps.isMoving(true), 2, false, 2);
        assertEquals(SwapScheduler.RUN, swaps.decide(2));
        rig.devices[0].started(A, 2);
        expect(SwapScheduler.MOVE_IN, B, 0, 2, 2);
        swaps.progress(swaps.isMoving(true), 2, false, 4);
        assertEquals(SwapScheduler.WAIT, swaps.decide(4));
        rig.devices[0].segmentDone(A, 7, false);
        assertEquals(SwapScheduler.RUN, swaps.decide(7));
        assertEquals(B, swaps.chosenSlot());
        assertEquals(2, swaps.counts().chunksBackground());
    }

    @Test
    void shouldMoveNothingInTheBackgroundThatCouldMakeAJobWaitLonger() {
        open(SwapProtocol.SEQ, true, 2, 50, 50, 50);
        expect(SwapScheduler.MOVE_IN, A, 1, 1, 0); // both chunks would cost b 2 out and 2 in, and the rest of this one
        swaps.progress(swaps.isMoving(true), 1, false, 1);
        assertEquals(SwapScheduler.WAIT, swaps.decide(1));
    }

    @Test
    void shouldMoveNothingInTheBackgroundPastTheWcetOfTheExecutingJob() {
        open(SwapProtocol.SEQ, true, 3, 0, 0, 300);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        swaps.progress(swaps.isMoving(true), 2, false, 2);
        assertEquals(SwapScheduler.RUN, swaps.decide(2));
        rig.devices[0].started(A, 2);
        assertEquals(SwapScheduler.WAIT, swaps.decide(7), "its WCET is over: c could have to wait for more than its 2 in and 2 out");
    }

    @Test
    void shouldStartASegmentAtOnceWhenTheMoveForItsJobBringsALaterOnesChunk() {
        memory = new DeviceMemory(10 * CHUNK, CHUNK, SwapProtocol.SEQ, 3, 3, 0, 0, Residency.SEMANTIC, 0, true);
        final TaskMemory own = new TaskMemory(CHUNK, OptionalLong.of(CHUNK), Optional.empty(), 0, 0, List.of(0L, CHUNK),
            OptionalLong.empty());
        manage(TaskSet.builder("set").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .task("a", task -> task.periodNs(100).segment("gpu0", 1))
            .task("b", task -> task.periodNs(200).segment("gpu0", 2).segment("gpu0", 2).memory(own)).build(), 0);
        rig.devices[0].release(0);
        assertEquals(SwapScheduler.RUN, swaps.decide(0));
        rig.devices[0].started(A, 0);
        expect(SwapScheduler.MOVE_IN, B, 0, 1, 0);
        rig.devices[0].segmentDone(A, 1, false);
        assertEquals(SwapScheduler.RUN, swaps.decide(1), "its first segment needs nothing");
        assertEquals(B, swaps.chosenSlot());
        rig.devices[0].started(B, 1);
        assertEquals(SwapScheduler.WAIT, swaps.decide(1));
        assertEquals(DeviceScheduler.NEXT_HERE, rig.devices[0].segmentDone(B, 2, false));
        assertEquals(SwapScheduler.WAIT, swaps.decide(2), "its second one waits for its chunk");
        swaps.progress(swaps.isMoving(true), 1, false, 3);
        assertEquals(SwapScheduler.RUN, swaps.decide(3));
    }

    /** A part of a load, cut to the rest of a WCET, makes one operation more than the job's bound counts. */
    @Test
    void shouldNotTakeAJobUpDuringAPartOfItsLoad() {
        memory = new DeviceMemory(10 * CHUNK, CHUNK, SwapProtocol.SEQ, 2, 0, 3, 0, Residency.SEMANTIC, 0, true);
        final TaskMemory own = new TaskMemory(2 * CHUNK, OptionalLong.of(2 * CHUNK), Optional.empty());
        manage(TaskSet.builder("set").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .task("a", task -> task.periodNs(100).offsetNs(4).segment("gpu0", 5))
            .task("b", task -> task.periodNs(200).offsetNs(1).segment("gpu0", 5).memory(own))
            .task("c", task -> task.periodNs(400).segment("gpu0", 6)).build(), 0);
        rig.devices[0].release(0);
        assertEquals(SwapScheduler.RUN, swaps.decide(0));
        rig.devices[0].started(C, 0);
        rig.devices[0].release(1);
        expect(SwapScheduler.MOVE_IN, B, 1, 1, 1); // ends within the 6 of c; all of it would need 1 + 3 + 2 + 2
        rig.devices[0].segmentDone(C, 3, false);
        assertEquals(SwapScheduler.WAIT, swaps.decide(3));
        assertFalse(swaps.isLoading(), "b would hold the device for the rest of this operation and a whole other one");
        rig.devices[0].release(4);
        assertEquals(SwapScheduler.RUN, swaps.decide(4));
        assertEquals(A, swaps.chosenSlot());
    }

    @Test
    void shouldMoveInTheBackgroundWhatEndsWithinTheWcetOfTheExecutingJob() {
        open(SwapProtocol.SEQ, true, 3, 0, 0, 300);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        swaps.progress(swaps.isMoving(true), 2, false, 2);
        assertEquals(SwapScheduler.RUN, swaps.decide(2));
        rig.devices[0].started(A, 2);
        expect(SwapScheduler.MOVE_IN, B, 1, 1, 6);
    }

    @Test
    void shouldMoveNothingForATaskThatHasNowTheSlotOfAnother() {
        open(SwapProtocol.SEQ, true, 4, 0, 0, 50);
        rig.devices[0].release(0);
        expect(SwapScheduler.MOVE_IN, A, 0, 2, 0);
        swaps.progress(swaps.isMoving(true), 2, false, 2);
        assertEquals(SwapScheduler.RUN, swaps.decide(2));
        rig.devices[0].started(A, 2);
        expect(SwapScheduler.MOVE_IN, B, 0, 2, 2);
        swaps.progress(swaps.isMoving(true), 2, false, 4);
        rig.devices[0].segmentDone(A, 7, false);
        assertEquals(SwapScheduler.RUN, swaps.decide(7));
        rig.devices[0].started(B, 7);
        rig.devices[0].segmentDone(B, 12, false);
        expect(SwapScheduler.MOVE_OUT, B, 0, 2, 12); // for c, which is used next
        rig.state.requestStop(C);
        rig.devices[0].stop(C, 12);
        assertTrue(swaps.forget(C));
        swaps.define(C, SwapRegion.of(tasks.get(C), memory));
        rig.state.define(C, tasks.get(C), C, 1);
        swaps.admit(C);
        rig.devices[0].admit(C, 12);
        rig.devices[0].release(12);
        assertEquals(SwapScheduler.CANCEL, swaps.decide(12));
    }

    @Test
    void shouldTakeNoJobUpEarlyWhenNoTaskIsSwapped() {
        plain(SwapProtocol.OVL);
        rig.devices[1].release(0);
        assertEquals(SwapScheduler.RUN, swaps.decide(0));
        rig.devices[1].started(B, 0);
        rig.devices[1].release(1);
        assertEquals(SwapScheduler.WAIT, swaps.decide(1)); // c waits
        rig.devices[1].release(2);
        assertEquals(SwapScheduler.WAIT, swaps.decide(2));
        rig.devices[1].segmentDone(B, 3, false);
        assertEquals(SwapScheduler.RUN, swaps.decide(3));
        assertEquals(A, swaps.chosenSlot(), "c was taken up before a came");
    }

    @Test
    void shouldRunAnOfferedSegmentWhenNoTaskIsSwapped() {
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            plain(protocol);
            rig.devices[0].release(0);
            assertEquals(DeviceScheduler.HAND_OVER, rig.run(0, 0, 5));
            assertEquals(DeviceScheduler.NEXT_HERE, rig.devices[1].arrive(D, 5));
            rig.devices[1].release(5);
            assertEquals(SwapScheduler.RUN, swaps.decide(5));
            assertEquals(D, swaps.chosenSlot());
            rig.devices[1].started(D, 5);
            assertEquals(DeviceScheduler.RETURN_HOME, rig.devices[1].segmentDone(D, 7, false));
            assertEquals(SwapScheduler.RUN, swaps.decide(7));
            assertEquals(A, swaps.chosenSlot());
        }
    }

    /** A device with scheduled memory that three tasks stay in, and a fourth on a CPU that offers a segment. */
    private void plain(final SwapProtocol protocol) {
        memory = new DeviceMemory(4 * CHUNK, CHUNK, protocol, 1, 1, 0, 0);
        final TaskSet set = TaskSet.builder("set").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .task("a", task -> task.periodNs(100).offsetNs(2).segment("gpu0", 5))
            .task("b", task -> task.periodNs(200).segment("gpu0", 5))
            .task("c", task -> task.periodNs(400).offsetNs(1).segment("gpu0", 5))
            .task("d", task -> task.periodNs(400).reclaim(new Reclaim(9, 1, 9)).segment("cpu0", 5).segment("cpu0", 5).offer("gpu0", 3))
            .build();
        manage(set, 1);
    }

    @Test
    void shouldAllocateNothingWhenItDecides() {
        open(SwapProtocol.SEQ, true, 4, 0, 0, 0);
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 12; attempt++) {
            least = Math.min(least, bytesOf(300, attempt * 1500L));
        }
        assertTrue(swaps.counts().chunksOut() > 100, "nothing was swapped");
        assertEquals(0, least);
    }

    /** Bytes that moves and decisions allocate; what the rig does besides keeps text. */
    private long bytesOf(final int rounds, final long fromNs) {
        final var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        long now = fromNs;
        for (int i = 0; i < rounds; i++, now += 5) {
            rig.devices[0].release(now);
            if (rig.devices[0].running() >= 0) {
                rig.devices[0].segmentDone(rig.devices[0].running(), now, false);
            }
            final long before = threads.getCurrentThreadAllocatedBytes();
            if (swaps.isMoving()) {
                swaps.progress(swaps.isMoving(true), swaps.movedCount(swaps.isMoving(true)), false, now);
            }
            for (int command = swaps.decide(now); command != SwapScheduler.WAIT; command = swaps.decide(now)) {
                if (command == SwapScheduler.RUN) {
                    rig.devices[0].started(swaps.chosenSlot(), now);
                }
            }
            bytes += threads.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }
}
