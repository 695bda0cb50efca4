// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadAccountsTest {
    private static final long SPIN_NS = 3_000_000;
    private static final int PAGES = 1 << 12;

    private static void spin() {
        final long untilNs = System.nanoTime() + SPIN_NS;
        while (System.nanoTime() < untilNs) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldAdvanceAtMostAsTheWallWhenTheThreadSpins() {
        final ThreadAccounts accounts = ThreadAccounts.ofCallingThread().orElseThrow();
        final long wallNs = System.nanoTime();
        final long cpuNs = accounts.ownCpuNs();
        spin();
        final long executedNs = accounts.ownCpuNs() - cpuNs;
        assertTrue(executedNs > 0 && executedNs <= System.nanoTime() - wallNs, "executed " + executedNs);
    }

    @Test
    void shouldStandStillAndCountASwitchWhenTheThreadSleeps() throws InterruptedException {
        final ThreadAccounts accounts = ThreadAccounts.ofCallingThread().orElseThrow();
        final long switches = accounts.ownSwitches();
        final long cpuNs = accounts.ownCpuNs();
        Thread.sleep(200);
        assertTrue(accounts.ownSwitches() > switches);
        assertTrue(accounts.ownCpuNs() - cpuNs < 200_000_000, "a sleep is no execution");
    }

    @Test
    void shouldTellAnotherThreadWhatTheThreadExecutedAndThatItWaits() throws InterruptedException {
        final AtomicReference<ThreadAccounts> of = new AtomicReference<>();
        final CountDownLatch spun = new CountDownLatch(1);
        final Thread thread = Thread.ofPlatform().daemon().start(() -> {
            of.set(ThreadAccounts.ofCallingThread().orElseThrow());
            spin();
            spun.countDown();
            LockSupport.park();
        });
        spun.await();
        while (!of.get().isWaiting()) {
            Thread.sleep(1);
        }
        final long executedNs = of.get().cpuNs();
        assertTrue(executedNs > 0);
        assertEquals(executedNs, of.get().cpuNs(), "it waits");
        LockSupport.unpark(thread);
        thread.join();
        while (of.get().cpuNs() >= 0) { // the system's thread ends a little after Java's
            Thread.sleep(1);
        }
        assertFalse(of.get().isWaiting(), "an ended thread waits for nothing");
    }

    @Test
    void shouldCountAFaultForEachPageThatIsTouchedFirst() {
        final ThreadAccounts accounts = ThreadAccounts.ofCallingThread().orElseThrow();
        final long before = accounts.ownPageFaults();
        try (Arena arena = Arena.ofConfined()) {
            arena.allocate(PAGES * 4096L); // which clears it
        }
        assertTrue(accounts.ownPageFaults() > before);
    }
}
