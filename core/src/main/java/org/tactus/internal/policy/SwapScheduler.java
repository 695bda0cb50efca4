// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

import org.agrona.concurrent.AtomicBuffer;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Overheads;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;

/**
 * Decides, for a device whose memory is scheduled, which chunks move when and which job runs next, by one of the three protocols of
 * {@code docs/proofs/swapping.md}. It works beside the device's {@link DeviceScheduler}. Called by the device's dispatcher only (in
 * simulation, by the simulator), {@link #define} and {@link #isMember} by the control thread. Allocation-free.
 *
 * <p>The caller asks {@link #decide} until it answers {@link #WAIT}, carries each answer out at once, and tells of what was moved
 * by {@link #progress} or {@link #failed}. Before it asks, it must have reported everything that is visible at that instant.
 *
 * <p>Guarantees: (1) chunks of the executing segment never move, and those of its task only for its own next segments; (2) chunks of a
 * job that was taken up to be loaded leave only under SPE, and in a ring those of its finished segments; (3) what is in use stays within
 * the capacity; (4) a background move never makes a job wait longer than its analysed swap time.
 */
public final class SwapScheduler {
    /** Nothing is to be done now. */
    public static final int WAIT = 0;
    /** The job of {@link #chosenSlot} starts: all its chunks are in, or a stop was asked for and it is to be ended. */
    public static final int RUN = 1;
    /** Bring chunks of {@link #chosenSlot} in. */
    public static final int MOVE_IN = 2;
    /** Take chunks of {@link #chosenSlot} out. */
    public static final int MOVE_OUT = 3;
    /** End the move that is under way after its chunk. */
    public static final int CANCEL = 4;
    /** No task can give what {@link #chosenSlot} needs: a memory condition does not hold. Stop the task and ask again. */
    public static final int NO_ROOM = 5;
    /** The move of {@link #chosenSlot} that is under way may bring more chunks in: {@link #count} in all. Where both ways move at once. */
    public static final int GRANT = 6;

    private final PolicyState state;
    private final DeviceScheduler scheduler;
    private final SwapProtocol protocol;
    private final SwapCosts costs;
    private final ResidencyTable table;
    private final BackgroundSwaps background;
    private final UnitLoads unit;
    private final JoiningRoom room;
    private final SwapCounts counts = new SwapCounts();
    private int chosenSlot = NONE;
    private int firstChunk;
    private int count;
    /** Tasks that are added together with those that came last, and have not come yet. */
    private int awaited;
    private boolean isLost;
    private int loading = NONE;
    private final SwapMove in = new SwapMove(true);
    private final SwapMove out = new SwapMove(false);
    private long busySinceNs;

    /**
     * Makes the scheduler of a device's memory.
     *
     * @param state      the tables
     * @param scheduler  the device's own
     * @param table      zeroed memory for its records, cache-line aligned, at least {@link #requiredBytes} long
     * @param memory     the device's memory
     * @param machine    what its dispatcher adds to every operation
     * @param victimSeed 0 in production; another one draws victims, for tests of what holds for any victim
     */
    public SwapScheduler(
        final PolicyState state, final DeviceScheduler scheduler, final AtomicBuffer table, final DeviceMemory memory,
        final Overheads machine, final long victimSeed) {
        this.state = state;
        this.scheduler = scheduler;
        this.protocol = memory.protocol();
        this.costs = SwapCosts.of(memory, machine);
        this.table = new ResidencyTable(state, table, costs, memory.capacityBytes(), victimSeed);
        this.unit = new UnitLoads(state, scheduler, this.table);
        this.room = new JoiningRoom(this.table);
        this.background = new BackgroundSwaps(state, scheduler, this.table, costs, memory.background() && protocol != SwapProtocol.OVL);
    }

    /**
     * Bytes that the records take.
     *
     * @param taskCapacity tasks that fit, as in the state
     * @return bytes
     */
    public static int requiredBytes(final int taskCapacity) {
        return ResidencyTable.requiredBytes(taskCapacity);
    }

    /**
     * Writes a task's region into a free slot. Called by the control thread before the task is admitted.
     *
     * @param slot   the task's slot
     * @param region how it lies in this memory
     * @throws IllegalArgumentException when the region has more chunks than the table can hold
     */
    public void define(final int slot, final SwapRegion region) {
        table.define(slot, region);
    }

