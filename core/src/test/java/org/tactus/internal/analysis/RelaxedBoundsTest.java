// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/** A floor saves work and changes nothing of what gets further. Sets are {@code -Dtactus.property.sets}, {@code -Dtactus.property.seed}. */
class RelaxedBoundsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1500);
    private static final long SEED = Long.getLong("tactus.property.seed", 4711);
    private static final double FACTOR = 20;

    @Test
    void shouldTellTheSameOfWhatGetsFurtherWhenAFloorIsGiven() {
        int further = 0;
        int fell = 0;
        for (long seed = SEED; seed < SEED + SETS; seed++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                final SplittableRandom random = new SplittableRandom(seed);
                final TaskSet set = BoundPropertiesTest.draw(random, 1 + random.nextInt(3), policy);
                final int tasks = set.tasks().size();
                final RelaxedBounds full = new RelaxedBounds(set);
                final int rank = random.nextInt(tasks + 1);
                final double ratio = random.nextInt(3) == 0 ? full.ratio() : random.nextDouble(0, 1.3) * full.ratio();
                final RelaxedBounds floored = new RelaxedBounds(set, rank, ratio);
                final String text = policy + " seed " + seed + ", rank " + rank + ", ratio " + ratio;
                final boolean edf = policy == PolicyKind.EDF;
                final int reached = edf ? rank : rank(set, full.failing());
                final boolean good = reached > rank || reached == rank && full.ratio() <= Math.max(1, ratio);
                if (good) {
                    assertEquals(full.failing(), floored.failing(), text);
                    assertEquals(full.ratio(), floored.ratio(), text);
                    further++;
                } else {
                    final int now = edf ? rank : rank(set, floored.failing());
                    assertTrue(now < rank || now == rank && floored.ratio() > Math.max(1, ratio), text + ": " + floored.ratio());
                    fell++;
                }
                assertEquals(full.failing() < 0, full.ratio() <= 1, text);
                assertTrue(full.ratio() <= 2 * FACTOR, text);
            }
        }
        assertTrue(further > SETS / 4 && fell > SETS / 4 || SETS < 100, further + " further, " + fell + " short");
    }

    /** Rank by priority of a task; the number of tasks when none fails. */
    private static int rank(final TaskSet set, final int task) {
        final int tasks = set.tasks().size();
        return task < 0 ? tasks : (int) IntStream.range(0, tasks).filter(other -> set.compareFixedPriority(other, task) < 0).count();
    }
}
