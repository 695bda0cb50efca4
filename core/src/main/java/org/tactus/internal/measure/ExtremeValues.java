// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.tactus.internal.time.Durations;

/**
 * A law of the largest execution times, from which a WCET is read with the probability that one run exceeds it: a generalised Pareto law of
 * what exceeds a threshold (Pickands; Balkema and de Haan), as measurement-based probabilistic timing analysis uses it. The law is fitted
 * by probability-weighted moments (Hosking and Wallis 1987, Technometrics 29(3)). A law with a bounded tail is replaced by the
 * exponential one of the same mean, which is above it far out: that a bound of the tail was seen is no promise.
 *
 * <p>It says something only of samples that are independent (Ljung and Box 1978), that follow one distribution from beginning to end
 * (two-sample Kolmogorov-Smirnov test of the halves), and whose excesses it describes (one-sample test); otherwise it is refused by name.
 *
 * @param thresholdNs  above which the law holds
 * @param scaleNs      of the law, above 0
 * @param shape        of the law, from 0 (exponential) to below {@value #HEAVY}
 * @param share        of the samples that are above the threshold
 * @param largestNs    sample
 * @param independence p-value of the Ljung-Box test
 * @param identity     p-value of the two-sample test
 * @param fit          p-value of the test of the fit
 */
public record ExtremeValues(
    double thresholdNs, double scaleNs, double shape, double share, long largestNs, double independence, double identity, double fit) {
    /** Fewer samples carry no law. */
    public static final int LEAST_SAMPLES = 200;
    /** A test that is more unlikely than this to turn out so by chance refuses the law. */
    static final double LEVEL = 0.01;
    /** A heavier tail has no variance, and no WCET worth the name. */
    static final double HEAVY = 0.5;
    private static final double ABOVE = 0.15;
    private static final int LAGS = 10;

    /**
     * The law, or why there is none.
     *
     * @param law     empty when it was refused
     * @param refusal one clause, with the name of the check; empty with a law
     */
    public record Fitted(Optional<ExtremeValues> law, String refusal) {
        private static Fitted refused(final String why) {
            return new Fitted(Optional.empty(), why);
        }
    }

    /**
     * Fits the law and checks what it supposes.
     *
     * @param samples nanoseconds, in the order in which they were measured
     * @return the law or a refusal
     */
    public static Fitted fit(final long[] samples) {
        if (samples.length < LEAST_SAMPLES) {
            return Fitted.refused("number of samples: " + samples.length + ", and a law takes at least " + LEAST_SAMPLES);
        }
        final double[] values = Arrays.stream(samples).asDoubleStream().toArray();
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        if (sorted[0] == sorted[sorted.length - 1]) {
            return Fitted.refused("variation: all samples are " + Durations.exact(samples[0]));
        }
        final double independence = ljungBox(values);
        if (independence < LEVEL) {
            return Fitted.refused(failed("independence (Ljung-Box)", independence));
        }
        final int half = values.length / 2;
        final double identity = KolmogorovSmirnovTest.withDefaults().test(Arrays.copyOf(values, half),
            Arrays.copyOfRange(values, half, values.length)).getPValue();
        if (identity < LEVEL) {
            return Fitted.refused(failed("identical distribution (Kolmogorov-Smirnov of the halves)", identity));
        }
        final int first = (int) Math.ceil(sorted.length * (1 - ABOVE));
        return tail(sorted, first, independence, identity);
    }

    private static String failed(final String check, final double p) {
        return String.format(Locale.ROOT, "%s: p = %.2g, below %.2g", check, p, LEVEL);
    }

    private static Fitted tail(final double[] sorted, final int first, final double independence, final double identity) {
        final double threshold = sorted[first - 1];
        final double[] excesses = new double[sorted.length - first];
        double mean = 0;
        double weighted = 0;
        for (int i = 0; i < excesses.length; i++) {
            excesses[i] = sorted[first + i] - threshold;
            mean += excesses[i] / excesses.length;
            weighted += excesses[i] * (1 - (i + 0.65) / excesses.length) / excesses.length;
        }
        if (!(mean > 0)) {
            return Fitted.refused("variation: no sample is above the threshold");
        }
        final double shape = 2 - mean / (mean - 2 * weighted); // of the other sign there
        if (shape >= HEAVY) {
            return Fitted.refused(String.format(Locale.ROOT, "tail: its shape is %.2f, and from %.1f on it has no variance", shape, HEAVY));
        }
        final double scale = mean * (1 - shape);
        final double fit = KolmogorovSmirnovTest.withDefaults().test(excesses, excess -> 1 - tail(excess / scale, shape)).getPValue();
        if (fit < LEVEL) {
            return Fitted.refused(failed("fit (Kolmogorov-Smirnov of the excesses)", fit));
        }
        final boolean bounded = shape < 0;
        return new Fitted(Optional.of(new ExtremeValues(threshold, bounded ? mean : scale, Math.max(0, shape),
            (double) excesses.length / sorted.length, (long) sorted[sorted.length - 1], independence, identity, fit)), "");
    }

    /** The share of excesses that are longer than some scales. */
    private static double tail(final double scales, final double shape) {
        return shape == 0 ? Math.exp(-scales) : Math.pow(Math.max(0, 1 + shape * scales), -1 / shape);
    }

    /** p-value of the Ljung-Box test at up to {@value #LAGS} lags. */
    static double ljungBox(final double[] values) {
        final int n = values.length;
        final double mean = Arrays.stream(values).average().orElseThrow();
        double variance = 0;
        for (final double value : values) {
            variance += (value - mean) * (value - mean);
        }
        final int lags = Math.min(LAGS, n / 5);
        double statistic = 0;
        for (int lag = 1; lag <= lags; lag++) {
            double sum = 0;
            for (int i = lag; i < n; i++) {
                sum += (values[i] - mean) * (values[i - lag] - mean);
            }
            statistic += sum / variance * (sum / variance) / (n - lag);
        }
        return ChiSquaredDistribution.of(lags).survivalProbability(n * (n + 2.0) * statistic);
    }

    /** The probability that one run takes longer than a time above the threshold. */
    double exceedance(final double ns) {
        return share * tail(Math.max(0, ns - thresholdNs) / scaleNs, shape);
    }

    /**
     * The time that a run exceeds with a probability, and not below the largest sample.
     *
     * @param probability above 0 and below {@link #share}
     * @return nanoseconds
     */
    public long wcetNs(final double probability) {
        final double z = shape == 0 ? Math.log(share / probability) : (Math.pow(share / probability, shape) - 1) / shape;
        return Math.max(largestNs, (long) Math.ceil(thresholdNs + scaleNs * z));
    }
}
