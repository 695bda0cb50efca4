// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import org.tactus.internal.time.Clock;
import org.tactus.internal.time.SplitMix64;
import org.tactus.model.Segment;

/**
 * A segment without a network. It takes the share of its WCET that the task set states: on a CPU device it spins, on an accelerator the
 * device is busy for that time.
 */
public final class TimedWork implements SegmentWork {
    /** What a spin may take beyond its end, to read the clock once more; it is subtracted, so a spin of the whole WCET does not overrun. */
    private static final long CLOCK_READ_NS = 100;

    private final Clock clock;
    private final long wcetNs;
    private final double lowShare;
    private final double rangeShare;
    private final long seed;
    private volatile boolean terminated;

    /**
     * Makes the work.
     *
     * @param clock   read while spinning
     * @param segment what it stands for
     * @param seed    of the shares drawn, one a job
     */
    public TimedWork(final Clock clock, final Segment segment, final long seed) {
        this.clock = clock;
        this.wcetNs = segment.wcetNs();
        this.lowShare = segment.actual().lowShare();
        this.rangeShare = segment.actual().highShare() - lowShare;
        this.seed = seed;
    }

    @Override
    public void run(final long job) {
        final long endNs = clock.nanoTime() + modelledNs(job) - CLOCK_READ_NS;
        while (clock.nanoTime() < endNs && !terminated) {
            Thread.onSpinWait();
        }
    }

    @Override
    public long modelledNs(final long job) {
        if (rangeShare == 0) {
            return (long) (wcetNs * lowShare);
        }
        return (long) (wcetNs * (lowShare + rangeShare * SplitMix64.share(SplitMix64.mix((seed + job) * SplitMix64.GAMMA))));
    }

    @Override
    public void terminate() {
        terminated = true;
    }

    @Override
    public void close() {
        // nothing is held
    }
}
