// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;

/**
 * One lane of a preemptive device: the dispatcher and the thread of the tasks that have one rank there. All lanes of a device run on one
 * core, each at a level of its own, so the system lets a lane of higher rank preempt one of lower rank. A segment that must not be
 * preempted runs at the ceiling, a level above all lanes of its device.
 *
 * <p>Levels are counted downwards: 0 is the ceiling, 1 the first lane.
 */
final class Lane {
    /** The level of a thread that changes the levels of the lanes: above the ceiling. */
    static final int ABOVE_ALL = -1;
    /** The level of segments that are not preempted. */
    static final int CEILING = 0;

    private final LaneTable table;
    private final int number;
    private final ThreadSetup setup;
    /** Written by the control thread before the start, then by the thread that changes levels while no lane runs. */
    private volatile int level;
    /** Written by the lane's thread. */
    private volatile boolean atCeiling;
    private volatile int threadId;
    /** Written by the monitor, once: the thread has no level any more. */
    private volatile boolean demoted;

    Lane(final LaneTable table, final int number, final ThreadSetup setup, final int level) {
        this.table = table;
        this.number = number;
        this.setup = setup;
        this.level = level;
    }

    int number() {
        return number;
    }

    int level() {
        return level;
    }

    /** Whether the lane has a rank. */
    boolean isRanked() {
        return table.isRanked(number);
    }

    /** Sets up the calling thread, which is the lane's from here on. */
    String begin(final List<Integer> cores, final long nowNs) {
        threadId = setup.threadId();
        table.awake(number, nowNs);
        return setup.applyLane(cores, level);
    }

    /** Notes the lane's new level before its thread runs. Control thread. */
    void levelAtStart(final int at) {
        level = at;
    }

    /**
     * Moves the lane's thread to another level. Called on the lane's core at {@link #ABOVE_ALL}, so the lane does not run meanwhile: it
     * is at the ceiling or it is not, and one that is goes to its new level by itself ({@link #leaveCeiling}).
     */
    void move(final int to) {
        level = to;
        if (!atCeiling && !demoted && threadId != 0) {
            setup.level(threadId, to);
            ordinaryIfDemoted();
        }
    }

    /**
     * Takes the thread's real-time level away for good: its segment does not end, and what is below shall go on. Neither a change of the
     * levels nor the end of that segment gives it back. Monitor, once.
     */
    void demote(final long nowNs) {
        demoted = true; // before the call: whoever gives the thread a level at this moment sees it afterwards, and takes the level back
        if (threadId != 0) {
            setup.ordinary(threadId);
        }
        table.demote(number, nowNs); // after it: a lane below may blame this one for a moment too long, never too short
    }

    private void ordinaryIfDemoted() {
        if (demoted && threadId != 0) {
            setup.ordinary(threadId);
        }
    }

    /** Begins a segment that is not preempted. The lane's thread. */
    void enterCeiling() {
        atCeiling = true;
        if (!demoted) {
            setup.level(CEILING);
            ordinaryIfDemoted();
        }
    }

    /** Ends such a segment; a level that was changed meanwhile is taken on. The lane's thread. */
    void leaveCeiling() {
        int taken;
        do {
            taken = level;
            if (!demoted) {
                setup.level(taken);
            }
            atCeiling = false;
        } while (taken != level); // the change saw the lane at the ceiling, and left the move to it
        ordinaryIfDemoted();
    }

    /** Changes when another lane of the device may have come and gone. */
    long wakes() {
        return table.wakes();
    }

    void awake(final long nowNs) {
        table.awake(number, nowNs);
    }

    /** Notes the begin of a sleep, from which on the time counts that other lanes take. */
    void asleep(final long nowNs) {
        table.mark(number, nowNs);
        table.asleep(number, nowNs);
    }

    /** From here on the time counts that other lanes take. */
    void mark(final long nowNs) {
        table.mark(number, nowNs);
    }

    /** For how long other lanes have taken the core since the last mark. The lane's thread. */
    long takenNs(final long nowNs) {
        return table.takenNs(number, nowNs);
    }

    /** The same for the monitor while a segment runs. */
    long takenSeenNs(final long nowNs) {
        return table.takenSeenNs(number, nowNs);
    }
}
