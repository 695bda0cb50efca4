// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A thread whose best-effort jobs never end sleeps for a tenth of the time; one whose hard jobs do that already runs no others. */
class BestEffortPaceTest {
    private static final long MS = 1_000_000;

    private final BestEffortPace pace = new BestEffortPace();

    @Test
    void shouldRestForAMillisecondAfterNineAndThenGoOn() {
        pace.begin(0);
        assertFalse(pace.rests(9 * MS - 1));
        assertTrue(pace.rests(9 * MS));
        assertEquals(10 * MS, pace.untilNs(9 * MS));
        pace.slept(9 * MS, 9 * MS + MS / 2, 0);
        assertTrue(pace.rests(9 * MS + MS / 2), "woken before the rest was over");
        pace.slept(9 * MS + MS / 2, 10 * MS, 0);
        assertFalse(pace.rests(10 * MS));
    }

    @Test
    void shouldOweNothingAfterALongSleepAndHaveNoCreditEither() {
        pace.begin(0);
        pace.slept(20 * MS, 1_000 * MS, 0);
        assertFalse(pace.rests(1_009 * MS - 1));
        assertTrue(pace.rests(1_009 * MS));
    }

    @Test
    void shouldNotCountAsSleepWhatOtherThreadsOfTheCoreTook() {
        pace.begin(0);
        assertTrue(pace.rests(9 * MS));
        pace.slept(9 * MS, 10 * MS, MS);
        assertTrue(pace.rests(10 * MS));
    }

    /** Hard jobs take 19 of 20 ms for an hour, and then are gone: what they owed in that hour is not paid by the best-effort jobs. */
    @Test
    void shouldGoOnSoonAfterHardJobsThatTookMoreThanNineTenthsForLong() {
        pace.begin(0);
        long now = 0;
        while (now < 3_600_000 * MS) {
            pace.rests(now + 19 * MS);
            pace.slept(now + 19 * MS, now + 20 * MS, 0);
            now += 20 * MS;
        }
        long restedNs = 0;
        while (pace.rests(now)) {
            final long until = pace.untilNs(now);
            pace.slept(now, until, 0);
            restedNs += until - now;
            now = until;
            assertTrue(restedNs <= 100 * MS, "it still rests after " + restedNs + " ns");
        }
    }

    /** Releases so close together that the thread spins before each of them: holding best-effort jobs back leaves the core to nobody. */
    @Test
    void shouldNotStarveBestEffortJobsOfAThreadThatNeverSleeps() {
        pace.begin(0);
        long bestEffort = 0;
        for (long now = 0; now < 60_000 * MS; now += MS / 10) {
            bestEffort += pace.rests(now) ? 0 : 1;
        }
        assertTrue(bestEffort >= 50 * 90, "it ran " + bestEffort + " times a tenth of a millisecond in a minute");
    }

    /** Hard jobs of a share of the time at random instants, best-effort segments of random lengths in the rest. */
    @Test
    void shouldLeaveATenthOfTheCoreWhateverShareHardJobsTake() {
        for (long seed = 1; seed <= 200; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final double share = 0.85 * random.nextDouble();
            final long hardNs = 10_000 + random.nextLong(3 * MS);
            final long periodNs = (long) (hardNs / Math.max(share, 0.01));
            final long longestNs = 1_000 + random.nextLong(4 * MS);
            long now = 0;
            long hardAt = 0;
            long sleptNs = 0;
            long bestEffortNs = 0;
            pace.begin(0);
            while (now < 2_000 * MS) {
                if (hardAt <= now) {
                    now += hardNs;
                    hardAt += periodNs;
                } else if (!pace.rests(now)) {
                    final long ns = 1 + random.nextLong(longestNs);
                    now += ns;
                    bestEffortNs += ns;
                } else {
                    final long until = Math.min(hardAt, pace.untilNs(now));
                    pace.slept(now, until, 0);
                    sleptNs += until - now;
                    now = until;
                }
            }
            assertTrue(sleptNs > 0.0985 * now, "seed " + seed + " sleeps for " + (double) sleptNs / now);
            assertTrue(bestEffortNs > (0.88 - hardNs / (double) periodNs) * now,
                "seed " + seed + ", best effort " + bestEffortNs + ", hard " + hardNs / (double) periodNs);
        }
    }
}
