// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ExecutionTimerTest {
    private long nowNs = 7_000;
    private OptionalLong waited = OptionalLong.of(300);

    @Test
    void shouldLeaveOutTheWaitsWhenTheSystemAccountsForThem() {
        final ExecutionTimer timer = new ExecutionTimer(() -> nowNs, () -> waited);
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
        final ExecutionTimer timer = new ExecutionTimer(() -> nowNs, () -> waited);
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
}
