// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/** Receives what the monitor sees. The monitor's thread calls it, off the hot path; it may be slow, but delays the draining of events. */
public interface KernelListener {
    /** Ignores everything. */
    KernelListener NONE = new KernelListener() {
    };

    /**
     * A deadline was missed. Told once a job: when it ends, or, while a segment that does not return holds a dispatcher up, when the
     * deadline passes.
     *
     * @param task   name of the task
     * @param job    number of the job, or -1 when it waits behind such a segment and may not have begun
     * @param lateNs by how much, or by how much so far
     */
    default void onDeadlineMiss(final String task, final long job, final long lateNs) {
    }

    /**
     * A segment runs past its WCET and has not returned yet.
     *
     * @param task     name of the task
     * @param segment  index of the segment in its task
     * @param beyondNs by how much so far
     */
    default void onOverrunSeen(final String task, final int segment, final long beyondNs) {
    }

    /**
     * A segment broke; its task stops alone. Whatever a segment throws comes here, errors included: the dispatcher has nothing to clean
     * up after a segment and allocates nothing itself, so it goes on even after an {@link OutOfMemoryError}, of which the heap's other
     * users, this listener among them, may see more; a program that wants to end then calls {@code Runtime.halt} here.
     *
     * @param task  name of the task
     * @param cause why
     */
    default void onError(final String task, final Throwable cause) {
    }

    /**
     * A device did not come back; its tasks stop.
     *
     * @param device name of the device
     */
    default void onDeviceLost(final String device) {
    }

    /**
     * The dispatcher of a device has died of what its device or a defect threw. The device is lost, of which {@link #onDeviceLost} tells
     * next.
     *
     * @param device name of the device
     * @param cause  why
     */
    default void onDispatcherDeath(final String device, final Throwable cause) {
    }

    /** The monitor has finished a round: at least every 20 ms, and once a millisecond while something is beyond its time. */
    default void onRound() {
    }
}
