// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The law of the largest execution times against laws that are known. */
class ExtremeValuesTest {
    private static final int SAMPLES = 4_000;
    private static final double BASE_NS = 10_000_000;
    private static final double SCALE_NS = 200_000;

    /** Samples whose quantile function is known. */
    private static long[] samples(final int count, final long seed, final DoubleUnaryOperator quantile) {
        final Random random = new Random(seed);
        final long[] samples = new long[count];
        for (int i = 0; i < count; i++) {
            samples[i] = (long) (BASE_NS + SCALE_NS * quantile.applyAsDouble(random.nextDouble()));
        }
        return samples;
    }

    private static double exponential(final double share) {
        return -Math.log(1 - share);
    }

    private static double pareto(final double share, final double shape) {
        return (Math.pow(1 - share, -shape) - 1) / shape;
    }

    private static ExtremeValues law(final long[] samples) {
        final ExtremeValues.Fitted fitted = ExtremeValues.fit(samples);
        return fitted.law().orElseThrow(() -> new AssertionError(fitted.refusal()));
    }

    private static void assertRefused(final String check, final long[] samples) {
        final ExtremeValues.Fitted fitted = ExtremeValues.fit(samples);
        assertTrue(fitted.law().isEmpty() && fitted.refusal().startsWith(check), fitted.toString());
    }

    /** The error of a p-value's quantile shrinks with the samples: far beyond them a sixth is what a fit of 600 excesses reaches. */
    private static void assertNear(final double expectedNs, final double ns, final long seed) {
        assertTrue(Math.abs(ns - expectedNs) < (expectedNs - BASE_NS) / 6, "seed " + seed + ": " + ns + " instead of " + expectedNs);
    }

    @Test
    void shouldFindTheQuantileOfAnExponentialTail() {
        for (long seed = 1; seed <= 5; seed++) {
            final ExtremeValues law = law(samples(SAMPLES, seed, ExtremeValuesTest::exponential));
            assertNear(BASE_NS + SCALE_NS * -Math.log(1e-6), law.wcetNs(1e-6), seed);
            assertEquals(1e-6, law.exceedance(law.wcetNs(1e-6)), 1e-8);
        }
    }

    @Test
    void shouldFindAHeavierTailWhenThereIsOne() {
        for (long seed = 1; seed <= 5; seed++) {
            final ExtremeValues law = law(samples(SAMPLES, seed, share -> pareto(share, 0.25)));
            assertTrue(law.shape() > 0.1 && law.shape() < 0.4, "seed " + seed + ": " + law);
        }
    }

    @Test
    void shouldPromiseNoEndOfATailThatWasNotSeen() {
        final long[] samples = samples(SAMPLES, 3, share -> share); // uniform: never above 1
        final ExtremeValues law = law(samples);
        assertEquals(0, law.shape());
        assertTrue(law.wcetNs(1e-9) > BASE_NS + SCALE_NS, law.toString());
    }

    @Test
    void shouldRiseWhenTheProbabilityFallsAndNeverBeBelowTheLargestSample() {
        final ExtremeValues law = law(samples(400, 7, ExtremeValuesTest::exponential));
        assertEquals(law.largestNs(), law.wcetNs(law.share()));
        long lastNs = 0;
        for (double probability = 1e-2; probability > 1e-15; probability /= 10) {
            assertTrue(law.wcetNs(probability) >= lastNs);
            lastNs = law.wcetNs(probability);
        }
    }

    @Test
    void shouldRefuseByNameWhatDoesNotHold() {
        assertRefused("number of samples", samples(199, 1, ExtremeValuesTest::exponential));
        assertRefused("variation", samples(300, 1, share -> 1));
        final long[] slow = samples(1_000, 1, ExtremeValuesTest::exponential);
        for (int i = 1; i < slow.length; i++) {
            slow[i] = (slow[i] + 3 * slow[i - 1]) / 4; // each follows the one before
        }
        assertRefused("independence (Ljung-Box)", slow);
        final long[] moved = samples(1_000, 1, ExtremeValuesTest::exponential);
        for (int i = 500; i < moved.length; i++) {
            moved[i] += 40_000; // little beside the spread, so that neighbours are not correlated by it
        }
        assertRefused("identical distribution (Kolmogorov-Smirnov", moved);
        assertRefused("tail", samples(SAMPLES, 1, share -> pareto(share, 0.9)));
        assertRefused("fit (Kolmogorov-Smirnov", samples(SAMPLES, 1, share -> share < 0.9 ? share : 10));
    }

    @Test
    void shouldCallIndependentSamplesIndependentAboutAsOftenAsTheLevelSays() {
        int refused = 0;
        for (long seed = 0; seed < 1_000; seed++) {
            final Random random = new Random(seed);
            refused += ExtremeValues.ljungBox(random.doubles(300).toArray()) < ExtremeValues.LEVEL ? 1 : 0;
        }
        assertTrue(refused >= 2 && refused <= 25, refused + " of 1000 at the level " + ExtremeValues.LEVEL);
    }
}
