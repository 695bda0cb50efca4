// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.supply;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.supply.CurveLearner;
import org.tactus.internal.supply.StallTrace;
import org.tactus.supply.StallCurve;

/**
 * How well a stall curve that was learnt on one stretch of a recording held over what came after, by the length of the stretch, by the
 * factor that enlarges the curve, and by the length of the window.
 *
 * <pre>
 *   | learn | ------ later: held against ------ |
 *           | learn | ------ later ------ ...              one stretch behind the other, until the recording ends
 * </pre>
 *
 * <p>Every length of learning is held against a stretch of one length, so their figures can be compared. A curve is learnt as
 * {@code calibrate} learns it. Windows begin evenly spread, four to each window's length.
 */
final class CurveStudy {
    private static final long SHORTEST_NS = 1_000_000;
    private static final long LONGEST_NS = 1_000_000_000;
    private static final long[] WINDOWS_NS = {SHORTEST_NS, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000,
        200_000_000, 500_000_000, LONGEST_NS};
    private static final int BEGINS_A_WINDOW = 4;
    private static final long WHOLE = 1_000;

    private final StallTrace trace;
    private final Settings settings;

    /**
     * What is studied.
     *
     * @param learnsNs lengths of learning, nanoseconds
     * @param factors  by which curves are enlarged, in thousandths
     * @param laterNs  length of the stretch that a curve is held against, nanoseconds
     */
    record Settings(List<Long> learnsNs, List<Long> factors, long laterNs) {
        static final Settings DEFAULT = new Settings(List.of(10_000_000_000L, 60_000_000_000L, 600_000_000_000L),
            List.of(1_000L, 1_250L, 1_500L, 2_000L), 600_000_000_000L);
    }

    /**
     * How curves held for one length of learning, one factor, and one length of window.
     *
     * @param learnNs   length of learning
     * @param factor    in thousandths
     * @param windowNs  length of the window
     * @param curves    how many were learnt and held against what came after
     * @param held      share of all windows that stayed within their curve: 0 to 1
     * @param worst     the same of the curve that held worst
     * @param unbroken  share of the curves that no window broke, wherever it began
     * @param allowedNs what the curves allow, the median of them
     */
    record Row(long learnNs, long factor, long windowNs, int curves, double held, double worst, double unbroken, long allowedNs) {
    }

    /**
     * Prepares.
     *
     * @param trace    a recording
     * @param settings what is studied
     */
    CurveStudy(final StallTrace trace, final Settings settings) {
        this.trace = trace;
        this.settings = settings;
    }

    /** Recordings shorter than the longest learning and what it is held against leave that out; at least one length must fit. */
    boolean hasRoom(final long learnNs) {
        return learnNs + settings.laterNs() <= trace.spanNs();
    }

    /**
     * Learns and holds against.
     *
     * @return a row for each length of learning that the recording has room for, each factor and window, in this order
     */
    List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        for (final long learnNs : settings.learnsNs()) {
            if (hasRoom(learnNs)) {
                rows.addAll(rows(learnNs));
            }
        }
        return rows;
    }

    private List<Row> rows(final long learnNs) {
        final int curves = (int) ((trace.spanNs() - settings.laterNs()) / learnNs);
        final long[] grid = CurveLearner.grid(SHORTEST_NS, LONGEST_NS);
        final List<StallCurve> learnt = new ArrayList<>();
        final List<StallTrace> later = new ArrayList<>();
        for (int i = 0; i < curves; i++) {
            final long cutNs = (i + 1) * learnNs;
            learnt.add(CurveLearner.learn(trace.part(i * learnNs, cutNs), grid));
            later.add(trace.part(cutNs, cutNs + settings.laterNs()));
        }
        final List<Row> rows = new ArrayList<>();
        for (final long factor : settings.factors()) {
            final List<StallCurve> scaled = learnt.stream().map(curve -> curve.scaled(factor, WHOLE)).toList();
            for (final long windowNs : WINDOWS_NS) {
                rows.add(row(new Row(learnNs, factor, windowNs, curves, 0, 0, 0, 0), scaled, later));
            }
        }
        return rows;
    }

    private static Row row(final Row of, final List<StallCurve> curves, final List<StallTrace> later) {
        double sum = 0;
        double worst = 1;
        int unbroken = 0;
        for (int i = 0; i < curves.size(); i++) {
            final long allowedNs = curves.get(i).awayNs(of.windowNs());
            if (later.get(i).mostAwayNs(of.windowNs()) <= allowedNs) {
                unbroken++;
                sum++;
            } else {
                final double held = held(later.get(i), of.windowNs(), allowedNs);
                sum += held;
                worst = Math.min(worst, held);
            }
        }
        final long[] allowed = curves.stream().mapToLong(curve -> curve.awayNs(of.windowNs())).sorted().toArray();
        return new Row(of.learnNs(), of.factor(), of.windowNs(), of.curves(), sum / curves.size(), worst,
            (double) unbroken / curves.size(), allowed[allowed.length / 2]);
    }

    /** The share of evenly spread windows that stayed within what is allowed: one pass with a pointer at each end of the window. */
    static double held(final StallTrace trace, final long windowNs, final long allowedNs) {
        final long stepNs = Math.max(1, windowNs / BEGINS_A_WINDOW);
        final long windows = (trace.spanNs() - windowNs) / stepNs + 1;
        long good = 0;
        int first = 0; // the first stall that ends after the window's begin
        int next = 0;  // the first stall that begins at the window's end or after it
        long away = 0; // of the stalls from first to next, whole
        for (long i = 0; i < windows; i++) {
            final long from = i * stepNs;
            final long to = from + windowNs;
            for (; next < trace.count() && trace.beginNs(next) < to; next++) {
                away += trace.endNs(next) - trace.beginNs(next);
            }
            for (; first < next && trace.endNs(first) <= from; first++) {
                away -= trace.endNs(first) - trace.beginNs(first);
            }
            long inside = away;
            if (first < next) {
                inside -= Math.max(0, from - trace.beginNs(first)) + Math.max(0, trace.endNs(next - 1) - to);
            }
            good += inside <= allowedNs ? 1 : 0;
        }
        return (double) good / windows;
    }
}
