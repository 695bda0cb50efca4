// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ResponseBucketsTest {
    private static final double WIDEST = 1.0 / 32;
    private static final long LONGEST_NS = (1L << 39) - 1;

    private static ResponseBuckets of(final long[] responses) {
        final long[] counts = new long[ResponseBuckets.COUNT];
        Arrays.stream(responses).forEach(ns -> counts[ResponseBuckets.indexOf(ns)]++);
        return new ResponseBuckets(counts);
    }

    @Test
    void shouldHoldEachResponseInTheBucketThatEndsNextAboveIt() {
        assertEquals(0, ResponseBuckets.indexOf(-5));
        assertEquals(ResponseBuckets.COUNT - 1, ResponseBuckets.indexOf(Long.MAX_VALUE));
        assertEquals(LONGEST_NS, ResponseBuckets.highestNs(ResponseBuckets.COUNT - 1));
        for (int i = 0; i < ResponseBuckets.COUNT; i++) {
            assertEquals(i, ResponseBuckets.indexOf(ResponseBuckets.highestNs(i)), "the end of bucket " + i);
            assertEquals(Math.min(ResponseBuckets.COUNT - 1, i + 1), ResponseBuckets.indexOf(ResponseBuckets.highestNs(i) + 1));
        }
    }

    @Test
    void shouldTellAQuantileAtMostABucketAboveTheTrueOneWhenResponsesAreRandom() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            final long[] responses = new long[random.nextInt(1, 400)];
            final int bits = random.nextInt(1, 40);
            Arrays.setAll(responses, i -> random.nextLong(Math.min(LONGEST_NS, 1L << random.nextInt(1, bits + 1))));
            final ResponseBuckets buckets = of(responses);
            Arrays.sort(responses);
            assertEquals(responses.length, buckets.total());
            for (final double share : new double[] {0, 0.5, 0.9, 0.99, 1, random.nextDouble()}) {
                final long exact = responses[Math.max(0, (int) Math.ceil(share * responses.length) - 1)];
                final long told = buckets.quantileNs(share, responses[responses.length - 1]);
                assertTrue(told >= exact && told <= exact + 32 + exact * WIDEST,
                    "seed " + seed + ": quantile " + share + " is " + told + ", exactly " + exact);
            }
        }
    }

    @Test
    void shouldTellWhatCameSinceUnlessTheRecordWentToAnotherTask() {
        final ResponseBuckets before = of(new long[] {100, 5000});
        final ResponseBuckets now = of(new long[] {100, 5000, 5000, 70_000});
        assertEquals(2, now.since(before).total());
        assertTrue(now.since(before).quantileNs(0.5, 70_000) < 5200);
        assertSame(before, before.since(now));
        assertEquals(-1, ResponseBuckets.none().quantileNs(0.5, 0));
    }

    @Test
    void shouldTellTheLargestResponseWhenItIsInTheLastBucket() {
        final long longNs = 7 * LONGEST_NS;
        final ResponseBuckets buckets = of(new long[] {1000, 2000, longNs});
        assertEquals(longNs, buckets.quantileNs(1, longNs), "never below the true one");
        assertEquals(1000, of(new long[] {1000}).quantileNs(0.5, 1000), "never above the largest");
    }

    /** {@code stat} and JMX ask by the same rule. */
    @Test
    void shouldTellNoQuantileThatTooFewResponsesCarry() {
        final long[] responses = new long[100];
        Arrays.fill(responses, 5000);
        assertEquals(OptionalLong.of(5000), of(responses).carriedNs(0.99, 5000));
        assertEquals(OptionalLong.empty(), of(responses).carriedNs(0.999, 5000));
        assertEquals(OptionalLong.empty(), of(Arrays.copyOf(responses, 99)).carriedNs(0.99, 5000));
        assertEquals(OptionalLong.of(5000), of(new long[] {5000}).carriedNs(0.5, 5000));
        assertEquals(OptionalLong.empty(), ResponseBuckets.none().carriedNs(0.5, 0));
    }
}
