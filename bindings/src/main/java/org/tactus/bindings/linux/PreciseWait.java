// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.util.concurrent.locks.LockSupport;

/** Waits that end on time: the thread sleeps while much of the wait is left, and spins the rest. Allocates nothing; any thread. */
public final class PreciseWait {
    /** By how much a sleep may end late on a quiet machine; the rest of a wait is spun. */
    private static final long SPIN_NS = 100_000;

    private PreciseWait() {
    }

    /**
     * Waits for a part of what is left. The caller repeats it, with its clock read anew, until nothing is left.
     *
     * @param leftNs  what is left of the wait, nanoseconds, above 0
     * @param sleepNs the longest sleep after which the caller wants to look again, nanoseconds
     */
    public static void step(final long leftNs, final long sleepNs) {
        if (leftNs > SPIN_NS) {
            LockSupport.parkNanos(Math.min(leftNs - SPIN_NS, sleepNs));
        } else {
            Thread.onSpinWait();
        }
    }
}
