// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.time.Clock;

class LoopRehearsalTest {
    /** Its jobs come every microsecond, which a machine that computes for others as well may never get done. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldDoNoMoreWhenItIsStoppedWithJobsThatWait() throws InterruptedException {
        final LoopRehearsal rehearsal = new LoopRehearsal();
        rehearsal.jobs(Clock.SYSTEM.nanoTime() + TimeUnit.SECONDS.toNanos(20));
        Thread.sleep(300); // 300,000 jobs of the most frequent task have come
        rehearsal.stop();
        rehearsal.jobs(Long.MAX_VALUE); // returns, although its jobs will never be done
        int rounds = 0;
        while (rehearsal.workOfARound() > 0) {
            rounds++;
        }
        assertTrue(rounds < 100, rounds + " rounds until nothing was ready");
    }
}
