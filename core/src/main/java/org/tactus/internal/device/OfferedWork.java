// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

/** A segment that may run on its own device or on the accelerator that it is offered to; the dispatcher that has it knows which. */
public final class OfferedWork implements SegmentWork {
    private final SegmentWork own;
    private final SegmentWork offered;

    /**
     * Joins the two.
     *
     * @param own     the segment on its own device
     * @param offered the segment on the accelerator
     */
    public OfferedWork(final SegmentWork own, final SegmentWork offered) {
        this.own = own;
        this.offered = offered;
    }

    @Override
    public void run(final long job) throws Exception {
        own.run(job);
    }

    @Override
    public long modelledNs(final long job) {
        return own.modelledNs(job);
    }

    @Override
    public SegmentWork offered() {
        return offered;
    }

    @Override
    public void terminate() {
        own.terminate();
        offered.terminate();
    }

    @Override
    public void close() {
        own.close();
        offered.close();
    }
}
