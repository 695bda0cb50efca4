// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

/** Kinds of events, as message types of a ring buffer: above 0. */
public final class EventType {
    /** A job began; argument: nominal release. */
    public static final int RELEASE = 1;
    /** A segment started on its device. */
    public static final int START = 2;
    /** A segment ended; argument: for how long others had its preemptive device since its start, 0 elsewhere. */
    public static final int END = 3;
    /**
     * A job left for another device; segment: the one that it goes for, also when that is only offered to the device; argument: the
     * device's index. Of a job that has ended, its empty slot goes home; segment: {@link #NO_SEGMENT}.
     */
    public static final int HAND_OVER = 4;
    /** A job was seen by the device that it was handed to; segment: as in its hand-over. */
    public static final int ARRIVE = 5;
    /** A job is complete; argument: nominal release. */
    public static final int COMPLETE = 6;
    /** A job ended after its deadline; argument: lateness. */
    public static final int MISS = 7;
    /** A segment ran past its WCET; argument: by how much. */
    public static final int OVERRUN = 8;
    /** A release became no job; argument: nominal release. */
    public static final int SKIP = 9;
    /** A job ended without running all its segments; argument: nominal release. */
    public static final int ABORT = 10;
    /** A task has stopped. */
    public static final int STOP = 11;
    /** The machine took time away; argument: its length. */
    public static final int STALL = 12;
    /** A segment broke. */
    public static final int ERROR = 13;
    /** A job is about to be complete; argument: how many of its segments ran on the accelerator that they were offered to. */
    public static final int RECLAIM = 14;
    /** Chunks of a task's memory begin to come in; segment: the first chunk, argument: how many. */
    public static final int SWAP_IN = 15;
    /** Chunks of a task's memory begin to go out; segment: the first chunk, argument: how many. */
    public static final int SWAP_OUT = 16;
    /** The move that began last has ended; segment: the first chunk, argument: chunks that were moved. */
    public static final int SWAP_END = 17;

    /** The machine took more than the stall curve of a device's cores allows; argument: length of the gap with which it did. */
    public static final int BEYOND_CURVE = 18;

    /** The level of a segment that has several was chosen; argument: the level, and in the next byte why none that gains more. */
    public static final int LEVEL = 19;
    /**
     * In the gap of the {@link #STALL} before it the dispatcher waited by itself, such as for a lock of this process; argument: for how
     * long; job: length of the gap.
     */
    public static final int OWN_WAIT = 20;
    /** Where in the argument of {@link #LEVEL} the limit begins; below is the level. */
    public static final int LEVEL_BITS = 8;
    /** What of the argument of {@link #LEVEL}, or of the rest behind the level, is one of the two. */
    public static final int LEVEL_MASK = (1 << LEVEL_BITS) - 1;

    /** Segment of a slot without a live job. */
    public static final int NO_SEGMENT = -1;

    private static final String[] NAMES = {
        "none", "release", "start", "end", "hand-over", "arrive", "complete", "miss", "overrun", "skip", "abort", "stop", "stall",
        "error", "reclaim", "swap-in", "swap-out", "swap-end",
        "beyond-curve", "level", "own-wait"};

    private EventType() {
    }

    /**
     * Names a type for people.
     *
     * @param type one of this class's constants
     * @return its name
     */
    public static String name(final int type) {
        return NAMES[type];
    }
}
