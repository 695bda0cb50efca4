package org.tactus.device;

import org.tactus.model.Segment;
import org.tactus.time.Clock;

/**
 * A segment without a network: it takes the share of its WCET that the task set says, by spinning on a CPU device, by
 * completing later on a modelled one.
 */
public final class TimedWork implements SegmentWork {
    /** What a spin may take beyond its end: reading the clock once more. A spin of the whole WCET must not overrun it. */
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
        return (long) (wcetNs * (lowShare + rangeShare * unit(seed + job)));
    }

    /** A number from 0 to below 1 for a counter: SplitMix64's finaliser. */
    private static double unit(final long counter) {
        long z = counter * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53;
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
