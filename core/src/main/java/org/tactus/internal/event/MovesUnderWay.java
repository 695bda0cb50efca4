// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.Arrays;

/**
 * Which moves of chunks are under way on each device, for a reader of events: one in and one out at most, of two tasks. It tells of what
 * direction a move is that has ended, and when it began. Used by one thread; allocates nothing at an event.
 */
public final class MovesUnderWay {
    /** No such move has begun, as far as is known: events may have been dropped. */
    public static final int NONE = -1;
    /** Chunks went out. */
    public static final int OUT = 0;
    /** Chunks came in. */
    public static final int IN = 1;

    private final int[] task;
    private final long[] startNs;

    /**
     * Begins with nothing under way.
     *
     * @param devices of the platform
     */
    public MovesUnderWay(final int devices) {
        task = new int[2 * devices];
        startNs = new long[2 * devices];
        Arrays.fill(task, NONE);
    }

    /**
     * Takes note of a begin. What was under way in this direction has ended, or of this task in the other one, though nobody told.
     *
     * @param device index of the device
     * @param whose  index of the task
     * @param in     whether its chunks come in
     * @param ns     when
     */
    public void begin(final int device, final int whose, final boolean in, final long ns) {
        final int other = 2 * device + (in ? OUT : IN);
        task[other] = task[other] == whose ? NONE : task[other];
        task[2 * device + (in ? IN : OUT)] = whose;
        startNs[2 * device + (in ? IN : OUT)] = ns;
    }

    /**
     * Takes note of an end.
     *
     * @param device index of the device
     * @param whose  index of the task
     * @return {@link #IN}, {@link #OUT} or {@link #NONE}
     */
    public int end(final int device, final int whose) {
        for (int direction = OUT; direction <= IN; direction++) {
            if (task[2 * device + direction] == whose) {
                task[2 * device + direction] = NONE;
                return direction;
            }
        }
        return NONE;
    }

    /**
     * When the last move of a direction began.
     *
     * @param device    index of the device
     * @param direction {@link #IN} or {@link #OUT}
     * @return as {@link #begin} was told
     */
    public long startNs(final int device, final int direction) {
        return startNs[2 * device + direction];
    }

    /**
     * Forgets what is under way on a device, since events of it were dropped.
     *
     * @param device index of the device
     */
    public void clear(final int device) {
        task[2 * device + OUT] = NONE;
        task[2 * device + IN] = NONE;
    }

    /**
     * Forgets moves of a task that is there no more, so that their ends are not taken for moves of the task that gets the index next.
     *
     * @param whose index of the task
     */
    public void forget(final int whose) {
        for (int i = 0; i < task.length; i++) {
            task[i] = task[i] == whose ? NONE : task[i];
        }
    }
}
