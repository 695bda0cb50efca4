// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tactus.format.CurveCalibration;
import org.tactus.internal.measure.PlatformQuotas;
import org.tactus.internal.supply.CurveLearner;
import org.tactus.internal.time.Durations;
import org.tactus.supply.StallCurve;

/** Prints stall curves for people: a sentence, a plot, and what they are worth. */
public final class SupplyPrinter {
    private static final int WIDTH = 50;
    private static final long SHORTEST_NS = 100_000;
    private static final long LONGEST_NS = 2_000_000_000;

    private SupplyPrinter() {
    }

    /**
     * Prints what was measured: a sentence and a plot of each curve, and the quotas that the system enforces.
     *
     * @param out    where to
     * @param curves as they were measured
     * @param quotas that are in force
     */
    public static void print(final PrintStream out, final List<CurveCalibration> curves, final List<PlatformQuotas.Quota> quotas) {
        for (final CurveCalibration known : curves) {
            out.println(Lines.wrap(line(known)));
            out.println(Lines.wrap("  learnt for " + Durations.format(known.learntNs()) + " of watched time (gaps above "
                + Durations.format(known.thresholdNs()) + (known.factor() == 1_000 ? "" : ", enlarged by the factor "
                + known.factor() / 1_000.0) + "); a curve of the first two thirds held for "
                + String.format(Locale.ROOT, "%.3f", 100 * known.within()) + " % of the last third's windows"));
            if (!known.causes().isEmpty()) {
                out.println(Lines.wrap("  " + new TreeMap<>(known.causes()).entrySet().stream()
                    .map(cause -> cause.getKey() + " " + cause.getValue()).collect(Collectors.joining(", "))));
            }
            plot(out, known.curve());
        }
        for (final PlatformQuotas.Quota quota : quotas) {
            out.println(Lines.wrap("In force: " + quota.what() + ", " + Durations.format(quota.budgetNs()) + " of any "
                + Durations.format(quota.periodNs()) + "; a dispatcher that needs more is stopped (overheads: {curve: " + quota.curve()
                + "})"));
        }
    }

    /**
     * Prints one line for each curve.
     *
     * @param out    where to
     * @param curves as they were measured
     */
    public static void summary(final PrintStream out, final List<CurveCalibration> curves) {
        curves.forEach(known -> out.println(Lines.wrap(line(known))));
    }

    private static String line(final CurveCalibration known) {
        return who(known.cores()) + ": in any " + sentence(known.curve(), 1_000_000) + ", in any "
            + sentence(known.curve(), 10_000_000) + ", in any " + sentence(known.curve(), 100_000_000) + ", in any "
            + sentence(known.curve(), 1_000_000_000) + "; longest gap " + Durations.format(known.longestNs());
    }

    static String sentence(final StallCurve curve, final long windowNs) {
        return Durations.format(windowNs) + " this core may be away " + Durations.format(Math.min(windowNs, curve.awayNs(windowNs)));
    }

    private static String who(final List<Integer> cores) {
        return cores.size() == 1 ? "core " + cores.getFirst() : "cores " + cores.stream().map(String::valueOf)
            .collect(Collectors.joining(", ")) + ", any of them";
    }

    /** The share of a window that may be taken, by the window's length. */
    private static void plot(final PrintStream out, final StallCurve curve) {
        final long[] grid = CurveLearner.grid(SHORTEST_NS, LONGEST_NS);
        for (int i = 0; i < grid.length; i += 4) {
            final long away = Math.min(grid[i], curve.awayNs(grid[i]));
            final int bar = (int) Math.round((double) WIDTH * away / grid[i]);
            out.printf(Locale.ROOT, "  %10s %-" + WIDTH + "s %s%n", Durations.format(grid[i]), "#".repeat(bar), Durations.format(away));
        }
    }
}
