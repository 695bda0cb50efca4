// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The lock of something that comes to an end, and whose end waits for threads that may want the lock: such a thread stops waiting as soon
 * as the end has begun, also when it had looked just before. Any thread.
 */
public final class EndingLock {
    private static final long LOOK_MS = 1;

    private final ReentrantLock lock = new ReentrantLock();

    /** Takes the lock, however long it takes; an interrupt stays pending. */
    public void lock() {
        lock.lock();
    }

    /**
     * Takes the lock unless the end has begun by then; an interrupt stays pending.
     *
     * @param ending whether the end has begun; it never becomes false again
     * @return false without the lock
     */
    public boolean lockUnless(final BooleanSupplier ending) {
        boolean interrupted = false;
        try {
            while (!ending.getAsBoolean()) {
                try {
                    if (lock.tryLock(LOOK_MS, TimeUnit.MILLISECONDS)) {
                        return true;
                    }
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives the lock back. The thread that took it. */
    public void unlock() {
        lock.unlock();
    }
}
