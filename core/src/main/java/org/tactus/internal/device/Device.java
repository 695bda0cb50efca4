// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import org.tactus.model.Task;

/**
 * A device: it runs one segment at a time. The dispatcher that owns it calls its methods, unless a method says otherwise.
 */
public interface Device extends AutoCloseable {
    /** Nothing runs, or the segment is still running. */
    int RUNNING = 0;
    /** The segment is done. */
    int DONE = 1;
    /** The segment broke: {@link #failure} says how. */
    int FAILED = 2;

    /**
     * Starts a segment. A synchronous device returns when it is done, another one at once.
     *
     * @param work    the segment
     * @param job     number of the job
     * @param startNs now
     */
    void start(SegmentWork work, long job, long startNs);

    /**
     * Asks whether the started segment is done; after {@link #DONE} or {@link #FAILED} another may start.
     *
     * @param nowNs now
     * @return {@link #RUNNING}, {@link #DONE} or {@link #FAILED}
     */
    int poll(long nowNs);

    /**
     * Execution time of the segment that was last done, as far as the device knows it.
     *
     * @param startNs    when it was started
     * @param observedNs when its end was seen
     * @return nanoseconds
     */
    long elapsedNs(long startNs, long observedNs);

    /**
     * When the running segment will be done, where the device knows that: its dispatcher then awaits that time without a sleep, and
     * otherwise looks now and then.
     *
     * @return in the dispatcher's clock; {@code Long.MAX_VALUE} when nothing runs or the device does not know
     */
    default long endsNs() {
        return Long.MAX_VALUE;
    }

    /**
     * Why the last segment broke.
     *
     * @return the cause, or null
     */
    Throwable failure();

    /**
     * Tells whether a segment occupies the dispatcher's own thread, so that the dispatcher can do nothing else while it runs. Always the
     * same answer.
     *
     * @return true for a CPU device and for an Edge TPU
     */
    boolean isSynchronous();

    /**
     * Asks the system whether the device can run no segment any more. Called by the monitor after a segment broke; may be slow.
     *
     * @return true when no segment will run here again
     */
    default boolean isLost() {
        return false;
    }

    /**
     * Ends a segment that does not come back, where the device can be given up for it: it has been declared lost. Lets nobody wait any more
     * for what prepares a task, either. Called by the monitor.
     */
    default void abandon() {
        // what runs there cannot be ended
    }

    /**
     * Lets nobody wait any more for what prepares a task beside those that run: whoever waits, or would, gets a
     * {@link PreparationRefusedException}. Any thread, while the one that prepares may hold any lock of the run; returns at once.
     */
    default void endJoining() {
        // nobody waits
    }

    /**
     * Which driver answers, for reports.
     *
     * @return such as {@code modelled} or {@code onnxruntime 1.29.0}
     */
    String driver();

    /**
     * The copy engines, where memory is scheduled. Always the same one.
     *
     * @return the mover; null on a device whose memory is not scheduled
     */
    default ChunkMover mover() {
        return null;
    }

    /**
     * Copy engines that move chunks one way while {@link #mover} moves others the other way. Always the same one.
     *
     * @return a mover of its own where the memory is {@link org.tactus.model.DeviceMemory#isDuplex}, else {@link #mover}
     */
    default ChunkMover secondMover() {
        return mover();
    }

    /**
     * Tells how many chunks must be handed over ({@link ChunkMover#retire}) before a task can be defined beside those that are there.
     * Called by the control thread.
     *
     * @param task the task; has a segment on this device
     * @return 0 or more
     */
    default int joining(final Task task) {
        return 0;
    }

    /**
     * Tells whether code of the program has been prepared here that uses the device itself and may make its dispatcher wait for it.
     * Called by the control thread.
     *
     * @return true until the last such code has been closed
     */
    default boolean runsCode() {
        return false;
    }

    /**
     * Learns what a slot's task keeps in the device's memory, {@link org.tactus.model.SwapRegion#of}; the whole region is out at
     * first. Called by the control thread, before the task is admitted and before its segments are started.
     *
     * @param slot the task's slot
     * @param task the task; has a segment on this device
     */
    default void define(final int slot, final Task task) {
        // memory is not scheduled
    }

    /**
     * Lays out what the defined tasks share, such as the chunks that they take in turn. Called by the control thread after the last
     * of the definitions that belong together, before those tasks are admitted.
     */
    default void defined() {
        // memory is not scheduled
    }

    /**
     * Forgets what a slot's task kept. Called by the control thread when the task has stopped and the dispatcher has forgotten it; it then
     * calls {@link #defined}, since others may have what is free now.
     *
     * @param slot the task's slot
     */
    default void forget(final int slot) {
        // memory is not scheduled
    }

    /**
     * Makes another device on the same cores, for another dispatcher there, whose segments preempt this one's or are preempted by them.
     * Called by the control thread before the start.
     *
     * @return the device, to be closed with its dispatcher
     * @throws UnsupportedOperationException on a device that runs one segment at a time
     */
    default Device another() {
        throw new UnsupportedOperationException(driver() + " runs one segment at a time; only a CPU device is preemptive");
    }

    /**
     * Prepares the calling thread for calls of this device by other devices' segments, such as one that fetches what lies here. Called by
     * every dispatcher's thread of the run, before its first segment.
     */
    default void attach() {
        // no thread needs anything
    }

    /**
     * Does by itself what segments will make it do, so that what is made at a first call, and at later ones, is made before time zero
     * ({@link org.tactus.internal.lifecycle.WarmUp}). What breaks here is left for the first job to find, whose task is then told. Called
     * by the dispatcher's thread, before its first segment.
     */
    default void rehearse() {
        // its segments' works are warmed up as they are prepared
    }

    /** Frees the device. Called by the control thread when its dispatcher has ended. */
    @Override
    void close();
}