    /**
     * Tells whether the dispatcher counts a slot's task. Any thread.
     *
     * @param slot the slot
     * @return false when nothing of it is in memory, no room is made for it, and its chunks will not move again
     */
    public boolean isMember(final int slot) {
        return table.isMember(slot);
    }

    /**
     * What makes room for tasks that join while others run; a task that joins is admitted when its room is made, and not before.
     *
     * @return always the same
     */
    public JoiningRoom room() {
        return room;
    }

    /**
     * Counts a defined task; its whole region is out.
     *
     * @param slot the task's slot
     */
    public void admit(final int slot) {
        admit(slot, 1);
    }

    /**
     * Counts one of several defined tasks that are added together, to a device where no other task is; its whole region is out. Nothing is
     * decided until all of them are counted, because what never leaves of those that come later would be taken for free memory.
     *
     * @param slot     the task's slot
     * @param together how many they are, this one included; they may come in any order
     */
    public void admit(final int slot, final int together) {
        table.admit(slot, room.handOver(slot));
        counts.used(table.usedBytes()); // what never leaves is there, whether anything moves or not
        awaited = isLost ? 0 : (awaited == 0 ? together : awaited) - 1;
        background.reconsider();
    }

    /** Waits no longer, and never again, for the rest of tasks that are added together: to a lost device not all of them may come. */
    public void awaitNoMore() {
        isLost = true;
        awaited = 0;
    }

    /**
     * No longer counts a stopped task, or one that does not join after all. What never leaves of the former, and what was taken for the
     * latter, counts until {@link #returned}.
     *
     * @param slot the task's slot
     * @return false when a chunk of it is just moving: ask again later
     */
    public boolean forget(final int slot) {
        if (isMoving(slot)) {
            return false;
        }
        table.forget(slot, room.handOver(slot));
        in.forgetTarget(slot);
        out.forgetTarget(slot);
        unit.forget(slot);
        background.reconsider();
        return true;
    }

    /**
     * Takes the count of what a forgotten task has left, which counts as used until {@link #returned}. Control thread, once
     * {@link #isMember} is false.
     *
     * @param slot the slot, which no other task has got since
     * @return bytes, as the task set counts them; 0 when they were taken before
     */
    public long takeLeftBytes(final int slot) {
        final long bytes = table.owed(slot);
        table.putOwed(slot, 0);
        return bytes;
    }

    /**
     * Takes note that the control thread has freed what a forgotten task has left.
     *
     * @param bytes as {@link #takeLeftBytes} has told
     */
    public void returned(final long bytes) {
        table.returned(bytes);
        background.reconsider();
    }

    /**
     * Decides what is to be done next.
     *
     * @param nowNs now; everything visible at this instant was told before
     * @return {@link #WAIT}, {@link #RUN}, {@link #MOVE_IN}, {@link #MOVE_OUT}, {@link #GRANT}, {@link #CANCEL} or {@link #NO_ROOM}
     */
    public int decide(final long nowNs) {
        if (awaited > 0) {
            return WAIT;
        }
        if (protocol == SwapProtocol.OVL && (loading != NONE || table.swaps())) { // where nothing swaps, no job is taken up early
            if (loading == NONE) {
                loading = scheduler.takeFirst();
            }
            if (isMoving() || loading == NONE) {
                return loading != NONE ? endRoomMove() : scheduler.running() == NONE ? moveForRoom(nowNs) : WAIT;
            }
            return load(loading, nowNs);
        }
        final boolean idle = scheduler.running() == NONE;
        if (unit.slot() != NONE && loading == NONE && idle) {
            if (isMoving(unit.slot()) && !unit.goesOn()) {
                // Of an aborted job: which chunks are in is settled when its own move has ended.
                return in.lacking() > 0 ? cancel() : WAIT;
            }
            loading = unit.follow();
        }
        if (loading != NONE) {
            return isMoving() ? whileLoading(nowNs) : load(loading, nowNs);
        }
        final int first = scheduler.firstReady();
        if (isMoving()) {
            return movesForUnit() ? beside(nowNs) : whileMoving(first, idle, nowNs);
        }
        if (unit.slot() != NONE && !unit.isComplete()) {
            return loadAhead(nowNs);
        }
        if (idle && first != NONE) {
            if (canRun(first)) {
                return run(take());
            }
            if (protocol == SwapProtocol.SEQ) {
                loading = take();
            }
            return load(first, nowNs);
        }
        if (idle && room.isOpen()) {
            return moveForRoom(nowNs);
        }
        final int move = background.decide(first, nowNs);
        return move == WAIT ? WAIT : begin(move, background.slot(), background.count(), background.target(), nowNs);
    }

