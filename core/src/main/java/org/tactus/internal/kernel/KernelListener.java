package org.tactus.internal.kernel;

/** Is told what the monitor sees. Called on the monitor thread, off the hot path; may be slow, but delays draining. */
public interface KernelListener {
    /** Hears nothing. */
    KernelListener NONE = new KernelListener() {
    };

    /**
     * A deadline was missed.
     *
     * @param task   name of the task
     * @param job    number of the job
     * @param lateNs by how much
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
     * A segment broke; its task stops.
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

    /** The monitor has finished a round: about once a millisecond. */
    default void onRound() {
    }
}
