// SPDX-License-Identifier: Apache-2.0
package org.tactus.supply;

import java.util.List;
import org.tactus.internal.time.Durations;

/**
 * The most stalled time of a core in any window of a length: beta(d), a non-decreasing step function. Immutable; safe for any thread.
 *
 * <p>Between two steps the value of the next longer window stands, also where that is longer than the window itself. No bound suffers
 * from it: where a curve grows by as much as its window, x - beta(x) does not grow, so no least fixed point lies there (proof in
 * {@code schedulability.md}, section 9).
 */
public sealed interface StallCurve permits StepCurve, CombinedCurve {
    /** Nothing is ever taken. */
    StallCurve NONE = StepCurve.EMPTY;

    /**
     * The most that may be stalled in a window.
     *
     * @param windowNs the window's length, nanoseconds; 0 or less holds nothing
     * @return nanoseconds, at least 0; the largest long where the sum does not fit
     */
    long awayNs(long windowNs);

    /**
     * The share of the time that may be stalled in the long run.
     *
     * @return from 0; at 1 or above nothing is ever finished
     */
    double rate();

    /**
     * By how much a window can lose more than {@link #rate} of its length: beta(d) is at most rate d + this.
     *
     * @return nanoseconds, at least 0; the largest long where it does not fit
     */
    long aheadNs();

    /**
     * Whether nothing is ever taken.
     *
     * @return true when every window may be used whole
     */
    default boolean isNone() {
        return this == NONE;
    }

    /**
     * The same for every window: today's fixed allowance.
     *
     * @param allowanceNs nanoseconds, at least 0
     * @return the curve; {@link #NONE} for 0
     */
    static StallCurve constant(final long allowanceNs) {
        return allowanceNs == 0 ? NONE : StepCurve.constant(allowanceNs);
    }

    /**
     * A bounded delay: in any window of one length the core is away for no longer than so much, which repeats.
     *
     * @param everyNs the window's length, nanoseconds
     * @param awayNs  the most of it that is stalled, nanoseconds, at most the window
     * @return the curve
     * @throws IllegalArgumentException when the window is not above 0 or shorter than what is taken
     */
    static StallCurve every(final long everyNs, final long awayNs) {
        return steps(new long[] {everyNs}, new long[] {awayNs});
    }

    /**
     * A periodic resource (Shin and Lee 2003): of every period a budget is supplied, at any place of it.
     *
     * @param budgetNs supplied in each period, nanoseconds, above 0
     * @param periodNs nanoseconds, at least the budget
     * @return the curve; {@link #NONE} when the budget is the whole period
     * @throws IllegalArgumentException when the budget is not above 0 or above the period
     */
    static StallCurve periodicResource(final long budgetNs, final long periodNs) {
        if (budgetNs <= 0 || budgetNs > periodNs || periodNs > Long.MAX_VALUE / 4) {
            throw new IllegalArgumentException("a budget of " + Durations.exact(budgetNs) + " every " + Durations.exact(periodNs)
                + "; the budget must be above 0 and at most the period");
        }
        final long gap = periodNs - budgetNs;
        // Away for two gaps in a row at worst, and by one gap more with every period after the budget between them.
        return gap == 0 ? NONE : StepCurve.of(new long[] {periodNs + gap}, new long[] {2 * gap}, periodNs, gap);
    }

    /**
     * A measured curve. Beyond the last window it goes on by sub-additivity: beta(d) = floor(d / H) beta(H) + beta(d mod H).
     *
     * @param windowsNs lengths, rising, nanoseconds, above 0
     * @param awaysNs   the most that is stalled in a window of that length, not falling, each at most its window
     * @return the curve
     * @throws IllegalArgumentException with one sentence when a row is wrong
     */
    static StallCurve steps(final long[] windowsNs, final long[] awaysNs) {
        return StepCurve.measured(windowsNs, awaysNs);
    }

    /**
     * What several cores take together at most, each counted whole.
     *
     * @param curves any number
     * @return their sum
     */
    static StallCurve sum(final List<StallCurve> curves) {
        return CombinedCurve.of(CombinedCurve.Kind.SUM, curves.stream().filter(curve -> !curve.isNone()).toList());
    }

    /**
     * A core that may be any of several.
     *
     * @param curves at least one
     * @return the largest of them, window by window
     */
    static StallCurve largest(final List<StallCurve> curves) {
        return CombinedCurve.of(CombinedCurve.Kind.LARGEST, curves.stream().filter(curve -> !curve.isNone()).distinct().toList());
    }

    /**
     * Several curves that all hold.
     *
     * @param curves at least one
     * @return the least of them, window by window
     */
    static StallCurve least(final List<StallCurve> curves) {
        return curves.stream().anyMatch(StallCurve::isNone) ? NONE
            : CombinedCurve.of(CombinedCurve.Kind.LEAST, curves.stream().distinct().toList());
    }

    /**
     * A curve that takes more, or less.
     *
     * @param parts of {@code whole}, at least 0
     * @param whole above 0
     * @return parts / whole of every value, rounded up; a window is still not stalled for longer than it is
     */
    StallCurve scaled(long parts, long whole);
}
