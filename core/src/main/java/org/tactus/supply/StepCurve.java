// SPDX-License-Identifier: Apache-2.0
package org.tactus.supply;

import java.util.Arrays;
import org.tactus.internal.time.Durations;

/**
 * Steps up to a horizon, and what repeats beyond it: a window longer than the horizon H is shortened by whole tail periods, not above
 * H, to one of at most H, and takes the tail's share a for each of them. Immutable.
 */
public final class StepCurve implements StallCurve {
    static final StepCurve EMPTY = new StepCurve(new long[0], new long[0], 1, 0);

    private final long[] windowNs;
    private final long[] awayNs;
    private final long tailPeriodNs;
    private final long tailAwayNs;

    private StepCurve(final long[] windowNs, final long[] awayNs, final long tailPeriodNs, final long tailAwayNs) {
        this.windowNs = windowNs;
        this.awayNs = awayNs;
        this.tailPeriodNs = tailPeriodNs;
        this.tailAwayNs = tailAwayNs;
    }

    static StepCurve constant(final long allowanceNs) {
        if (allowanceNs < 0) {
            throw new IllegalArgumentException("an allowance of " + Durations.exact(allowanceNs) + "; it must not be negative");
        }
        return new StepCurve(new long[] {Long.MAX_VALUE}, new long[] {allowanceNs}, Long.MAX_VALUE, 0);
    }

    /** Steps that are known to be right, with a tail; of steps that take the same the longest window is kept. */
    static StepCurve of(final long[] windows, final long[] aways, final long tailPeriodNs, final long tailAwayNs) {
        final long[] window = new long[windows.length];
        final long[] away = new long[windows.length];
        int count = 0;
        for (int i = 0; i < windows.length; i++) {
            if (count > 0 && away[count - 1] == aways[i]) {
                count--;
            }
            window[count] = windows[i];
            away[count] = aways[i];
            count++;
        }
        return count == 0 || away[count - 1] == 0 && tailAwayNs == 0 ? EMPTY
            : new StepCurve(Arrays.copyOf(window, count), Arrays.copyOf(away, count), tailPeriodNs, tailAwayNs);
    }

    static StepCurve measured(final long[] windows, final long[] aways) {
        if (windows.length == 0 || windows.length != aways.length) {
            throw new IllegalArgumentException("a curve of " + windows.length + " windows and " + aways.length
                + " times away; give at least one pair of both");
        }
        for (int i = 0; i < windows.length; i++) {
            final String row = "step " + i + " of the curve, " + Durations.exact(aways[i]) + " away in any " + Durations.exact(windows[i])
                + ",";
            if (windows[i] <= 0 || aways[i] < 0 || aways[i] > windows[i]) {
                throw new IllegalArgumentException(row + " is impossible; a window is above 0 and away for at most its length");
            }
            if (i > 0 && (windows[i] <= windows[i - 1] || aways[i] < aways[i - 1])) {
                throw new IllegalArgumentException(row + " does not rise above the step before; windows rise, and so do the times away");
            }
        }
        final int last = windows.length - 1;
        return of(windows, aways, windows[last], aways[last]);
    }

    @Override
    public long awayNs(final long window) {
        if (window <= 0 || windowNs.length == 0) {
            return 0;
        }
        final int last = windowNs.length - 1;
        long rest = window;
        long repeated = 0;
        if (window > windowNs[last]) {
            final long periods = (window - windowNs[last] - 1) / tailPeriodNs + 1;
            repeated = multiply(periods, tailAwayNs);
            rest = window - periods * tailPeriodNs;
        }
        int low = 0;
        int high = last;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (windowNs[middle] < rest) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return add(repeated, awayNs[low]);
    }

    @Override
    public double rate() {
        return (double) tailAwayNs / tailPeriodNs;
    }

    @Override
    public long aheadNs() {
        return windowNs.length == 0 ? 0 : add(awayNs[windowNs.length - 1], tailAwayNs);
    }

    @Override
    public StallCurve scaled(final long parts, final long whole) {
        if (isConstant()) {
            return StallCurve.constant(scaled(awayNs[0], parts, whole));
        }
        final long[] aways = new long[awayNs.length];
        for (int i = 0; i < aways.length; i++) {
            aways[i] = Math.min(windowNs[i], scaled(awayNs[i], parts, whole));
        }
        return of(windowNs, aways, tailPeriodNs, Math.min(tailPeriodNs, scaled(tailAwayNs, parts, whole)));
    }

    private static long scaled(final long ns, final long parts, final long whole) {
        return add(multiply(ns / whole, parts), (multiply(ns % whole, parts) + whole - 1) / whole);
    }

    /**
     * Whether every window may lose the same.
     *
     * @return true for a fixed allowance
     */
    public boolean isConstant() {
        return windowNs.length == 1 && windowNs[0] == Long.MAX_VALUE;
    }

    /**
     * Whether the curve repeats as a measured one does: by its last step. Then the steps say everything.
     *
     * @return false for a fixed allowance and for a periodic resource
     */
    public boolean isMeasured() {
        return windowNs.length > 0 && !isConstant() && tailPeriodNs == windowNs[windowNs.length - 1];
    }

    /**
     * Number of steps up to the horizon.
     *
     * @return a count; 0 when nothing is taken
     */
    public int steps() {
        return windowNs.length;
    }

    /**
     * Longest window of a step.
     *
     * @param step from 0
     * @return nanoseconds
     */
    public long windowNs(final int step) {
        return windowNs[step];
    }

    /**
     * What a step's windows lose at most.
     *
     * @param step from 0
     * @return nanoseconds
     */
    public long stepAwayNs(final int step) {
        return awayNs[step];
    }

    /**
     * What repeats beyond the last step: its period.
     *
     * @return nanoseconds
     */
    public long tailPeriodNs() {
        return tailPeriodNs;
    }

    /**
     * What repeats beyond the last step: how much is taken in each period.
     *
     * @return nanoseconds
     */
    public long tailAwayNs() {
        return tailAwayNs;
    }

    static long add(final long a, final long b) {
        final long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    static long multiply(final long a, final long b) {
        final long product = a * b;
        return ((a | b) >>> 31) != 0 && (Math.multiplyHigh(a, b) != 0 || product < 0) ? Long.MAX_VALUE : product;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof StepCurve curve && Arrays.equals(windowNs, curve.windowNs) && Arrays.equals(awayNs, curve.awayNs)
            && tailPeriodNs == curve.tailPeriodNs && tailAwayNs == curve.tailAwayNs;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(windowNs) + Arrays.hashCode(awayNs);
    }

    @Override
    public String toString() {
        if (windowNs.length == 0) {
            return "none";
        }
        if (isConstant()) {
            return Durations.exact(awayNs[0]);
        }
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < windowNs.length; i++) {
            text.append(i == 0 ? "" : ", ").append(Durations.exact(awayNs[i])).append(" in ").append(Durations.exact(windowNs[i]));
        }
        return text.append(", then ").append(Durations.exact(tailAwayNs)).append(" more every ").append(Durations.exact(tailPeriodNs))
            .toString();
    }
}
