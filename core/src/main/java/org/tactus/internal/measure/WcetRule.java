// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.tactus.internal.time.Durations;

/**
 * How a WCET is made of samples: the largest and a margin, or the time that an extreme-value law says is exceeded with a probability.
 *
 * @param byLaw      true for the law
 * @param margin     share that is added to the largest sample, from 0 to {@value #MOST_MARGIN}
 * @param exceedance the probability with which one run may take longer, above 0 and at most {@value #MOST_EXCEEDANCE}
 */
public record WcetRule(boolean byLaw, double margin, double exceedance) {
    /** The largest margin that makes sense: eleven times the largest sample. */
    public static final double MOST_MARGIN = 10;
    /** More often than this is no worst case. */
    public static final double MOST_EXCEEDANCE = 0.01;
    /** Once in a thousand million runs. */
    public static final double DEFAULT_EXCEEDANCE = 1e-9;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException with what is wrong and what would be right
     */
    public WcetRule {
        if (!(margin >= 0 && margin <= MOST_MARGIN)) { // not a number is neither
            throw new IllegalArgumentException("the margin " + margin + " is no share to add; give one from 0 to " + MOST_MARGIN
                + ", such as 0.3");
        }
        if (!(exceedance > 0 && exceedance <= MOST_EXCEEDANCE)) {
            throw new IllegalArgumentException("the exceedance " + exceedance + " is no probability of a worst case; give one above 0 and"
                + " at most " + MOST_EXCEEDANCE + ", such as 1e-9");
        }
    }

    /** The largest sample and a margin. */
    public static WcetRule largest(final double margin) {
        return new WcetRule(false, margin, DEFAULT_EXCEEDANCE);
    }

    /**
     * A WCET and what it comes from.
     *
     * @param wcetNs nanoseconds
     * @param basis  what both ways say, for people and for the file
     * @param refusal why the law that was asked for is refused; empty when it holds or was not asked for
     */
    record Chosen(long wcetNs, Map<String, String> basis, String refusal) {
    }

    /** Chooses by samples in the order in which they were measured, nanoseconds. */
    Chosen choose(final long[] samples) {
        final long largestNs = (long) Math.ceil(Arrays.stream(samples).max().orElseThrow() * (1 + margin));
        final ExtremeValues.Fitted fitted = ExtremeValues.fit(samples);
        final Map<String, String> basis = new LinkedHashMap<>();
        basis.put("by", byLaw && fitted.law().isPresent() ? "evt" : "largest");
        basis.put("largest", Durations.exact(largestNs));
        basis.put("evt", fitted.law().map(this::text).orElse("refused by " + fitted.refusal()));
        return new Chosen(byLaw && fitted.law().isPresent() ? fitted.law().get().wcetNs(exceedance) : largestNs, basis,
            byLaw ? fitted.refusal() : "");
    }

    private String text(final ExtremeValues law) {
        return String.format(Locale.ROOT, "%s, exceeded with %.1g a run (threshold %s, scale %s, shape %.2f)",
            Durations.format(law.wcetNs(exceedance)), exceedance, Durations.format((long) law.thresholdNs()),
            Durations.format((long) law.scaleNs()), law.shape());
    }
}
