// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

/** The jobs that ended last, oldest first, in fixed memory. Jobs are addressed by a running number. Not thread-safe. */
final class JobWindow {
    /** Bytes that a job takes here. */
    static final int BYTES_A_JOB = 3 * Long.BYTES + 4 * Integer.BYTES;

    private final long[] nominalNs;
    private final long[] endNs;
    private final long[] number;
    private final int[] task;
    private final int[] outcome;
    private final int[] overruns;
    private final int[] generation;
    private final int mask;
    private long first;
    private long next;

    /** Makes an empty window for a power of two of jobs. */
    JobWindow(final int jobs) {
        if (Integer.bitCount(jobs) != 1) {
            throw new IllegalArgumentException("a window of " + jobs + " jobs; give a power of two");
        }
        nominalNs = new long[jobs];
        endNs = new long[jobs];
        number = new long[jobs];
        task = new int[jobs];
        outcome = new int[jobs];
        overruns = new int[jobs];
        generation = new int[jobs];
        mask = jobs - 1;
    }

    boolean isFull() {
        return next - first > mask;
    }

    int size() {
        return (int) (next - first);
    }

    /** Adds a job to a window that is not full; returns its running number. */
    long add(
        final int ofTask, final int ofGeneration, final long job, final long fromNs, final long toNs, final int how, final int beyond) {
        final int at = (int) next & mask;
        nominalNs[at] = fromNs;
        endNs[at] = toNs;
        number[at] = job;
        task[at] = ofTask;
        outcome[at] = how;
        overruns[at] = beyond;
        generation[at] = ofGeneration;
        return next++;
    }

    /** The oldest job. */
    long oldest() {
        return first;
    }

    /** The job that is added next. */
    long next() {
        return next;
    }

    void removeOldest() {
        first++;
    }

    /** Tells whether a job is here still. */
    boolean holds(final long job) {
        return job >= first && job < next;
    }

    void overrun(final long job) {
        overruns[(int) job & mask]++;
    }

    long nominalNs(final long job) {
        return nominalNs[(int) job & mask];
    }

    long endNs(final long job) {
        return endNs[(int) job & mask];
    }

    long number(final long job) {
        return number[(int) job & mask];
    }

    int task(final long job) {
        return task[(int) job & mask];
    }

    int outcome(final long job) {
        return outcome[(int) job & mask];
    }

    int overruns(final long job) {
        return overruns[(int) job & mask];
    }

    int generation(final long job) {
        return generation[(int) job & mask];
    }

    /** The earliest nominal release of a job here; {@code Long.MAX_VALUE} without any. */
    long earliestNominalNs() {
        long earliestNs = Long.MAX_VALUE;
        for (long job = first; job < next; job++) {
            earliestNs = Math.min(earliestNs, nominalNs(job));
        }
        return earliestNs;
    }
}
