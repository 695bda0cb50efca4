// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.Arrays;

/**
 * Counts, by task, how many segments of each job ran in fp32 on an accelerator that they were offered to. Single writer; others read
 * after it has ended.
 */
public final class Substitutions {
    private final long[] jobs;
    private final long[] sum;
    private final int[] least;
    private final int[] most;

    /**
     * Makes counts of zero.
     *
     * @param taskCapacity tasks that can be counted
     */
    public Substitutions(final int taskCapacity) {
        jobs = new long[taskCapacity];
        sum = new long[taskCapacity];
        least = new int[taskCapacity];
        most = new int[taskCapacity];
        Arrays.fill(least, Integer.MAX_VALUE);
    }

    /**
     * Forgets a task's counts. Called by the control thread before the task is admitted.
     *
     * @param slot the task's slot
     */
    public void clear(final int slot) {
        jobs[slot] = 0;
        sum[slot] = 0;
        least[slot] = Integer.MAX_VALUE;
        most[slot] = 0;
    }

    /**
     * Counts a completed job. Allocates nothing.
     *
     * @param slot  the task's slot
     * @param count its substitutions
     */
    public void record(final int slot, final int count) {
        jobs[slot]++;
        sum[slot] += count;
        least[slot] = Math.min(least[slot], count);
        most[slot] = Math.max(most[slot], count);
    }

    /**
     * Adds a task's counts of another writer.
     *
     * @param slot  the task's slot
     * @param other the other's counts
     */
    public void add(final int slot, final Substitutions other) {
        add(slot, other, slot);
    }

    /**
     * Adds what another writer counts under another slot.
     *
     * @param slot  the task's slot here
     * @param other the other's counts
     * @param there the task's slot there
     */
    public void add(final int slot, final Substitutions other, final int there) {
        jobs[slot] += other.jobs[there];
        sum[slot] += other.sum[there];
        least[slot] = Math.min(least[slot], other.least[there]);
        most[slot] = Math.max(most[slot], other.most[there]);
    }

    /**
     * Substitutions of all jobs.
     *
     * @param slot the task's slot
     * @return a count
     */
    public long sum(final int slot) {
        return sum[slot];
    }

    /**
     * Fewest substitutions of a job.
     *
     * @param slot the task's slot
     * @return a count; 0 without a job
     */
    public int least(final int slot) {
        return jobs[slot] == 0 ? 0 : least[slot];
    }

    /**
     * Most substitutions of a job.
     *
     * @param slot the task's slot
     * @return a count
     */
    public int most(final int slot) {
        return most[slot];
    }
}
