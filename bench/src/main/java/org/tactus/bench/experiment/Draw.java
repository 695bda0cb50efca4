// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.SplittableRandom;
import org.tactus.internal.time.SplitMix64;

/** Sound random draws for task sets. */
public final class Draw {
    private Draw() {
    }

    /**
     * Seeds one set from the experiment's seed, the place on the axis and the set's number.
     *
     * @return a generator that no other set shares
     */
    public static SplittableRandom forSet(final long seed, final int place, final int index) {
        final long mixed = new SplittableRandom(seed).nextLong() ^ ((long) place << 32 | index) * SplitMix64.GAMMA;
        return new SplittableRandom(new SplittableRandom(mixed).nextLong());
    }

    /**
     * UUniFast-discard (Davis and Burns 2011): n utilisations with a given sum, uniform over all such with none above 1.
     *
     * @param sum below n
     * @return the utilisations, each above 0
     */
    public static double[] utilisations(final SplittableRandom random, final int n, final double sum) {
        while (true) {
            final double[] shares = new double[n];
            double left = sum;
            boolean good = true;
            for (int i = 0; i < n - 1; i++) {
                final double next = left * Math.pow(random.nextDouble(), 1.0 / (n - 1 - i));
                shares[i] = left - next;
                left = next;
                good &= shares[i] <= 1 && shares[i] > 1e-6;
            }
            shares[n - 1] = left;
            if (good && left <= 1 && left > 1e-6) {
                return shares;
            }
        }
    }

    /** Log-uniform between two bounds. */
    public static double logUniform(final SplittableRandom random, final double low, final double high) {
        return Math.exp(random.nextDouble(Math.log(low), Math.nextUp(Math.log(high))));
    }
}
