// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

/** A segment that copies tensors and computes nothing, so that the copies can be timed. */
record CudaCopyWork(CudaCopies copies, boolean toDevice) implements CudaWork {
    @Override
    public void launch(final long stream, final long job) {
        if (toDevice) {
            copies.in(stream);
        } else {
            copies.out(stream);
        }
    }

    @Override
    public void close() {
        // holds nothing
    }
}