    /** Takes the first job out of the queue; under SEQ it is served from now on to the end of its unit. */
    private int take() {
        final int slot = scheduler.takeFirst();
        if (protocol == SwapProtocol.SEQ) {
            unit.begin(slot);
        }
        return slot;
    }

    /** No job is live: makes room for a task that joins. */
    private int moveForRoom(final long nowNs) {
        if (isMoving() || !room.isOpen()) {
            return WAIT;
        }
        final long missing = room.missingChunks();
        counts.used(table.usedBytes());
        final int victim = missing == 0 ? NONE : table.victim(room.slot(), NONE, false, 0);
        return victim == NONE ? WAIT
            : begin(MOVE_OUT, victim, (int) Math.min(missing, table.gives(victim)), room.slot(), nowNs);
    }

    /** A job was taken up under OVL while something moves: what moves for a task that joins ends after its chunk. */
    private int endRoomMove() {
        return movesForRoom() ? cancel() : WAIT;
    }

    private boolean movesForRoom() {
        return room.slot() != NONE && out.isFor(room.slot());
    }

    private boolean movesForUnit() {
        return unit.slot() != NONE && (in.isFor(unit.slot()) || out.isFor(unit.slot()));
    }

    /** Asks once that what moves ends after its chunk. */
    private int cancel() {
        if (in.isMoving() && !in.cancelled || out.isMoving() && !out.cancelled) {
            in.cancelled = in.isMoving();
            out.cancelled = out.isMoving();
            return CANCEL;
        }
        return WAIT;
    }

    /** A segment whose chunks were in before the move under way began need not wait for it. */
    private int whileLoading(final long nowNs) {
        final int lacks = in.isMoving(loading) ? in.first() + in.count() : table.out(loading);
        final boolean waits = unit.slot() != loading || scheduler.running() != NONE || state.isStopRequested(loading)
            || lacks > table.firstChunk(loading, state.segmentIndex(loading));
        return waits ? beside(nowNs) : run(loading);
    }

    /**
     * One way or both move for the unit: on a device that moves both ways at once, lets what comes in have what has become free, and
     * takes out what it lacks beside it. The other way round a load begins as soon as one chunk is free.
     */
    private int beside(final long nowNs) {
        final int slot = unit.slot();
        if (!costs.duplex() || slot == NONE || table.ring(slot) > 0 || table.isFullyIn(slot)) {
            return WAIT;
        }
        if (state.isStopRequested(slot)) {
            return in.lacking() > 0 ? cancel() : WAIT; // else it would wait for room that nobody takes out for it
        }
        final int free = Math.clamp(table.freeChunks(), 0, Integer.MAX_VALUE);
        if (!in.isMoving()) {
            return free > 0 && unit.next() != NO_ROOM ? begin(MOVE_IN, slot, unit.chunks(), slot, nowNs) : WAIT;
        }
        final int more = Math.min(in.lacking(), free);
        if (more > 0) {
            in.grant(more, nowNs);
            table.use(more);
            counts.used(table.usedBytes());
            chosenSlot = slot;
            count = in.granted();
            return GRANT;
        }
        if (out.isMoving() || in.lacking() == 0) {
            return WAIT;
        }
        final int victim = table.victim(slot, slot, false, 0);
        chosenSlot = slot;
        return victim == NONE ? NO_ROOM : begin(MOVE_OUT, victim, Math.min(in.lacking(), table.gives(victim)), slot, nowNs);
    }

    /** A segment of the unit executes: brings in what its next ones need. */
    private int loadAhead(final long nowNs) {
        final int move = unit.next();
        return move == MOVE_IN || move == MOVE_OUT ? begin(move, unit.who(), unit.count(), unit.slot(), nowNs) : WAIT;
    }

