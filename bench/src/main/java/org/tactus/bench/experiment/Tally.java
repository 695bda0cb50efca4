// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.Arrays;
import java.util.Locale;

/**
 * Counts over many task sets. Addition is exact and commutes (whole numbers, maxima, the earliest violation), so that any split of an
 * experiment over threads or machines gives the same counts bit for bit. One thread at a time.
 */
final class Tally {
    /** Ratios of response to bound are summed in this fraction: sums stay exact, and 10^9 sets of ten tasks fit. */
    private static final double UNIT = 1L << 24;
    private static final long NO_SET = Long.MAX_VALUE;

    private final int approaches;
    private final long[][] accepted;
    private final long[] ratios;
    private final long[] ratioSum;
    private final double[] ratioMax;
    private final long[] simulated;
    private long violationSet = NO_SET;
    private String violation = "";

    Tally(final int places, final int approaches) {
        this.approaches = approaches;
        accepted = new long[places][approaches];
        ratios = new long[approaches];
        ratioSum = new long[approaches];
        ratioMax = new double[approaches];
        simulated = new long[approaches];
    }

    /**
     * Adds one task set.
     *
     * @param place   where on the axis
     * @param set     number of the set in the whole experiment, which decides which violation is told
     * @param outcome what was found of it
     */
    void add(final int place, final long set, final Outcome outcome) {
        for (int a = 0; a < approaches; a++) {
            accepted[place][a] += outcome.accepted[a] ? 1 : 0;
            ratios[a] += outcome.ratios[a];
            ratioSum[a] += Math.round(outcome.ratioSum[a] * UNIT);
            ratioMax[a] = Math.max(ratioMax[a], outcome.ratioMax[a]);
            simulated[a] += outcome.simulated[a];
        }
        if (!outcome.violation.isEmpty()) {
            violated(set, outcome.violation);
        }
    }

    /** Adds other counts of the same experiment; which one comes first does not matter. */
    void add(final Tally other) {
        for (int a = 0; a < approaches; a++) {
            for (int place = 0; place < accepted.length; place++) {
                accepted[place][a] += other.accepted[place][a];
            }
            ratios[a] += other.ratios[a];
            ratioSum[a] += other.ratioSum[a];
            ratioMax[a] = Math.max(ratioMax[a], other.ratioMax[a]);
            simulated[a] += other.simulated[a];
        }
        if (!other.violation.isEmpty()) {
            violated(other.violationSet, other.violation);
        }
    }

    private void violated(final long set, final String what) {
        if (set < violationSet) {
            violationSet = set;
            violation = what;
        }
    }

    /** Sets that an approach accepted at a place. */
    long accepted(final int place, final int approach) {
        return accepted[place][approach];
    }

    /** Sets that an approach accepted. */
    long accepted(final int approach) {
        return Arrays.stream(accepted).mapToLong(row -> row[approach]).sum();
    }

    /** Sets that were accepted by an approach and simulated. */
    long simulated(final int approach) {
        return simulated[approach];
    }

    /** Mean of observed response over bound. */
    double meanRatio(final int approach) {
        return ratioSum[approach] / UNIT / ratios[approach];
    }

    /** Largest observed response over its bound. */
    double largestRatio(final int approach) {
        return ratioMax[approach];
    }

    /** The violation in the set with the lowest number; empty without one. */
    String violation() {
        return violation;
    }

    /** Writes the counts of one place in one line, fields separated by tabs; {@link #read} adds it to other counts. */
    String line(final int place) {
        final StringBuilder text = new StringBuilder();
        for (int a = 0; a < approaches; a++) {
            text.append(String.format(Locale.ROOT, "%d %d %d %x %d\t", accepted[place][a], ratios[a], ratioSum[a],
                Double.doubleToRawLongBits(ratioMax[a]), simulated[a]));
        }
        return text.append(violation.isEmpty() ? "-" : violationSet + " " + violation.replaceAll("\\s+", " ")).toString();
    }

    /**
     * Adds a line of {@link #line}.
     *
     * @param place where on the axis it was counted
     * @param text  the line
     * @throws NumberFormatException          when it is not such a line
     * @throws ArrayIndexOutOfBoundsException when it ends early
     */
    void read(final int place, final String text) {
        final String[] fields = text.split("\t");
        final Tally one = new Tally(accepted.length, approaches);
        for (int a = 0; a < approaches; a++) {
            final String[] counts = fields[a].split(" ");
            one.accepted[place][a] = Long.parseLong(counts[0]);
            one.ratios[a] = Long.parseLong(counts[1]);
            one.ratioSum[a] = Long.parseLong(counts[2]);
            one.ratioMax[a] = Double.longBitsToDouble(Long.parseUnsignedLong(counts[3], 16));
            one.simulated[a] = Long.parseLong(counts[4]);
        }
        final String last = fields[approaches];
        if (!last.equals("-")) {
            final int blank = last.indexOf(' ');
            one.violated(Long.parseLong(last.substring(0, blank)), last.substring(blank + 1));
        }
        add(one);
    }
}
