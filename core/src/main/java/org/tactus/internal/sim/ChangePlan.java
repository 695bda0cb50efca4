// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.List;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.model.Task;

/**
 * Adds and removes tasks while a simulation runs. The set that is simulated holds every task that is ever there; a task keeps its
 * index, and may come and go any number of times.
 */
public interface ChangePlan {
    /** All tasks are there from the start, and stay. */
    ChangePlan NONE = new ChangePlan() {
        @Override
        public boolean startsWith(final int task) {
            return true;
        }

        @Override
        public long nextNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void change(final Running running, final long nowNs) {
            // never asked
        }

        @Override
        public long longestBusyPeriodNs(final List<Task> group) {
            return ModeChanges.UNKNOWN;
        }
    };

    /**
     * Whether a task is there from the start.
     *
     * @param task its index in the set
     * @return true when it is
     */
    boolean startsWith(int task);

    /**
     * When the next change is to be made.
     *
     * @return nanoseconds of virtual time, after the last change; {@code Long.MAX_VALUE} when none is
     */
    long nextNs();

    /**
     * Makes changes.
     *
     * @param running what runs
     * @param nowNs   now
     */
    void change(Running running, long nowNs);

    /**
     * Learns that a task which was added to a device whose memory is swapped has got room there and is admitted. On other devices a task is
     * admitted at once, and nobody is told.
     *
     * @param task  its index in the set
     * @param nowNs now
     */
    default void joined(final int task, final long nowNs) {
        // a plan that does not ask when tasks have joined
    }

    /**
     * How long one device can be busy without a break, for the rule by which removed tasks stop counting.
     *
     * @param group tasks that use a single device, all of those that do
     * @return nanoseconds, or {@link ModeChanges#UNKNOWN}
     */
    long longestBusyPeriodNs(List<Task> group);

    /** What a plan may do to a simulation that runs. */
    interface Running {
        /** Makes devices forget removed tasks that have stopped, as production does before it asks for admission. */
        void reclaim();

        /**
         * The tasks that count for admission, by the rule that production uses, too, as {@link #reclaim} has left them.
         *
         * @return in the order that decides among equals
         */
        List<Task> counted();

        /**
         * Whether a task can be added: it is not there, its last job has ended, and its memory was reclaimed.
         *
         * @param task its index in the set
         * @return true when it can
         */
        boolean isFree(int task);

        /**
         * Adds a task; its first nominal release is its offset after now, or after it has got room on a device whose memory is swapped.
         * There one task joins at a time.
         *
         * @param task its index in the set
         */
        void add(int task);

        /**
         * Starts to remove a task: no further job is released, a live one ends after its running segment. One that has not got room yet
         * does not join.
         *
         * @param task its index in the set
         */
        void remove(int task);
    }
}
