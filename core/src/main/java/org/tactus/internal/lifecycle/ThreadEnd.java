// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Waits for the end of threads, or of what one does, for a bounded time and whatever interrupts the waiting thread. */
public final class ThreadEnd {
    /** How long a run that ends waits at most for each of its dispatchers together, its monitor, and who requests its sporadic jobs. */
    public static final long PATIENCE_NS = 2_000_000_000L;

    private ThreadEnd() {
    }

    /**
     * Waits until a thread has ended. An interrupt of the calling thread does not shorten that, and is pending again afterwards.
     *
     * @param thread    a thread that may not have been started
     * @param timeoutNs how long to wait at most, nanoseconds
     * @return true when it has ended or was never started; false when it still runs, as it does when it calls this itself
     */
    public static boolean await(final Thread thread, final long timeoutNs) {
        if (thread.getState() == Thread.State.NEW) {
            return true;
        }
        if (thread == Thread.currentThread()) {
            return false;
        }
        final long beginNs = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return thread.join(Duration.ofNanos(Math.max(0, timeoutNs - (System.nanoTime() - beginNs))));
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Waits until a latch is open, which another thread opens in bounded time. An interrupt of the calling thread does not shorten
     * that, and is pending again afterwards.
     *
     * @param latch the latch
     */
    public static void await(final CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
