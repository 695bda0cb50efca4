// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.tactus.internal.policy.PolicyState.NONE;

import org.agrona.collections.IntArrayList;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.internal.policy.SwapScheduler;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Overheads;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;

/**
 * The memory side of a dispatcher: it executes on the device's {@link ChunkMover}, or on two of them where both ways move at once, what
 * the {@link SwapScheduler} decides. Called by the dispatcher only, {@link #define} and {@link #isMember} by the control thread.
 * Allocation-free after construction.
 */
final class SwapDriver {
    private final int deviceIndex;
    /** The same where one way moves at a time. */
    private final ChunkMover inMover;
    private final ChunkMover outMover;
    private final DeviceMemory memory;
    /** Worst-case times of one chunk, whether it is copied or dropped, and whether another one moves the other way or not. */
    private final long worstInNs;
    private final long worstOutNs;
    private final PolicyState state;
    private final SwapScheduler swaps;
    private final EventRing events;
    private final Throwable[] errors;
    private final Throwable noRoom;
    private final IntArrayList forgetting = new IntArrayList(8, NONE);
    /** The moves under way, in and out, for the monitor to see when one does not end. */
    final RunningWord inWord = new RunningWord();
    final RunningWord outWord = new RunningWord();
    private int seenIn;
    private int seenOut;
    /** Chunks that the control thread gets when room is made for a task that joins. */
    private int retiring;

    SwapDriver(
        final int deviceIndex, final Device device, final PolicyState state, final DeviceScheduler scheduler, final DeviceMemory memory,
        final Overheads machine, final EventRing events, final Throwable[] errors) {
        this.deviceIndex = deviceIndex;
        this.outMover = device.mover();
        this.inMover = memory.isDuplex() ? device.secondMover() : outMover;
        this.memory = memory;
        this.worstInNs = Math.max(memory.chunkInNs(), memory.duplex().map(DeviceMemory.Duplex::inNs).orElse(0L));
        this.worstOutNs = Math.max(Math.max(memory.chunkOutNs(), memory.chunkDropNs()),
            memory.duplex().map(DeviceMemory.Duplex::outNs).orElse(0L));
        this.state = state;
        this.events = events;
        this.errors = errors;
        this.noRoom = new IllegalStateException("no task can give the chunks that its memory needs; raise the swap volumes of the others");
        this.swaps = new SwapScheduler(
            state, scheduler, AlignedMemory.allocate(SwapScheduler.requiredBytes(errors.length)), memory, machine, 0);
    }

    /** Writes a task's region before the task is admitted. Control thread. */
    void define(final int slot, final Task task) {
        swaps.define(slot, SwapRegion.of(task, memory));
    }

    /** Notes that room will be asked for a task that was defined. Control thread. */
    void expect(final int slot) {
        swaps.room().expect(slot);
    }

    /** Whether room was made for a task that joins. Control thread. */
    boolean isRoomMade(final int slot) {
        return swaps.room().isTold(slot);
    }

    /** Bytes that a task which joins has no room for yet. Control thread. */
    long owedBytes(final int slot) {
        return swaps.room().owedBytes(slot);
    }

    /** Bytes that a forgotten task has left and that count as used; 0 when they were taken before. Control thread. */
    long takeLeftBytes(final int slot) {
        return swaps.takeLeftBytes(slot);
    }

    /** Tells whether chunks of a slot's task may still move, or room is made for it. Control thread. */
    boolean isMember(final int slot) {
        return swaps.isMember(slot);
    }

    void admit(final int slot, final int together) {
        swaps.admit(slot, together);
    }

    /** Decides again, although tasks that were to be added together with others have not come. */
    void awaitNoMore() {
        swaps.awaitNoMore();
    }

    /** Begins to make room for a task that joins; when it is made, so many chunks are handed over to the control thread. */
    void makeRoom(final int slot, final int chunks) {
        retiring = chunks;
        swaps.room().begin(slot);
    }

    /** What a forgotten task has left has been freed. */
    void returned(final long bytes) {
        swaps.returned(bytes);
    }

    /** No longer counts a stopped task, or one that does not join, as soon as none of its chunks is moving. */
    void forget(final int slot) {
        if (!swaps.isMoving(slot)) {
            outMover.surrender(slot); // before the control thread is told, who then frees the region
            swaps.forget(slot);
        } else if (!forgetting.containsInt(slot)) {
            forgetting.addInt(slot);
        }
    }

    boolean isBusy() {
        return swaps.isMoving() || swaps.isLoading();
    }

    /** When the chunk under way will be done, {@code Long.MAX_VALUE} when that is not known. */
    long endsNs() {
        return Math.min(inMover.endsNs(), outMover.endsNs());
    }

