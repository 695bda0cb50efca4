package org.tactus.internal.supply;

import java.util.ArrayList;
import java.util.List;
import org.tactus.supply.StallCurve;

/** Learns a stall curve from a trace, and holds a curve against another trace. Stateless; safe for any thread. */
public final class CurveLearner {
    /** Lengths of a grid are so many to each doubling. */
    private static final int STEPS_A_DOUBLING = 4;
    /** A horizon needs several windows of its length in the trace. */
    private static final int WINDOWS_OF_HORIZON = 8;
    private static final int MOST_SAMPLES = 20_000;

    private CurveLearner() {
    }

    /**
     * How well a curve held over a trace.
     *
     * @param share     of the windows that stayed within it, of the window length with the least such share; windows begin evenly spread
     * @param broken    whether any window at all, wherever it began, did not
     * @param windowNs  length of the window that broke it most, by its share of what was allowed; 0 when none did
     * @param awayNs    how much of that window was stalled
     * @param allowedNs what the curve allows
     */
    public record Check(double share, boolean broken, long windowNs, long awayNs, long allowedNs) {
    }

    /**
     * Lengths on a logarithmic grid.
     *
     * @param shortestNs the first
     * @param longestNs  the last at most
     * @return rising lengths, nanoseconds
     */
    public static long[] grid(final long shortestNs, final long longestNs) {
        final List<Long> lengths = new ArrayList<>();
        for (int i = 0;; i++) {
            final long length = Math.round(shortestNs * Math.pow(2, (double) i / STEPS_A_DOUBLING));
            if (length > longestNs) {
                return lengths.stream().mapToLong(Long::longValue).toArray();
            }
            if (lengths.isEmpty() || length > lengths.getLast()) {
                lengths.add(length);
            }
        }
    }

    /**
     * Learns the least curve on a grid of lengths that the trace keeps to: exact at the grid's lengths, between them the value of the
     * next longer one.
     *
     * @param trace     what was seen
     * @param lengthsNs rising; those that are too long for the trace are left out, but for the first
     * @return the curve
     */
    public static StallCurve learn(final StallTrace trace, final long[] lengthsNs) {
        int count = 1;
        while (count < lengthsNs.length && lengthsNs[count] <= trace.spanNs() / WINDOWS_OF_HORIZON) {
            count++;
        }
        final long[] windows = new long[count];
        final long[] aways = new long[count];
        for (int i = 0; i < count; i++) {
            windows[i] = lengthsNs[i];
            aways[i] = Math.max(trace.mostAwayNs(windows[i]), i == 0 ? 0 : aways[i - 1]);
        }
        return StallCurve.steps(windows, aways);
    }

    /**
     * Holds a curve against a trace.
     *
     * @param curve the curve
     * @param trace another stretch of time
     * @return how well it held
     */
    public static Check check(final StallCurve curve, final StallTrace trace) {
        double least = 1;
        boolean broken = false;
        long windowNs = 0;
        long awayNs = 0;
        long allowedNs = 0;
        for (final long length : CurveLengths.of(curve, trace.spanNs())) {
            final long allowed = curve.awayNs(length);
            final long most = trace.mostAwayNs(length);
            if (most <= allowed) {
                continue;
            }
            least = Math.min(least, within(trace, length, allowed));
            if (!broken || (double) most * Math.max(1, allowedNs) > (double) awayNs * Math.max(1, allowed)) {
                windowNs = length;
                awayNs = most;
                allowedNs = allowed;
            }
            broken = true;
        }
        return new Check(least, broken, windowNs, awayNs, allowedNs);
    }

    private static double within(final StallTrace trace, final long lengthNs, final long allowedNs) {
        final long room = Math.max(0, trace.spanNs() - lengthNs);
        final int samples = Math.clamp(8 * room / lengthNs, 1, MOST_SAMPLES);
        int good = 0;
        for (int i = 0; i < samples; i++) {
            final long from = (long) ((double) room * i / samples);
            good += trace.awayNs(from, from + lengthNs) <= allowedNs ? 1 : 0;
        }
        return (double) good / samples;
    }
}
