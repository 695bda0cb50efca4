// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

/**
 * A segment, prepared for the device that runs it. Made and closed by the control thread, used by one dispatcher.
 */
public interface SegmentWork extends AutoCloseable {
    /**
     * Runs the segment on the calling thread, which is the dispatcher's. Only called by a CPU device.
     *
     * @param job number of the job, for work whose time varies with a seed
     * @throws Exception when the segment breaks; it stops its task alone, as does an error, of whatever kind
     */
    void run(long job) throws Exception;

    /**
     * The time that a modelled device takes. Only called by a device that models time.
     *
     * @param job number of the job
     * @return nanoseconds
     */
    long modelledNs(long job);

    /**
     * Asks a running segment to end early, as far as its library can. Called by the monitor thread while {@link #run} is
     * under way; may do nothing.
     */
    void terminate();

    /**
     * The same segment on the accelerator that it is offered to. Called by that accelerator's dispatcher.
     *
     * @return the work; this one when the segment is not offered
     */
    default SegmentWork offered() {
        return this;
    }

    /**
     * How many sizes of the segment are prepared.
     *
     * @return at least 1
     */
    default int levels() {
        return 1;
    }

    /**
     * The same segment in another of its sizes. Called by the dispatcher.
     *
     * @param level from 0, below {@link #levels}
     * @return the work
     */
    default SegmentWork atLevel(final int level) {
        return this;
    }

    /** Frees what the segment holds. Called by the control thread after the last run. */
    @Override
    void close();
}
