package org.tactus.work;

import org.tactus.internal.network.SegmentChain;

/**
 * Where the embedding program gives a network its inputs and takes its outputs, in the memory of its tensors: no copy, no queue. Called by
 * dispatchers, one job after the other; what it does costs every task of that device, so it neither waits nor allocates.
 */
public interface NetworkPort {
    /**
     * Makes a port for a network that was just loaded; looks its tensors up.
     */
    @FunctionalInterface
    interface Factory {
        /**
         * Makes the port. Called by the control thread.
         *
         * @param network the network; {@link SegmentChain#tensor} has the memory of its inputs and outputs until the task is gone
         * @return the port
         */
        NetworkPort open(SegmentChain network);
    }

    /**
     * A job begins: write its inputs. Part of the first segment's execution time on a processor, before it is queued on an accelerator.
     *
     * @param job number of the job, from 0
     */
    void begin(long job);

    /**
     * A job's outputs are there: read them. Part of the last segment's execution time on a processor, behind it on an accelerator.
     *
     * @param job number of the job, from 0
     */
    void end(long job);
}
