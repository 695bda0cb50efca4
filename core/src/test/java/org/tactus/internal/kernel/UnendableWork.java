// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.tactus.internal.device.SegmentWork;

/** A segment that does what a test says, and that nobody can end from outside. */
record UnendableWork(Runnable body) implements SegmentWork {
    @Override
    public void run(final long job) {
        body.run();
    }

    @Override
    public long modelledNs(final long job) {
        return 0;
    }

    @Override
    public void terminate() {
        // as a library that knows no end
    }

    @Override
    public void close() {
        // holds nothing
    }
}
