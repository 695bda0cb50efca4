// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import java.util.concurrent.locks.LockSupport;

/** A rest between two looks at what another thread or a device does. */
public final class Rest {
    private Rest() {
    }

    /**
     * Rests for a time, not less. An interrupt of the calling thread does not shorten that, since a loop that rests between its looks would
     * look without a break from then on; it is pending again afterwards.
     *
     * @param ns how long, nanoseconds
     */
    public static void ns(final long ns) {
        final long beginNs = System.nanoTime();
        boolean interrupted = false;
        for (long leftNs = ns; leftNs > 0; leftNs = ns - (System.nanoTime() - beginNs)) {
            interrupted |= Thread.interrupted();
            LockSupport.parkNanos(leftNs);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
