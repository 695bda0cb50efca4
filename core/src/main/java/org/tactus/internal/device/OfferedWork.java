// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

/**
 * A segment that may run on its own device or on the accelerator that it is offered to. The dispatcher that runs it chooses the form.
 *
 * @param wrapped the segment on its own device
 * @param offered the segment on the accelerator
 */
public record OfferedWork(SegmentWork wrapped, SegmentWork offered) implements WrappedWork {
    @Override
    public void terminate() {
        wrapped.terminate();
        offered.terminate();
    }

    @Override
    public void close() {
        wrapped.close();
        offered.close();
    }
}
