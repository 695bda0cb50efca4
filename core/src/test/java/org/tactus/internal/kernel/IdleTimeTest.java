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
        assertEquals(NOW_NS, untilNs(0, 10_000_000));
    }

    @Test
    void shouldLookAgainWhenADeviceExecutes() {
        assertEquals(NOW_NS + OPTIONS.pollNs(), untilNs(Long.MAX_VALUE, OPTIONS.pollNs()));
        assertEquals(NOW_NS + OPTIONS.pollNs(), untilNs(NOW_NS + 1_000_000, OPTIONS.pollNs()));
        assertEquals(NOW_NS + 1_000_000 - BEFORE_NS, untilNs(NOW_NS + 1_000_000, 10_000_000), "a release comes before the next look");
    }
}
