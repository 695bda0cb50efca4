// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * The ratio of a statistic of two series of turns that were measured beside each other, with the interval in which it lies in 95 of 100
 * resamplings of whole rounds (the bootstrap's percentile interval: Efron and Tibshirani, An Introduction to the Bootstrap, section 13.3).
 * Rounds are drawn, not jobs, because jobs of one turn share its circumstances and say less than as many independent ones; and both
 * series take the same rounds, so what a whole round shares cancels.
 *
 * @param ratio the statistic of all turns of the one series over that of the other
 * @param low   the interval's lower end
 * @param high  its upper end
 */
record RatioInterval(double ratio, double low, double high) {
    private static final int RESAMPLINGS = 1000;
    private static final double TAIL = 0.025;

    /**
     * Compares two series.
     *
     * @param watched   a turn of each round
     * @param plain     a turn of each round, too, in the same order
     * @param statistic of any number of turns, above 0
     * @param seed      of the resampling
     * @param <T>       a turn
     * @return the ratio; its interval is a point where there is one round
     */
    static <T> RatioInterval of(
        final List<T> watched, final List<T> plain, final ToDoubleFunction<List<T>> statistic, final long seed) {
        final int rounds = Math.min(watched.size(), plain.size());
        final SplittableRandom random = new SplittableRandom(seed);
        final double[] ratios = new double[RESAMPLINGS];
        for (int i = 0; i < RESAMPLINGS; i++) {
            final int[] drawn = new int[rounds];
            Arrays.setAll(drawn, at -> random.nextInt(rounds));
            ratios[i] = ratio(Arrays.stream(drawn).mapToObj(watched::get).toList(), Arrays.stream(drawn).mapToObj(plain::get).toList(),
                statistic);
        }
        Arrays.sort(ratios);
        return new RatioInterval(ratio(watched.subList(0, rounds), plain.subList(0, rounds), statistic),
            ratios[(int) (RESAMPLINGS * TAIL)], ratios[(int) (RESAMPLINGS * (1 - TAIL)) - 1]);
    }

    private static <T> double ratio(final List<T> watched, final List<T> plain, final ToDoubleFunction<List<T>> statistic) {
        return statistic.applyAsDouble(watched) / statistic.applyAsDouble(plain);
    }

    /** The same the other way round. */
    RatioInterval inverse() {
        return new RatioInterval(1 / ratio, 1 / high, 1 / low);
    }

    /** In words: whether the growth is below a limit, above it, or not decided by these turns. */
    String verdict(final double limit) {
        return high < 1 + limit ? "less" : low > 1 + limit ? "more" : "open";
    }
}
