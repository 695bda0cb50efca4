// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.ArrayList;
import java.util.List;
import org.tactus.model.Segment;
import org.tactus.result.RunResult;

/**
 * Counts, by task, at which levels segments ran, what that was worth, and why larger gains were refused. Everything is allocated when it is
 * made. Single writer; others read after it has ended.
 */
public final class LevelCounts {
    /** Reasons for a refusal, counted from 1; 0 when nothing was refused. */
    private static final int REASONS = 4;

    private final long[] taken;
    private final long[] refused;
    private final double[] gain;

    /**
     * Makes counts of zero.
     *
     * @param taskCapacity tasks that can be counted
     */
    public LevelCounts(final int taskCapacity) {
        taken = new long[taskCapacity * Segment.MOST_LEVELS];
        refused = new long[taskCapacity * REASONS];
        gain = new double[taskCapacity];
    }

    /**
     * Forgets a task's counts. Called by the control thread before the task is admitted.
     *
     * @param slot the task's slot
     */
    public void clear(final int slot) {
        for (int k = 0; k < Segment.MOST_LEVELS; k++) {
            taken[slot * Segment.MOST_LEVELS + k] = 0;
        }
        for (int reason = 0; reason < REASONS; reason++) {
            refused[slot * REASONS + reason] = 0;
        }
        gain[slot] = 0;
    }

    /**
     * Counts a choice. Allocates nothing.
     *
     * @param slot   the task's slot
     * @param level  the level that was taken
     * @param worth  its gain
     * @param reason why none that gains more: 0 when none was refused, 1 for waiting jobs, 2 for jobs to come, 3 for the load
     */
    public void record(final int slot, final int level, final double worth, final int reason) {
        taken[slot * Segment.MOST_LEVELS + level]++;
        refused[slot * REASONS + reason]++;
        gain[slot] += worth;
    }

    /**
     * Adds what another writer counts.
     *
     * @param slot  the task's slot here
     * @param other the other's counts
     * @param there the task's slot there
     */
    public void add(final int slot, final LevelCounts other, final int there) {
        for (int k = 0; k < Segment.MOST_LEVELS; k++) {
            taken[slot * Segment.MOST_LEVELS + k] += other.taken[there * Segment.MOST_LEVELS + k];
        }
        for (int reason = 0; reason < REASONS; reason++) {
            refused[slot * REASONS + reason] += other.refused[there * REASONS + reason];
        }
        gain[slot] += other.gain[there];
    }

    /**
     * Says what was counted.
     *
     * @param slot the task's slot
     * @param task its name
     * @param most levels that any of its segments has
     * @return the line of a result
     */
    public RunResult.Levels result(final int slot, final String task, final int most) {
        final List<Long> byLevel = new ArrayList<>();
        long runs = 0;
        for (int k = 0; k < most; k++) {
            byLevel.add(taken[slot * Segment.MOST_LEVELS + k]);
            runs += byLevel.getLast();
        }
        return new RunResult.Levels(task, byLevel, runs == 0 ? Double.NaN : gain[slot] / runs, refused[slot * REASONS + 1],
            refused[slot * REASONS + 2], refused[slot * REASONS + 3]);
    }
}
