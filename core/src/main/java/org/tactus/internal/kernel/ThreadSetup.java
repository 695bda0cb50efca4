// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;

/**
 * Sets the calling thread up as far as the machine permits: its cores, real-time scheduling, exact timers.
 *
 * <p>Threads that preempt each other on one core are told apart by levels, counted downwards: 1 is the level of a dispatcher that is
 * not preempted, 0 is just above.
 */
@FunctionalInterface
public interface ThreadSetup {
    /** Leaves the thread as it is. */
    ThreadSetup NONE = (role, cores) -> "as started";

    /**
     * Calls what the other methods call, without an effect, so that a thread which has its real-time priority makes the JVM link nothing.
     * Control thread, before the threads start.
     */
    default void rehearse() {
        // nothing is called
    }

    /**
     * Sets up the calling thread.
     *
     * @param role  {@code dispatcher} or {@code monitor}, for what differs
     * @param cores cores that it shall run on; empty for any
     * @return what was granted and what was not, in one line
     */
    String apply(String role, List<Integer> cores);

    /**
     * Sets up the calling thread as a dispatcher that others preempt, or that preempts others.
     *
     * @param cores the core that they share
     * @param level its level
     * @return what was granted and what was not, in one line
     */
    default String applyLane(final List<Integer> cores, final int level) {
        return apply("dispatcher", cores);
    }

    /**
     * What a dispatcher asks for, so that what computes for it elsewhere asks for the same.
     *
     * @return a priority of SCHED_FIFO; 0 for ordinary scheduling
     */
    default int priority() {
        return 0;
    }

    /**
     * The system's number of the calling thread, for changes of its level by others.
     *
     * @return 0 where levels are not changed
     */
    default int threadId() {
        return 0;
    }

    /**
     * Moves the calling thread to a level. At most one system call, no allocation; does nothing where levels are not granted.
     *
     * @param level the level
     */
    default void level(final int level) {
        // threads are left as they are
    }

    /**
     * Moves another thread to a level; does nothing where levels are not granted.
     *
     * @param threadId what {@link #threadId} told it
     * @param level    the level
     */
    default void level(final int threadId, final int level) {
        // threads are left as they are
    }

    /**
     * Takes a thread's real-time scheduling away.
     *
     * @param threadId what {@link #threadId} told it
     */
    default void ordinary(final int threadId) {
        // threads are left as they are
    }
}
