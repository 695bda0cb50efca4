// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.time.Clock;

class ParkingTest {
    private static final long PATIENCE_NS = 5_000_000_000L;
    private long nowNs = 100;
    private final List<String> calls = new ArrayList<>();
    private final Parking parking = new Parking(() -> nowNs, new Parking.Calls() {
        @Override
        public void await(final long address, final int expected, final long sleepNs) {
            calls.add("await " + sleepNs);
        }

        @Override
        public void wake(final long address) {
            calls.add("wake");
        }
    });

    @Test
    void shouldCallTheSystemOnlyWhenTheOwnerSleeps() {
        parking.wake();
        parking.announce();
        parking.rise();
        parking.wake();
        assertEquals(List.of(), calls);
        parking.announce();
        parking.wake();
        assertEquals(List.of("wake"), calls);
    }

    @Test
    void shouldWakeForEachCallerWhileTheOwnerRises() {
        parking.announce();
        parking.wake();
        parking.wake(); // the first caller may be held up before its call
        assertEquals(List.of("wake", "wake"), calls);
    }

    @Test
    void shouldTellTheFirstRequestWhenWoken() {
        parking.announce();
        nowNs = 170;
        parking.wake();
        nowNs = 180;
        parking.wake();
        nowNs = 200;
        assertEquals(170, parking.rise());
        assertEquals(170, parking.requestedNs());
    }

    @Test
    void shouldTellNowWhenNobodyWokeTheOwner() {
        parking.announce();
        parking.await(150);
        nowNs = 155;
        assertEquals(155, parking.rise());
        assertEquals(Parking.NOT_REQUESTED, parking.requestedNs());
        assertEquals(List.of("await 50"), calls);
    }

    @Test
    void shouldNotSleepWhenTheTimeHasPassed() {
        parking.announce();
        parking.await(100);
        assertEquals(List.of(), calls);
        parking.await(Long.MAX_VALUE);
        assertEquals(List.of("await " + Long.MAX_VALUE), calls);
    }

    @Test
    @Timeout(120)
    void shouldSleepUntilTheTimeWhenNobodyWakes() {
        final Parking real = new Parking(Thread.currentThread(), Clock.SYSTEM);
        for (int i = 0; i < 20; i++) {
            final long untilNs = System.nanoTime() + 2_000_000;
            while (System.nanoTime() < untilNs) { // a sleep may end early
                real.announce();
                real.await(untilNs);
                real.rise();
            }
            assertTrue(System.nanoTime() >= untilNs);
        }
    }

    /** A lost wake-up would let a sleep last until its limit, which no other thing here takes. */
    @Test
    @Timeout(300)
    void shouldLoseNoWakeUpWhenTwoThreadsHandOverToEachOther() throws InterruptedException {
        final int rounds = 20_000;
        final AtomicInteger turn = new AtomicInteger();
        final AtomicLong expired = new AtomicLong();
        final Parking[] places = new Parking[2];
        final Thread[] threads = new Thread[2];
        for (int i = 0; i < 2; i++) {
            final int me = i;
            threads[i] = Thread.ofPlatform().unstarted(() -> {
                for (int round = 0; round < rounds; round++) {
                    while (turn.get() % 2 != me) {
                        final long untilNs = System.nanoTime() + PATIENCE_NS;
                        places[me].announce();
                        if (turn.get() % 2 != me) {
                            places[me].await(untilNs);
                        }
                        places[me].rise();
                        if (System.nanoTime() >= untilNs) {
                            expired.incrementAndGet();
                        }
                    }
                    turn.incrementAndGet();
                    places[1 - me].wake();
                }
            });
            places[i] = new Parking(threads[i], Clock.SYSTEM);
        }
        threads[0].start();
        threads[1].start();
        threads[0].join();
        threads[1].join();
        assertEquals(2 * rounds, turn.get());
        assertEquals(0, expired.get());
    }

    @Test
    @Timeout(60)
    void shouldSleepAgainWhenAnInterruptIsPending() throws InterruptedException {
        final AtomicInteger woken = new AtomicInteger();
        final AtomicLong sleptNs = new AtomicLong();
        final Thread[] owner = new Thread[1];
        owner[0] = Thread.ofPlatform().start(() -> {
            final Parking real = new Parking(Thread.currentThread(), Clock.SYSTEM);
            Thread.currentThread().interrupt();
            final long beginNs = System.nanoTime();
            while (System.nanoTime() - beginNs < 20_000_000 && woken.get() < 1000) {
                real.announce();
                real.await(beginNs + 20_000_000);
                real.rise();
                woken.incrementAndGet();
            }
            sleptNs.set(System.nanoTime() - beginNs);
        });
        owner[0].join();
        assertTrue(sleptNs.get() >= 20_000_000);
        assertFalse(woken.get() >= 1000, "a pending interrupt ended every sleep");
    }
}
