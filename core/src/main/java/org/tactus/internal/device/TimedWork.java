// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import org.tactus.internal.time.Clock;
import org.tactus.internal.time.SplitMix64;
import org.tactus.internal.time.ThreadClock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Segment;

/**
 * A segment without a network. It takes the share of its WCET that the task set states: on a CPU device it spins, on an accelerator the
 * device is busy for that time.
 */
public final class TimedWork implements SegmentWork {
    /** What a spin may take beyond its end, to read the clock once more; it is subtracted, so a spin of the whole WCET does not overrun. */
    private static final long CLOCK_READ_NS = 100;

    private final Clock clock;
    private final long readNs;
    private final long wcetNs;
    private final double lowShare;
    private final double rangeShare;
    private final long seed;
    /** One for each level, this one among them; empty for one size. */
    private final TimedWork[] sizes;
    private volatile boolean terminated;

    /**
     * Makes the work.
     *
     * @param clock   read while spinning
     * @param segment what it stands for
     * @param seed    of the shares drawn, one a job
     */
    public TimedWork(final Clock clock, final Segment segment, final long seed) {
        this(clock, CLOCK_READ_NS, segment, seed);
    }

    /** In one size, even if the segment has several. */
    private TimedWork(final TimedWork first, final long wcetNs) {
        clock = first.clock;
        readNs = first.readNs;
        this.wcetNs = wcetNs;
        lowShare = first.lowShare;
        rangeShare = first.rangeShare;
        seed = first.seed;
        sizes = new TimedWork[0];
    }

    private TimedWork(final Clock clock, final long readNs, final Segment segment, final long seed) {
        this.clock = clock;
        this.readNs = readNs;
        this.wcetNs = segment.wcetNs();
        this.lowShare = segment.actual().lowShare();
        this.rangeShare = segment.actual().highShare() - lowShare;
        this.seed = seed;
        sizes = new TimedWork[segment.levels().size()];
        for (int k = 0; k < sizes.length; k++) {
            sizes[k] = k == 0 ? this : new TimedWork(this, segment.levels().get(k).wcetNs());
        }
    }

    /**
     * Makes the work for a device. On a preemptive one the spin counts its thread's own time, since the machine's goes on while others
     * have the core.
     *
     * @param device  where the segment runs
     * @param segment what it stands for
     * @param seed    of the shares drawn, one a job
     * @return the work
     */
    public static TimedWork on(final DeviceSpec device, final Segment segment, final long seed) {
        return device.isPreemptive() ? new TimedWork(new ThreadClock(), ThreadClock.READ_NS, segment, seed)
            : new TimedWork(Clock.SYSTEM, segment, seed);
    }

    @Override
    public void run(final long job) {
        final long endNs = clock.nanoTime() + modelledNs(job) - readNs;
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
    public int levels() {
        return Math.max(1, sizes.length);
    }

    @Override
    public SegmentWork atLevel(final int level) {
        return sizes.length == 0 ? this : sizes[level];
    }

    @Override
    public void terminate() {
        terminated = true;
        for (int k = 1; k < sizes.length; k++) {
            sizes[k].terminated = true;
        }
    }

    @Override
    public void close() {
        // nothing is held
    }
}
