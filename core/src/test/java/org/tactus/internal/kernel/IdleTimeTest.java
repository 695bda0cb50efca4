// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class IdleTimeTest {
    private static final KernelOptions OPTIONS = KernelOptions.DEFAULT;
    private static final long BEFORE_NS = OPTIONS.spinBeforeNs();
    private static final long NOW_NS = 7_000_000_000L;

    private static long sleepNs(final long releaseNs, final long quietNs) {
        return IdleTime.sleepNs(NOW_NS, releaseNs, quietNs, OPTIONS);
    }

    @Test
    void shouldSleepUntilShortlyBeforeTheNextReleaseWhenNothingElseMayCome() {
        assertEquals(1_000_000 - BEFORE_NS, sleepNs(NOW_NS + 1_000_000, NOW_NS + 1_000_000));
        assertEquals(1_000_000 - BEFORE_NS, sleepNs(Long.MAX_VALUE, NOW_NS + 1_000_000));
        assertEquals(Long.MAX_VALUE - NOW_NS - BEFORE_NS, sleepNs(Long.MAX_VALUE, Long.MAX_VALUE));
    }

    @Test
    void shouldSpinWhenAReleaseIsNear() {
        assertEquals(0, sleepNs(NOW_NS + BEFORE_NS, NOW_NS + BEFORE_NS));
        assertEquals(0, sleepNs(NOW_NS + 1, Long.MIN_VALUE));
        assertEquals(0, sleepNs(Long.MAX_VALUE, NOW_NS + BEFORE_NS - 1));
        assertEquals(0, sleepNs(Long.MAX_VALUE, NOW_NS - BEFORE_NS), "the home of that release may be at it");
    }

    @Test
    void shouldSleepBrieflyWhenAJobMayComeAtAnyTime() {
        assertEquals(OPTIONS.pollNs(), sleepNs(Long.MAX_VALUE, Long.MIN_VALUE));
        assertEquals(OPTIONS.pollNs(), sleepNs(NOW_NS + 1_000_000, Long.MIN_VALUE));
    }

    @Test
    void shouldSleepBrieflyWhenAnotherHomeIsLateWithItsRelease() {
        assertEquals(OPTIONS.pollNs(), sleepNs(Long.MAX_VALUE, NOW_NS - BEFORE_NS - 1));
        assertEquals(OPTIONS.pollNs(), sleepNs(Long.MAX_VALUE, 0));
        assertEquals(0, sleepNs(NOW_NS - 1, 0), "this thread's own release is never late");
    }
}