    /** Takes note of what has moved; returns a work count. */
    int poll(final long nowNs) {
        int work = 0;
        if (swaps.isMoving(false)) {
            work += poll(outMover, false, seenOut, nowNs);
        }
        if (swaps.isMoving(true)) {
            work += poll(inMover, true, seenIn, nowNs);
        }
        while (work > 0 && !swaps.isMoving() && !forgetting.isEmpty()) {
            forget(forgetting.popInt());
        }
        return work;
    }

    private int poll(final ChunkMover mover, final boolean in, final int seen, final long nowNs) {
        final int done = mover.poll(nowNs);
        if (done == ChunkMover.FAILED) {
            end(in, nowNs, 0);
            stop(swaps.movedSlot(in), mover.failure(), nowNs);
            swaps.failed(in);
        } else if (!mover.isMoving()) {
            end(in, nowNs, done);
            swaps.progress(in, done, false, nowNs);
        } else if (done != seen) {
            swaps.progress(in, done, true, nowNs);
        } else {
            return 0;
        }
        if (in) {
            seenIn = done;
        } else {
            seenOut = done;
        }
        return 1;
    }

    /** Ends the moves under way after their chunks; false when none is under way any more. */
    boolean settle(final long nowNs) {
        if (swaps.isMoving()) {
            cancel();
            poll(nowNs);
        }
        return swaps.isMoving();
    }

    private void cancel() {
        inMover.cancel();
        outMover.cancel(); // once more where it is the same one, which does nothing
    }

    /** Carries decisions out; returns the task whose segment starts, or NONE. */
    int select(final long nowNs) {
        while (true) {
            switch (swaps.decide(nowNs)) {
                case SwapScheduler.RUN -> {
                    return swaps.chosenSlot();
                }
                case SwapScheduler.MOVE_IN -> {
                    seenIn = 0;
                    begin(inWord, EventType.SWAP_IN, worstNs(true), nowNs);
                    inMover.startIn(swaps.chosenSlot(), swaps.firstChunk(), swaps.count(), nowNs);
                    if (swaps.granted() < swaps.count()) {
                        inMover.allow(swaps.granted(), nowNs);
                    }
                    commit(inMover);
                }
                case SwapScheduler.MOVE_OUT -> {
                    seenOut = 0;
                    begin(outWord, EventType.SWAP_OUT, worstNs(false), nowNs);
                    outMover.startOut(swaps.chosenSlot(), swaps.firstChunk(), swaps.count(), nowNs);
                    commit(outMover);
                }
                case SwapScheduler.GRANT -> inMover.allow(swaps.count(), nowNs);
                case SwapScheduler.CANCEL -> cancel();
                case SwapScheduler.NO_ROOM -> stop(swaps.chosenSlot(), noRoom, nowNs);
                default -> {
                    if (swaps.room().isMade()) {
                        outMover.retire(retiring);
                        swaps.room().tell();
                    }
                    return NONE;
                }
            }
        }
    }

    private void commit(final ChunkMover mover) {
        if (swaps.isCommitted()) {
            mover.commit(swaps.isAlone());
        }
    }

    /** The longest that the move just asked for takes, in with what it may wait for room that others give meanwhile. */
    private long worstNs(final boolean in) {
        final long outNs = memory.swapOutOverheadNs() + worstOutNs;
        return in ? memory.swapInOverheadNs() + swaps.count() * (worstInNs + (memory.isDuplex() ? outNs : 0))
            : memory.swapOutOverheadNs() + swaps.count() * worstOutNs;
    }

    private void begin(final RunningWord word, final int type, final long worstNs, final long nowNs) {
        // Before the mover is called, because that call itself may hang.
        word.begin(swaps.chosenSlot(), state.generation(swaps.chosenSlot()), NONE, worstNs, nowNs);
        events.write(type, nowNs, deviceIndex, swaps.chosenSlot(), swaps.firstChunk(), -1, swaps.count());
    }

    private void end(final boolean in, final long nowNs, final int done) {
        (in ? inWord : outWord).end();
        events.write(EventType.SWAP_END, nowNs, deviceIndex, swaps.movedSlot(in), swaps.movedFirst(in), -1, done);
    }

    /** Stops one task for an error of its memory; a live job ends when it is next, the monitor tells its home the rest. */
    private void stop(final int slot, final Throwable cause, final long nowNs) {
        errors[slot] = cause;
        state.requestStop(slot); // its slot is not used again before this device has forgotten it
        events.write(EventType.ERROR, nowNs, deviceIndex, slot, 0, -1, 0);
    }

    SwapCounts counts() {
        return swaps.counts();
    }
}
