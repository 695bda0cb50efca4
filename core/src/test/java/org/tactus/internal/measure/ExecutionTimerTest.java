// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ExecutionTimerTest {
    private long nowNs = 7_000;
    private OptionalLong waited = OptionalLong.of(300);

    @Test
    void shouldLeaveOutTheWaitsWhenTheSystemAccountsForThem() {
        final ExecutionTimer timer = new ExecutionTimer(() -> nowNs, Optional.empty(), () -> waited);
        timer.begin();
        nowNs += 5_000;
        waited = OptionalLong.of(300 + 4_000);
        assertEquals(1_000, timer.elapsedNs());
        timer.begin();
        nowNs += 50;
        assertEquals(50, timer.elapsedNs(), "nobody waited");
        timer.begin();
        waited = OptionalLong.of(9_000);
        assertEquals(0, timer.elapsedNs(), "a wait that the clock saw less of");
        assertEquals("waits for other threads (schedstat)", timer.leavesOut());
    }

    @Test
    void shouldCountAllTimeWhenTheSystemKeepsNoAccount() {
        final ExecutionTimer timer = new ExecutionTimer(() -> nowNs, Optional.empty(), () -> waited);
        waited = OptionalLong.empty();
        timer.begin();
        nowNs += 5_000;
        waited = OptionalLong.of(4_000);
        assertEquals(5_000, timer.elapsedNs(), "an account that began meanwhile says nothing");
        waited = OptionalLong.empty();
        assertEquals("nothing", timer.leavesOut());
        assertEquals("nothing", ExecutionTimer.of(false).leavesOut());
    }

    @Test
    void shouldReadAnAccountThatNeverFallsWhenTheSystemKeepsOne() {
        final OptionalLong first = PlatformAccounts.waitedByThisThread();
        final OptionalLong second = PlatformAccounts.waitedByThisThread();
        assertEquals(first.isPresent(), second.isPresent());
        assertTrue(first.isEmpty() || second.getAsLong() >= first.getAsLong(), first + " then " + second);
    }

    @Test
    void shouldTellWhatTheWallWouldHaveShown() {
        final ExecutionTimer timer = new ExecutionTimer(() -> nowNs, Optional.empty(), () -> waited);
        for (int i = 1; i <= 2; i++) {
            timer.begin();
            nowNs += 100 * i;
            waited = OptionalLong.of(waited.getAsLong() + 40);
            assertEquals(100 * i - 40, timer.elapsedNs());
        }
        assertEquals(200, timer.longestNs());
        assertEquals(80, timer.takenNs());
    }

    @Test
    void shouldCountAtMostTheWallWhenTheThreadIsTimedByItsOwnClock() {
        final ExecutionTimer timer = ExecutionTimer.of(true);
        for (int i = 0; i < 20; i++) {
            timer.begin();
            final long wallNs = System.nanoTime();
            long ns = System.nanoTime();
            while (ns - wallNs < 200_000) {
                ns = System.nanoTime();
            }
            final long executedNs = timer.elapsedNs();
            assertTrue(executedNs >= 0 && executedNs <= timer.longestNs(), executedNs + " of " + timer.longestNs());
        }
    }
}
