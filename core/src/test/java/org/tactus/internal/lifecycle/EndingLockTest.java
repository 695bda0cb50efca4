// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits for the lock of something whose end waits for him gets away, also when he had looked just before the end began. */
@Timeout(30)
class EndingLockTest {
    private final EndingLock lock = new EndingLock();

    @Test
    void shouldGiveUpToWaitWhenTheEndBeginsAfterTheFirstLook() throws InterruptedException {
        final AtomicBoolean ending = new AtomicBoolean();
        final CountDownLatch looked = new CountDownLatch(1);
        final AtomicBoolean taken = new AtomicBoolean(true);
        final AtomicBoolean pending = new AtomicBoolean();
        lock.lock();
        final Thread waiting = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            taken.set(lock.lockUnless(() -> {
                final boolean seen = ending.get();
                looked.countDown();
                return seen;
            }));
            pending.set(Thread.interrupted());
        });
        looked.await();
        ending.set(true);
        waiting.join(); // while this thread, which ends, holds the lock
        assertFalse(taken.get());
        assertTrue(pending.get());
        lock.unlock();
    }

    @Test
    void shouldLetOneInAtATimeWhileNothingEnds() throws InterruptedException {
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final AtomicInteger passed = new AtomicInteger();
        final Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofPlatform().start(() -> {
                for (int k = 0; k < 500; k++) {
                    if (lock.lockUnless(() -> false)) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        passed.incrementAndGet();
                        inside.decrementAndGet();
                        lock.unlock();
                    }
                }
            });
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertEquals(1, most.get());
        assertEquals(2_000, passed.get());
        assertFalse(lock.lockUnless(() -> true));
    }
}
