// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.watch.TaskCounts;

/**
 * Identifies a task that a {@link Tactus} has admitted; a program uses it to release the task's jobs, to read its counts and to remove it.
 * It belongs to this task for ever: after the task has ended it has no effect, even when another task runs in its place. Immutable; any
 * thread.
 */
public final class TaskHandle {
    private final RunHandle handle;

    TaskHandle(final RunHandle handle) {
        this.handle = handle;
    }

    RunHandle handle() {
        return handle;
    }

    /**
     * The task's name, which another task may bear after it.
     *
     * @return the name
     */
    public String name() {
        return handle.name();
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof final TaskHandle task && task.handle == handle;
    }

    @Override
    public int hashCode() {
        return handle.hashCode();
    }

    @Override
    public String toString() {
        return handle.toString();
    }

    /**
     * What was counted of one task, as it stands at each look. Any thread; a look takes no lock and allocates nothing. Counts of different
     * looks need not be of one instant, and are up to a round of the monitor older than the jobs, 20 ms. They stay as they were last when
     * the task is gone or the run has ended.
     */
    public static final class Statistics {
        private final TaskCounts counts;

        Statistics(final TaskCounts counts) {
            this.counts = counts;
        }

        /**
         * Whether the task still runs.
         *
         * @return false when it has stopped
         */
        public boolean isLive() {
            return counts.isLive();
        }

        /**
         * Counts jobs begun.
         *
         * @return a count
         */
        public long released() {
            return counts.released();
        }

        /**
         * Counts jobs completed.
         *
         * @return a count
         */
        public long jobs() {
            return counts.jobs();
        }

        /**
         * Counts deadlines missed.
         *
         * @return a count
         */
        public long misses() {
            return counts.misses();
        }

        /**
         * Counts segments that ran past their WCET.
         *
         * @return a count
         */
        public long overruns() {
            return counts.overruns();
        }

        /**
         * Counts releases that became no job.
         *
         * @return a count
         */
        public long skipped() {
            return counts.skipped();
        }

        /**
         * Counts jobs that ended without running all their segments.
         *
         * @return a count
         */
        public long aborted() {
            return counts.aborted();
        }

        /**
         * The response of the job that was completed last.
         *
         * @return nanoseconds; -1 before the first, and of a task that was gone before its statistics were first asked for
         */
        public long lastNs() {
            return counts.lastNs();
        }

        /**
         * The least response, exactly.
         *
         * @return nanoseconds; -1 before the first
         */
        public long minNs() {
            return counts.minNs();
        }

        /**
         * The largest response, exactly.
         *
         * @return nanoseconds; -1 before the first
         */
        public long maxNs() {
            return counts.maxNs();
        }

        /**
         * Bytes of the task that are in its device's memory now.
         *
         * @return bytes; 0 of a task without memory, and of one that is gone
         */
        public long residentBytes() {
            return counts.residentBytes();
        }

        /**
         * Bytes of the task in its device's memory when all of it is there.
         *
         * @return bytes; 0 of a task without memory, -1 of one that was gone before its statistics were first asked for
         */
        public long mostResidentBytes() {
            return counts.mostResidentBytes();
        }

        /**
         * A quantile of the responses: never below the true one, and at most a 32nd or 32 ns above it; of responses above 550 s the
         * largest. It is told from the first response on; {@code tactus stat} and JMX leave the 99 % quantile of fewer than 100 jobs out,
         * which is no more than their largest.
         *
         * @param share from 0 to 1, such as 0.99
         * @return nanoseconds; -1 before the first response
         * @throws IllegalArgumentException for a share that is none
         */
        public long quantileNs(final double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("share is " + share + "; give a number from 0 to 1, such as 0.99");
            }
            return counts.quantileNs(share);
        }

        /**
         * What was counted, for people; it allocates.
         *
         * @return one line: the counts, quantiles of the responses, and what is in memory
         */
        @Override
        public String toString() {
            return counts.toString();
        }
    }
}
