// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

/** Is told of what happens to segments in virtual time; events come in the order of their decisions. */
public interface SegmentListener {
    /** Hears nothing. */
    SegmentListener NONE = new SegmentListener() {
        @Override
        public void onSegment(
            final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
            // nobody listens
        }

        @Override
        public void onTransit(
            final int from, final int to, final int task, final long job, final int segment, final long leaveNs, final long arriveNs) {
            // nobody listens
        }
    };

    /**
     * A segment was decided on.
     *
     * @param device  index of the device
     * @param task    index of the task
     * @param job     number of the job in its task
     * @param segment index of the segment in its task
     * @param startNs when it begins to execute, nanoseconds
     * @param endNs   when it ends, nanoseconds
     */
    void onSegment(int device, int task, long job, int segment, long startNs, long endNs);

    /**
     * A job leaves a device for another.
     *
     * @param from     the device that it leaves
     * @param to       the device that it goes to
     * @param task     index of the task
     * @param job      number of the job in its task
     * @param segment  the one that it goes for; -1 when it has ended and only its slot goes home
     * @param leaveNs  when it leaves, nanoseconds
     * @param arriveNs when the other device sees it, nanoseconds
     */
    void onTransit(int from, int to, int task, long job, int segment, long leaveNs, long arriveNs);

    /**
     * Chunks of a task's memory were moved.
     *
     * @param device  index of the device
     * @param task    index of the task
     * @param in      true when they were brought in
     * @param first   the first chunk of the move
     * @param chunks  how many were moved, fewer than asked for when it was cancelled
     * @param startNs when the move was decided on, nanoseconds
     * @param endNs   when its end was seen, nanoseconds
     */
    default void onMove(
        final int device, final int task, final boolean in, final int first, final int chunks, final long startNs, final long endNs) {
        // who does not listen for memory
    }

    /**
     * One chunk of a move was moved. It takes memory from its begin on when it comes in, and until its end when it goes out.
     *
     * @param device  index of the device
     * @param task    index of the task
     * @param in      true when it was brought in
     * @param chunk   its index in the task's region
     * @param startNs when it began, nanoseconds; of a move's first chunk after what the move itself costs
     * @param endNs   when it was done, nanoseconds
     */
    default void onChunk(
        final int device, final int task, final boolean in, final int chunk, final long startNs, final long endNs) {
        // who does not listen for memory
    }
}
