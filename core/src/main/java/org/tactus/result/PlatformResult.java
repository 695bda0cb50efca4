// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen of the platform beside what the bounds charge for it.
 *
 * @param curve       where the charged curves come from, {@code calibrated} or {@code declared}; empty when none is charged
 * @param gaps        gaps of dispatchers that were held against them
 * @param breaks      when more was taken than a curve allows, earliest first
 * @param touchedJobs jobs whose bounds are void: they overlap a gap with which a curve was broken, or the backlog after it; what ended
 *                    before that saw no window that lost too much
 * @param ofBoundsNs  how much of a task's bound is the platform's, by the task's name, nanoseconds; in the set's order
 * @param excused     the results of the tasks without the jobs that a break explains: no later than the gap is long; empty without curve
 */
public record PlatformResult(
    Optional<String> curve, long gaps, List<Break> breaks, long touchedJobs, Map<String, Long> ofBoundsNs, List<TaskResult> excused) {
    /** No curve is charged. */
    public static final PlatformResult NONE = new PlatformResult(Optional.empty(), 0, List.of(), 0);

    /** Copies the collections. */
    public PlatformResult {
        breaks = List.copyOf(breaks);
        excused = List.copyOf(excused);
        ofBoundsNs = Collections.unmodifiableMap(new LinkedHashMap<>(ofBoundsNs));
    }

    /**
     * Without shares of bounds.
     *
     * @param curve       where the charged curves come from
     * @param gaps        that were held against them
     * @param breaks      earliest first
     * @param touchedJobs jobs whose bounds are void
     */
    public PlatformResult(final Optional<String> curve, final long gaps, final List<Break> breaks, final long touchedJobs) {
        this(curve, gaps, breaks, touchedJobs, Map.of());
    }

    /**
     * Without results of jobs that no break explains.
     *
     * @param curve       where the charged curves come from
     * @param gaps        that were held against them
     * @param breaks      earliest first
     * @param touchedJobs jobs whose bounds are void
     * @param ofBoundsNs  how much of a task's bound is the platform's
     */
    public PlatformResult(
        final Optional<String> curve, final long gaps, final List<Break> breaks, final long touchedJobs,
        final Map<String, Long> ofBoundsNs) {
        this(curve, gaps, breaks, touchedJobs, ofBoundsNs, List.of());
    }

    /**
     * A window that lost more than its curve allows.
     *
     * @param atNs      where it ends, nanoseconds since time zero
     * @param core      whose; -1 when the dispatcher was not bound to a single one
     * @param awayNs    how much was taken
     * @param windowNs  its length
     * @param allowedNs what the curve allows
     */
    public record Break(long atNs, int core, long awayNs, long windowNs, long allowedNs) {
    }

    /**
     * Adds what a run knows beside it.
     *
     * @param touched  jobs whose bounds are void
     * @param ofBounds how much of a task's bound is the platform's
     * @param without  results without the jobs that a break explains
     * @return a copy
     */
    public PlatformResult with(final long touched, final Map<String, Long> ofBounds, final List<TaskResult> without) {
        return new PlatformResult(curve, gaps, breaks, touched, ofBounds, without);
    }

    /**
     * Whether no more was taken than the curves allow, as far as dispatchers saw.
     *
     * @return true without a break
     */
    public boolean within() {
        return breaks.isEmpty();
    }
}
