// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import org.tactus.internal.device.SegmentWork;

/** A segment that a GPU runs: a kernel or a graph of work. Closed by the control thread after the last run. */
public interface CudaWork extends SegmentWork {
    /**
     * Queues the segment's work and returns. Called by the dispatcher; allocates nothing.
     *
     * @param stream the device's compute stream
     * @param job    number of the job
     */
    void launch(long stream, long job);

    /**
     * Brings in what the segment reads of memory that is scheduled. Control thread, for a run of the segment before its task has a slot on
     * a device; of a job the policy says what moves.
     */
    default void bringIn() {
        // all that it reads is always there
    }

    /**
     * Ends what was queued last. Called once by the dispatcher when the stream is past it.
     *
     * @return why it broke, where the stream does not know; null for a good end
     */
    default Throwable end() {
        return null;
    }

    @Override
    default void run(final long job) {
        throw new UnsupportedOperationException("a GPU's segment does not run on a CPU device");
    }

    @Override
    default long modelledNs(final long job) {
        throw new UnsupportedOperationException("a GPU's segment has no modelled time");
    }

    @Override
    default void terminate() {
        // a kernel that runs cannot be ended
    }
}
