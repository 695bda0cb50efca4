// SPDX-License-Identifier: Apache-2.0
package org.tactus;

/**
 * Receives what goes wrong while a set runs. The monitor's thread calls every method, never a dispatcher, so a method may be slow; while it
 * runs, events wait in their rings. An exception that a method throws is reported once among the {@link Tactus#warnings}.
 */
public interface TactusListener {
    /** Ignores everything. */
    TactusListener NONE = new TactusListener() {
    };

    /**
     * A job missed its deadline. Told once a job: when the job ends, or, while a segment that does not return holds its dispatcher up, when
     * the deadline passes.
     *
     * @param task   name of the task
     * @param job    number of the job in its task, from 0; -1 when it waits behind such a segment and may not have begun
     * @param lateNs by how much, or by how much so far, nanoseconds
     */
    default void onDeadlineMiss(final String task, final long job, final long lateNs) {
    }

    /**
     * A segment has run past its WCET and has not returned yet. An overrun that ends before the monitor looks is counted in the result, and
     * not told here.
     *
     * @param task     name of the task
     * @param segment  index of the segment in its task, from 0
     * @param beyondNs by how much so far, nanoseconds
     */
    default void onOverrun(final String task, final int segment, final long beyondNs) {
    }

    /**
     * A segment failed, and its task stops; the other tasks go on.
     *
     * @param task  name of the task
     * @param cause what was thrown, or the driver's error
     */
    default void onError(final String task, final Throwable cause) {
    }

    /**
     * A device was declared lost, and the tasks that use it stop.
     *
     * @param device name of the device
     */
    default void onDeviceLost(final String device) {
    }
}
