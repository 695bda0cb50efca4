// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/**
 * What the machine adds to every job. All are worst cases in nanoseconds, measured by {@code tactus calibrate} or declared.
 *
 * <p>How the analyses charge them is stated in {@code docs/analysis.md}: the jitter of the task's kind of
 * release adds to each task's own; every segment costs dispatch ({@link TaskSet#dispatchNs}) + completion more; a segment whose
 * predecessor ran on another device costs a hand-over more, and so does the last segment of a chain that does not end on the device that
 * it began on.
 *
 * @param releaseJitterNs   from a periodic task's nominal release until the dispatcher, which awaits it, has seen it
 * @param sporadicJitterNs  from a sporadic task's arrival until the dispatcher, which may sleep, has seen it
 * @param dispatchNs        from a decision until the segment runs, when few jobs arrive at once
 * @param dispatchPerTaskNs what each job that arrives at the dispatcher at the same time adds to that
 * @param handOffNs         from the end of a segment on one device until another device's dispatcher has seen the job
 * @param completionNs      from the end of a segment until the dispatcher has recorded it
 * @param preemptionNs      one context switch between two threads of a core, with the reload of what the other one displaced from the
 *                          caches; the analyses charge two of them to each arrival of a job on a preemptive device
 * @param childCallNs       of a device whose library runs in a child process: the way of a request to the child and of its answer back;
 *                          part of such a device's {@link TaskSet#dispatchNs dispatch}
 * @param stallNs           allowance for platform stalls: the most that the machine takes away within one response; usually 0
 * @param supply            what the platform takes from each core, as curves over windows; beside the allowance
 */
public record Overheads(
    long releaseJitterNs, long sporadicJitterNs, long dispatchNs, long dispatchPerTaskNs, long handOffNs, long completionNs,
    long preemptionNs, long childCallNs, long stallNs, CoreSupply supply) {
    /** A machine that adds nothing. */
    public static final Overheads NONE = new Overheads(0, 0, 0, 0, 0);

    /**
     * Makes overheads that treat sporadic arrivals as periodic releases and dispatch alike with any number of tasks, without stall
     * curves.
     *
     * @param releaseJitterNs from a nominal release or an arrival until the dispatcher has seen it
     * @param dispatchNs      from a decision until the segment runs
     * @param handOffNs       from the end of a segment on one device until another device's dispatcher has seen the job
     * @param completionNs    from the end of a segment until the dispatcher has recorded it
     * @param stallNs         allowance for platform stalls
     */
    public Overheads(final long releaseJitterNs, final long dispatchNs, final long handOffNs, final long completionNs, final long stallNs) {
        this(releaseJitterNs, releaseJitterNs, dispatchNs, 0, handOffNs, completionNs, stallNs);
    }

    /**
     * Makes overheads without stall curves.
     *
     * @param releaseJitterNs   from a periodic task's nominal release until the dispatcher has seen it
     * @param sporadicJitterNs  from a sporadic task's arrival until the dispatcher has seen it
     * @param dispatchNs        from a decision until the segment runs, when few jobs arrive at once
     * @param dispatchPerTaskNs what each job that arrives at the same time adds to that
     * @param handOffNs         from the end of a segment on one device until another device's dispatcher has seen the job
     * @param completionNs      from the end of a segment until the dispatcher has recorded it
     * @param stallNs           allowance for platform stalls
     */
    public Overheads(
        final long releaseJitterNs, final long sporadicJitterNs, final long dispatchNs, final long dispatchPerTaskNs, final long handOffNs,
        final long completionNs, final long stallNs) {
        this(releaseJitterNs, sporadicJitterNs, dispatchNs, dispatchPerTaskNs, handOffNs, completionNs, stallNs, CoreSupply.NONE);
    }

    /**
     * Makes overheads with stall curves, in which neither a preemption nor a call of a child process costs anything.
     *
     * @param releaseJitterNs   from a periodic task's nominal release until the dispatcher has seen it
     * @param sporadicJitterNs  from a sporadic task's arrival until the dispatcher has seen it
     * @param dispatchNs        from a decision until the segment runs, when few jobs arrive at once
     * @param dispatchPerTaskNs what each job that arrives at the same time adds to that
     * @param handOffNs         from the end of a segment on one device until another device's dispatcher has seen the job
     * @param completionNs      from the end of a segment until the dispatcher has recorded it
     * @param stallNs           allowance for platform stalls
     * @param supply            what the platform takes from each core
     */
    public Overheads(
        final long releaseJitterNs, final long sporadicJitterNs, final long dispatchNs, final long dispatchPerTaskNs, final long handOffNs,
        final long completionNs, final long stallNs, final CoreSupply supply) {
        this(releaseJitterNs, sporadicJitterNs, dispatchNs, dispatchPerTaskNs, handOffNs, completionNs, 0, 0, stallNs, supply);
    }

    /**
     * What the machine adds to a task's own jitter.
     *
     * @param release how the task's jobs come
     * @return nanoseconds
     */
    public long jitterNs(final Release release) {
        return release == Release.SPORADIC ? sporadicJitterNs : releaseJitterNs;
    }

    /**
     * Changes what the platform takes.
     *
     * @param curves of the cores
     * @return a copy
     */
    public Overheads withSupply(final CoreSupply curves) {
        return new Overheads(releaseJitterNs, sporadicJitterNs, dispatchNs, dispatchPerTaskNs, handOffNs, completionNs, preemptionNs,
            childCallNs, stallNs, curves);
    }

    /**
     * Changes the cost of a context switch.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public Overheads withPreemptionNs(final long ns) {
        return new Overheads(releaseJitterNs, sporadicJitterNs, dispatchNs, dispatchPerTaskNs, handOffNs, completionNs, ns, childCallNs,
            stallNs, supply);
    }

    /**
     * Changes the cost of a call of a child process.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public Overheads withChildCallNs(final long ns) {
        return new Overheads(releaseJitterNs, sporadicJitterNs, dispatchNs, dispatchPerTaskNs, handOffNs, completionNs, preemptionNs, ns,
            stallNs, supply);
    }

    /**
     * The fixed allowance as a curve: the same for every window, whatever cores it concerns.
     *
     * @return the constant curve
     */
    public StallCurve allowance() {
        return StallCurve.constant(stallNs);
    }
}
