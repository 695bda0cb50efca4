package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.result.PlatformResult;
import org.tactus.supply.StallCurve;

class PlatformWatchTest {
    private static final long MS = 1_000_000;

    @Test
    void shouldTellWhenWhereAndByHowMuchWhenTheCurveIsBroken() {
        final PlatformWatch watch = new PlatformWatch(StallCurve.every(50 * MS, 22 * MS), List.of(1));
        assertFalse(watch.gap(100 * MS, 100 * MS + 4_000), "the loop's own work");
        assertFalse(watch.gap(1_000 * MS, 1_020 * MS));
        assertEquals(List.of(), watch.breaks(0));
        assertTrue(watch.gap(1_030 * MS, 1_034 * MS), "24 of 50");
        assertFalse(watch.gap(1_100 * MS, 1_122 * MS));
        assertEquals(3, watch.gaps());
        assertEquals(List.of(new PlatformResult.Break(1_034 * MS, 1, 24 * MS, 50 * MS, 22 * MS)), watch.breaks(0));
        assertEquals(34 * MS, watch.breaks(1_000 * MS).getFirst().atNs(), "from time zero on");
        assertTrue(watch.breaks(1_050 * MS).isEmpty(), "what broke before time zero touches no job");
    }

    @Test
    void shouldHoldNothingAgainstNoCurve() {
        final PlatformWatch watch = new PlatformWatch(StallCurve.NONE, List.of());
        watch.gap(0, 1_000 * MS);
        assertEquals(0, watch.gaps());
        assertEquals(List.of(), watch.breaks(0));
    }
}
