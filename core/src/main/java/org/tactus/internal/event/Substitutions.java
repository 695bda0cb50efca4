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
     * @param task index of the task
     */
    public void clear(final int task) {
        jobs[task] = 0;
        sum[task] = 0;
        least[task] = Integer.MAX_VALUE;
        most[task] = 0;
    }

    /**
     * Counts a completed job. Allocates nothing.
     *
     * @param task  index of the task
     * @param count its substitutions
     */
    public void record(final int task, final int count) {
        jobs[task]++;
        sum[task] += count;
        least[task] = Math.min(least[task], count);
        most[task] = Math.max(most[task], count);
    }

    /**
     * Adds a task's counts of another writer.
     *
     * @param task  index of the task
     * @param other the other's counts
     */
    public void add(final int task, final Substitutions other) {
        add(task, other, task);
    }

    /**
     * Adds what another writer counts under another index.
     *
     * @param task  index of the task here
     * @param other the other's counts
     * @param there index of the task there
     */
    public void add(final int task, final Substitutions other, final int there) {
        jobs[task] += other.jobs[there];
        sum[task] += other.sum[there];
        least[task] = Math.min(least[task], other.least[there]);
        most[task] = Math.max(most[task], other.most[there]);
    }

    /**
     * Substitutions of all jobs.
     *
     * @param task index of the task
     * @return a count
     */
    public long sum(final int task) {
        return sum[task];
    }

    /**
     * Fewest substitutions of a job.
     *
     * @param task index of the task
     * @return a count; 0 without a job
     */
    public int least(final int task) {
        return jobs[task] == 0 ? 0 : least[task];
    }

    /**
     * Most substitutions of a job.
     *
     * @param task index of the task
     * @return a count
     */
    public int most(final int task) {
        return most[task];
    }
}
