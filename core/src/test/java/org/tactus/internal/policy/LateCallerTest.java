// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;

/** Callers that are held up between their clock read and the doorbell. */
class LateCallerTest {
    private static final int RUNS = 2_000;

    private static Rig rig(final long jitterNs) {
        return new Rig(TaskSet.builder("set").device(DeviceSpec.modelled("a"))
            .task("t", t -> t.periodNs(100).jitterNs(jitterNs).release(Release.SPORADIC).segment("a", 3)).build());
    }

    @Test
    void shouldMoveTheNominalReleaseAndTheNextOneWhenTheCallerWasHeldUpForLongerThanTheJitter() {
        final Rig rig = rig(0);
        rig.state.releaseJitterNs(10);
        rig.devices[0].release(150);
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 100), "the clock was read before the dispatcher looked");
        rig.devices[0].release(151);
        assertEquals(List.of("release 0#0 of 140 @151"), rig.take());
        rig.run(0, 151, 154);
        assertEquals(SporadicGate.TOO_EARLY, rig.gate.release(0, 239), "a period after the moved one");
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 240));
        rig.devices[0].release(241);
        assertEquals(List.of("complete 0#0 @154", "release 0#1 of 240 @241"), rig.take());
    }

    @Test
    void shouldKeepTheClaimedTimeWhenTheCallerWasHeldUpNoLongerThanTheJitter() {
        final Rig rig = rig(30);
        rig.state.releaseJitterNs(20);
        rig.devices[0].release(150);
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 100));
        rig.devices[0].release(151);
        assertEquals(List.of("release 0#0 of 100 @151"), rig.take());
    }

    @Test
    void shouldNotMoveWhatTheDispatcherHeldBackItself() {
        final Rig rig = rig(0);
        rig.devices[0].release(99);
        for (int i = 0; i < 18; i++) { // one live, 16 in the backlog, one held back
            assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 100 + 100L * i));
            rig.devices[0].release(100 + 100L * i);
        }
        rig.devices[0].release(5000);
        rig.take();
        for (int i = 0; i < 18; i++) {
            assertEquals(100 + 100L * i, rig.state.nominalReleaseNs(0));
            rig.run(0, 5000, 5003);
        }
    }

    /**
     * Draws times of claims, rings and looks. Whatever they are: nominal releases are a period apart, and what a dispatcher that looks
     * all the time sees comes at most a jitter after its nominal release, as the analysis assumes.
     */
    @Test
    void shouldNeverShowArrivalsCloserThanAPeriodLessTheJitterWhenCallersSleep() {
        final long seed = Long.getLong("tactus.seed", System.nanoTime());
        final SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < RUNS; run++) {
            final long jitterNs = random.nextInt(40);
            final Rig rig = rig(0);
            rig.state.releaseJitterNs(jitterNs);
            long now = 0;
            long lastNominalNs = Long.MIN_VALUE / 2;
            long lastSeenNs = Long.MIN_VALUE / 2;
            for (int i = 0; i < 30; i++) {
                final long readNs = now + random.nextInt(150);
                final long ringNs = readNs + (random.nextInt(3) == 0 ? random.nextInt(400) : random.nextInt(5));
                while (now < ringNs) { // the dispatcher looks at every nanosecond until the caller has rung
                    rig.devices[0].release(now++);
                }
                if (rig.gate.release(0, readNs) == SporadicGate.ACCEPTED) {
                    rig.devices[0].release(now);
                    final String where = "seed " + seed + ", run " + run + ", arrival " + i;
                    final long nominalNs = rig.state.nominalReleaseNs(0);
                    assertTrue(nominalNs >= readNs && nominalNs <= now, where + " has the nominal release " + nominalNs);
                    assertTrue(nominalNs - lastNominalNs >= 100, where + ": nominal releases " + (nominalNs - lastNominalNs) + " apart");
                    assertTrue(now - nominalNs <= jitterNs + 1, where + " was seen " + (now - nominalNs) + " after its nominal release");
                    assertTrue(now - lastSeenNs >= 100 - jitterNs - 1, where + " was seen " + (now - lastSeenNs) + " after the last");
                    lastNominalNs = nominalNs;
                    lastSeenNs = now;
                    rig.run(0, now, now);
                }
                now++;
            }
        }
    }
}
