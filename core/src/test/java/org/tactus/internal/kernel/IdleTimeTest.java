// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class IdleTimeTest {
    private static final KernelOptions OPTIONS = KernelOptions.DEFAULT;
    private static final long BEFORE_NS = OPTIONS.spinBeforeNs();
    private static final long NOW_NS = 7_000_000_000L;

    private static long untilNs(final long releaseNs, final long lookNs) {
        return IdleTime.untilNs(NOW_NS, releaseNs, lookNs, OPTIONS);
    }

    @Test
    void shouldSleepUntilShortlyBeforeTheNextReleaseWhenNoDeviceExecutes() {
        assertEquals(NOW_NS + 1_000_000 - BEFORE_NS, untilNs(NOW_NS + 1_000_000, Long.MAX_VALUE));
        assertEquals(NOW_NS + 1, untilNs(NOW_NS + BEFORE_NS + 1, Long.MAX_VALUE));
    }

    @Test
    void shouldSleepUntilWokenWhenNoReleaseIsPlanned() {
        assertEquals(Long.MAX_VALUE, untilNs(Long.MAX_VALUE, Long.MAX_VALUE));
    }

    @Test
    void shouldSpinWhenAReleaseIsNearOrLate() {
        assertEquals(NOW_NS, untilNs(NOW_NS + BEFORE_NS, Long.MAX_VALUE));
        assertEquals(NOW_NS, untilNs(NOW_NS + 1, OPTIONS.pollNs()));
        assertEquals(NOW_NS, untilNs(NOW_NS - 1, Long.MAX_VALUE));
        assertEquals(NOW_NS, untilNs(NOW_NS - BEFORE_NS, 10_000_000));
    }

    @Test
    void shouldSleepWhenWhatWasDueLongAgoHasNotCome() {
        assertEquals(NOW_NS + OPTIONS.pollNs(), untilNs(NOW_NS - BEFORE_NS - 1, Long.MAX_VALUE));
        assertEquals(NOW_NS + OPTIONS.pollNs(), untilNs(0, 10_000_000));
        assertEquals(NOW_NS + 1, untilNs(0, 1));
    }

    @Test
    void shouldAlwaysSleepInALaneWhenATurnFoundNothing() {
        assertEquals(NOW_NS + 1, IdleTime.inLaneUntilNs(NOW_NS, NOW_NS + 1, Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE, IdleTime.inLaneUntilNs(NOW_NS, Long.MAX_VALUE, Long.MAX_VALUE));
        assertEquals(NOW_NS + IdleTime.REST_NS, IdleTime.inLaneUntilNs(NOW_NS, NOW_NS, Long.MAX_VALUE), "a release that was not taken");
        assertEquals(NOW_NS + IdleTime.REST_NS, IdleTime.inLaneUntilNs(NOW_NS, 0, Long.MAX_VALUE));
    }

    @Test
    void shouldLookAgainWhenADeviceExecutes() {
        assertEquals(NOW_NS + OPTIONS.pollNs(), untilNs(Long.MAX_VALUE, OPTIONS.pollNs()));
        assertEquals(NOW_NS + OPTIONS.pollNs(), untilNs(NOW_NS + 1_000_000, OPTIONS.pollNs()));
        assertEquals(NOW_NS + 1_000_000 - BEFORE_NS, untilNs(NOW_NS + 1_000_000, 10_000_000), "a release comes before the next look");
    }
}
