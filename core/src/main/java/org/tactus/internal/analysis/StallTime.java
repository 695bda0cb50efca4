// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/**
 * What the platform takes from a window that is under study: beta(x + lead), of all cores whose dispatchers the job waits for. The lead
 * is what the window may be longer by than x: the instant that closes it, and what lies before it (proofs in {@code schedulability.md},
 * section 9). Immutable.
 */
public final class StallTime {
    private static final long INFINITE = Long.MAX_VALUE;
    private static final int MOST_STEPS = 1 << 16;

    private final StallCurve curve;
    private final long leadNs;
    /** The same for every window; -1 when it differs. */
    private final long fixedNs;

    private StallTime(final StallCurve curve, final long fixedNs, final long leadNs) {
        this.curve = curve;
        this.leadNs = leadNs;
        this.fixedNs = fixedNs;
    }

    /**
     * What is taken from a window in which a job waits for some devices.
     *
     * @param set     tells the allowance and the curves
     * @param devices indexes of the devices whose dispatchers matter
     * @param leadNs  how much longer the window may be, nanoseconds, at least 1
     * @return the stalled time of all their cores, each core counted once
     */
    public static StallTime of(final TaskSet set, final Collection<Integer> devices, final long leadNs) {
        final CoreSupply supply = set.overheads().supply();
        final StallCurve allowance = set.overheads().allowance();
        if (supply.isNone()) {
            return new StallTime(allowance, set.overheads().stallNs(), leadNs);
        }
        final Set<Integer> cores = new TreeSet<>();
        for (final int device : devices) {
            cores.addAll(set.stalledCores(device));
        }
        return new StallTime(StallCurve.sum(List.of(allowance, supply.of(cores))), -1, leadNs);
    }

    /**
     * The lead of a window that begins with a request: the machine's release jitter is work of a dispatcher, which a stall prolongs, and
     * the instant that closes the window is one at which the core is there.
     *
     * @param set tells how late the machine sees releases and arrivals; the latest of its tasks counts
     * @return nanoseconds
     */
    public static long lead(final TaskSet set) {
        long jitterNs = 0;
        for (final Task task : set.tasks()) {
            jitterNs = Math.max(jitterNs, set.machineJitterNs(task));
        }
        return Saturating.add(1, jitterNs);
    }

    /**
     * The most that is stalled.
     *
     * @param x length of the window, nanoseconds, at least 0
     * @return nanoseconds
     */
    public long of(final long x) {
        return fixedNs >= 0 ? fixedNs : curve.awayNs(Saturating.add(x, leadNs));
    }

    /**
     * The share of the time that is taken in the long run.
     *
     * @return from 0
     */
    public double rate() {
        return curve.rate();
    }

    /**
     * The most by which a window can lose more than {@link #rate} of its length.
     *
     * @return nanoseconds
     */
    public double aheadNs() {
        return fixedNs >= 0 ? fixedNs : curve.aheadNs() + curve.rate() * leadNs;
    }

    /**
     * When what starts last ends: the work before it is what filled the window until its start, and no more comes.
     *
     * @param start  its latest start, a fixed point that holds {@link #of}
     * @param tail   how long it takes
     * @param mostNs later ends are of no interest
     * @return the latest end from the same instant on; the largest long when it is later than that
     */
    public long end(final long start, final long tail, final long mostNs) {
        final long from = Saturating.add(start, tail);
        return fixedNs >= 0 ? from : finish(Saturating.add(work(start), tail), from, mostNs);
    }

    /**
     * When work that is all there is done.
     *
     * @param workNs how much
     * @return the latest instant from the window's begin on; the largest long when none was found
     */
    public long finish(final long workNs) {
        return fixedNs >= 0 ? Saturating.add(workNs, fixedNs) : finish(workNs, workNs, INFINITE - 1);
    }

    /**
     * The work that fills a window until a start.
     *
     * @param start a fixed point that holds {@link #of}
     * @return the same without what is stalled
     */
    public long work(final long start) {
        return Math.max(0, start - of(start));
    }

    /**
     * How much work is surely done in time.
     *
     * @param untilNs the time, from the window's begin on
     * @return the most work that is finished by then; below 0 when not even none is
     */
    public long room(final long untilNs) {
        if (fixedNs >= 0) {
            return untilNs - fixedNs;
        }
        long good = -1;
        long bad = Math.max(0, untilNs) + 1;
        while (bad - good > 1) {
            final long middle = good + (bad - good) / 2;
            if (finish(middle, middle, untilNs) <= untilNs) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return good;
    }

    /**
     * For how long after the release jitter a request may still not be seen, because the core was stalled meanwhile.
     *
     * @return nanoseconds; 0 when a request is seen at once
     */
    public long unseen() {
        return leadNs <= 1 ? 0 : finish(0);
    }

    private long finish(final long workNs, final long fromNs, final long mostNs) {
        long t = fromNs;
        for (int step = 0; step < MOST_STEPS && t <= mostNs; step++) {
            final long next = Saturating.add(workNs, of(t));
            if (next <= t) {
                return t;
            }
            t = next;
        }
        return INFINITE;
    }
}