    /** A move is under way that no job was taken up for: a background move, or any move under SPE. */
    private int whileMoving(final int first, final boolean idle, final long nowNs) {
        if (first == NONE) {
            return WAIT;
        }
        if (idle && (table.out(first) == 0 || state.isStopRequested(first)) && !isMoving(first)) {
            return run(take()); // one that still needs the copy engines would hold the device for longer than its unit takes
        }
        if (in.isFor(first) || out.isFor(first)) {
            if (idle && protocol == SwapProtocol.SEQ && background.isWhole()) {
                loading = take(); // the background move was for this job, so it goes on as the job's own
                in.paired = costs.duplex();
                out.paired = costs.duplex();
                return whileLoading(nowNs);
            }
            return WAIT;
        }
        final boolean disturbs = idle || table.out(first) > 0 || out.isMoving();
        return disturbs ? cancel() : WAIT;
    }

    private boolean canRun(final int slot) {
        return table.hasWhatItNeeds(slot) || state.isStopRequested(slot);
    }

    private int run(final int slot) {
        loading = loading == slot ? NONE : loading;
        scheduler.occupy(slot);
        chosenSlot = slot;
        return RUN;
    }

    private int load(final int slot, final long nowNs) {
        final int running = scheduler.running();
        if (canRun(slot)) {
            return running == NONE ? run(loading == NONE ? scheduler.takeFirst() : slot) : WAIT;
        }
        if (unit.slot() == slot) {
            final int move = unit.next();
            chosenSlot = slot;
            return move == MOVE_IN || move == MOVE_OUT ? begin(move, unit.who(), unit.count(), slot, nowNs) : NO_ROOM;
        }
        final int chunks = table.out(slot);
        final long lacking = chunks - table.freeChunks();
        if (lacking <= 0) {
            return begin(MOVE_IN, slot, chunks, slot, nowNs);
        }
        final int victim = table.victim(slot, running, false, 0);
        if (victim != NONE) {
            return begin(MOVE_OUT, victim, (int) Math.min(lacking, table.gives(victim)), slot, nowNs);
        }
        if (running != NONE) {
            return WAIT; // OVL without MC2: the executing task may give when it is done
        }
        chosenSlot = slot;
        return NO_ROOM;
    }

    private int begin(final int move, final int who, final int chunks, final int whom, final long nowNs) {
        final SwapMove begun = move == MOVE_IN ? in : out;
        busySinceNs = isMoving() ? busySinceNs : nowNs;
        chosenSlot = who;
        count = chunks;
        firstChunk = begun.in ? table.out(who) - chunks : table.firstGiven(who, chunks);
        // Without duplex all of what comes in has room when it begins.
        final int granted = begun.in && costs.duplex() ? (int) Math.min(chunks, table.freeChunks()) : chunks;
        begun.begin(who, firstChunk, chunks, granted, whom, nowNs);
        (begun.in ? out : in).heldUp++; // of a move that has ended nobody asks
        begun.paired = costs.duplex() && whom == unit.slot() && table.ring(whom) == 0;
        if (begun.in) {
            table.use(granted); // reserved as a whole, though mapped one by one
            counts.used(table.usedBytes());
        }
        return move;
    }

    /**
     * Takes note of what a move under way has done.
     *
     * @param brings  whether it is the one that brings chunks in
     * @param chunks  chunks that are done since it began
     * @param ongoing false when it has ended
     * @param nowNs   now
     */
    public void progress(final boolean brings, final int chunks, final boolean ongoing, final long nowNs) {
        final SwapMove move = brings ? in : out;
        final int fresh = move.progress(chunks, nowNs);
        if (brings) {
            table.brought(move.slot(), fresh);
        } else {
            table.took(move.slot(), move.first(), fresh);
            table.use(-fresh);
            if (movesForRoom()) {
                room.take(); // before a job that came meanwhile counts on it
            }
        }
        if (!ongoing) {
            move.end();
            if (brings) {
                table.use(chunks - move.granted()); // what a cancelled move had reserved for nothing
            }
            final int dropped = brings ? 0 : Math.clamp(table.constant(move.slot()) - move.first(), 0, chunks);
            final long tookNs = move.tookNs(nowNs);
            final long allowedNs = costs.moveNs(brings, chunks, dropped, move.paired, move.heldUp);
            counts.moved(brings, chunks, dropped, protocol == SwapProtocol.SEQ && move.target() != unit.slot(), move.cancelled, tookNs,
                allowedNs);
            counts.took(move.slot(), state.generation(move.slot()), brings, nowNs - tookNs, tookNs, allowedNs);
            counts.busy(isMoving() ? 0 : nowNs - busySinceNs);
            background.reconsider();
        }
    }

