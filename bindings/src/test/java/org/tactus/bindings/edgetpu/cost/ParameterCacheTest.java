// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ParameterCacheTest {
    private static final long ONE = 0x28e47501b3ffb6acL;
    private static final long OTHER = 0x34f7352e5092da7dL;

    @Test
    void shouldKeepPackagesBesideEachOtherWhenTheyShareAToken() {
        final ParameterCache cache = new ParameterCache(1000, 100);
        final int a = cache.add(ONE, 500);
        final int b = cache.add(ONE, 400);
        assertEquals(500, cache.submit(a));
        assertEquals(400, cache.submit(b));
        assertEquals(0, cache.submit(a));
        assertEquals(0, cache.submit(b));
        assertEquals(900, cache.residentBytes());
        assertEquals(0, cache.evictions());
    }

    @Test
    void shouldReloadAtEverySwitchWhenTokensDiffer() {
        final ParameterCache cache = new ParameterCache(1000, 0);
        final int a = cache.add(ONE, 10);
        final int b = cache.add(OTHER, 20);
        for (int i = 0; i < 3; i++) {
            assertEquals(10, cache.submit(a));
            assertEquals(0, cache.submit(a));
            assertEquals(20, cache.submit(b));
        }
        assertEquals(6, cache.uploads());
        assertEquals(5, cache.evictions());
    }

    @Test
    void shouldForgetAllWhenAPackageWithoutATokenComesBetween() {
        final ParameterCache cache = new ParameterCache(1000, 0);
        final int cached = cache.add(ONE, 10);
        final int streamedWithToken = cache.add(ONE, 0);
        final int streamedWithout = cache.add(0, 0);
        assertEquals(10, cache.submit(cached));
        assertEquals(0, cache.submit(streamedWithToken));
        assertTrue(cache.isResident(cached));
        assertEquals(0, cache.submit(streamedWithout));
        assertFalse(cache.isResident(cached));
        assertEquals(10, cache.submit(cached));
    }

    @Test
    void shouldRefuseWhatDoesNotFitBesideTheOthers() {
        final ParameterCache cache = new ParameterCache(1000, 100);
        final int a = cache.add(ONE, 600);
        final int b = cache.add(ONE, 301);
        final int c = cache.add(OTHER, 900);
        assertEquals(600, cache.submit(a));
        assertEquals(-1, cache.submit(b));
        assertTrue(cache.isResident(a));
        assertFalse(cache.isResident(b));
        assertEquals(900, cache.submit(c));
        assertThrows(IllegalArgumentException.class, () -> new ParameterCache(10, 11));
    }

    /** The driver's own words (reference D.4), with sets and no sizes. */
    @Test
    void shouldUploadWhatTheDriversRuleUploadsForRandomSequences() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            final ParameterCache cache = new ParameterCache(Long.MAX_VALUE, 0);
            final int count = random.nextInt(1, 40);
            final long[] tokens = new long[count];
            final long[] sizes = new long[count];
            for (int i = 0; i < count; i++) {
                tokens[i] = random.nextInt(4);
                sizes[i] = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 1000);
                assertEquals(i, cache.add(tokens[i], sizes[i]));
            }
            long current = 0;
            final Set<Integer> cached = new HashSet<>();
            for (int step = 0; step < 300; step++) {
                final int p = random.nextInt(count);
                if (tokens[p] == 0 || tokens[p] != current) {
                    cached.clear();
                }
                long expected = 0;
                if (sizes[p] > 0 && cached.add(p)) {
                    expected = sizes[p];
                    current = tokens[p];
                }
                assertEquals(expected, cache.submit(p), "seed " + seed);
                assertEquals(cached.stream().mapToLong(i -> sizes[i]).sum(), cache.residentBytes(), "seed " + seed);
            }
        }
    }
}
