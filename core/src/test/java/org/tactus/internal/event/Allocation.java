// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.lang.management.ManagementFactory;

/** Measures what the calling thread allocates. */
public final class Allocation {
    private static final com.sun.management.ThreadMXBean THREADS =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {
    }

    /** The least number of bytes that a round allocates, over some rounds after a warm-up. */
    public static long bytes(final Runnable round) {
        for (int i = 0; i < 20; i++) {
            round.run();
        }
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            round.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