    /**
     * Takes note that a move under way broke: none of its chunks is in memory any more, and its task must be stopped.
     *
     * @param brings whether it is the one that brings chunks in
     */
    public void failed(final boolean brings) {
        final SwapMove move = brings ? in : out;
        move.end();
        if (brings) {
            table.brought(move.slot(), -move.done());
            table.use(-move.granted());
        } else {
            table.took(move.slot(), move.first(), move.count() - move.done());
            table.use(move.done() - move.count());
        }
        background.reconsider();
    }

    /**
     * The task of the last answer.
     *
     * @return its slot
     */
    public int chosenSlot() {
        return chosenSlot;
    }

    /**
     * The first chunk of the last move that was asked for.
     *
     * @return its index in the task's region
     */
    public int firstChunk() {
        return firstChunk;
    }

    /**
     * Chunks of the last move that was asked for.
     *
     * @return above 0
     */
    public int count() {
        return count;
    }

    /**
     * Tells whether a move is under way, one way or both.
     *
     * @return true until {@link #progress} or {@link #failed} has told its end
     */
    public boolean isMoving() {
        return in.isMoving() || out.isMoving();
    }

    /**
     * Tells whether a move of one direction is under way.
     *
     * @param brings whether it brings chunks in
     * @return true until {@link #progress} or {@link #failed} has told its end
     */
    public boolean isMoving(final boolean brings) {
        return (brings ? in : out).isMoving();
    }

    /**
     * Tells whether chunks of a task are moved just now, so that it cannot be forgotten.
     *
     * @param slot the task's slot
     * @return true until {@link #progress} or {@link #failed} has told the end of the move
     */
    public boolean isMoving(final int slot) {
        return in.isMoving(slot) || out.isMoving(slot);
    }

    /**
     * Tells whether the moves under way go on to their end whatever comes: under SEQ and OVL those of a job that was taken up, and of a
     * unit.
     *
     * @return true when {@link #CANCEL} will not be answered for them, unless their job is stopped
     */
    public boolean isCommitted() {
        return isMoving() && !movesForRoom() && protocol != SwapProtocol.SPE && (loading != NONE || movesForUnit());
    }

    /**
     * Tells whether nothing executes, and nothing moves the other way, before the move under way ends.
     *
     * @return true under SEQ for moves of a job of one segment that was taken up, where one way moves at a time
     */
    public boolean isAlone() {
        return protocol == SwapProtocol.SEQ && !costs.duplex() && loading != NONE && table.segments(loading) <= 1
            && scheduler.running() == NONE;
    }

    /**
     * Tells whether a move is charged what a chunk takes while another one moves the other way.
     *
     * @param brings whether it brings chunks in
     * @return true for moves of a job that was taken up where both ways move at once
     */
    public boolean isPaired(final boolean brings) {
        return (brings ? in : out).paired;
    }

    /**
     * Chunks that the move which brings chunks in may bring in now, of all that it is to bring in.
     *
     * @return from 1 to its chunks
     */
    public int granted() {
        return in.granted();
    }

    /**
     * The task whose chunks move, or moved last, in one direction.
     *
     * @param brings whether they are brought in
     * @return its slot, or {@link PolicyState#NONE}
     */
    public int movedSlot(final boolean brings) {
        return (brings ? in : out).slot();
    }

    /**
     * The first chunk of the move under way, or of the last one, in one direction.
     *
     * @param brings whether it brings chunks in
     * @return its index in the task's region
     */
    public int movedFirst(final boolean brings) {
        return (brings ? in : out).first();
    }

    /**
     * Chunks of the move under way, or of the last one, in one direction, as it was asked for.
     *
     * @param brings whether it brings chunks in
     * @return above 0
     */
    public int movedCount(final boolean brings) {
        return (brings ? in : out).count();
    }

    /**
     * Tells whether the device is busy with a job that does not execute yet.
     *
     * @return true while the memory of a job that was taken up is being brought in
     */
    public boolean isLoading() {
        return loading != NONE;
    }

    /**
     * Chunks of a task that are out.
     *
     * @param slot the task
     * @return from 0 to its chunks
     */
    public int out(final int slot) {
        return table.out(slot);
    }

    /**
     * What is in use, all that a move under way brings in included.
     *
     * @return bytes
     */
    public long usedBytes() {
        return table.usedBytes();
    }

    /**
     * What was counted so far.
     *
     * @return the live counts; exact after the dispatcher has ended
     */
    public SwapCounts counts() {
        return counts;
    }
}
