package org.tactus.internal.measure;

import java.util.concurrent.locks.LockSupport;
import org.tactus.format.Quantiles;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.SplitMix64;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Measures two things that a few periodic tasks do not show: how long a sporadic arrival waits for a dispatcher that sleeps between two
 * looks at its doorbell, and how much each of many simultaneous arrivals adds to the dispatch of the first segment.
 */
final class ArrivalCalibrator {
    /** Tasks that are released at one instant: so many that what each adds stands out from the fixed part of dispatch. */
    static final int BURST = 128;
    private static final long SPORADIC_GAP_NS = 1_000_000L;
    private static final long SPORADIC_SEGMENT_NS = 20_000;
    private static final long BURST_PERIOD_NS = 10_000_000L;
    private static final long BURST_SEGMENT_NS = 1_000;
    private static final long SEED = 0x5eed;

    private final CalibrationRun rig;
    private SporadicWaits waits;
    private Bursts bursts;

    ArrivalCalibrator(final CalibrationRun rig) {
        this.rig = rig;
    }

    /** From the time that a caller claimed for its job until the dispatcher has seen it; devices that were busy meanwhile left out. */
    Quantiles sporadicJitter(final long durationNs) throws InterruptedException {
        final TaskSetBuilder builder = rig.set();
        for (final String device : new String[] {"cpu0", "acc0"}) {
            builder.task(device, t -> t.periodNs(SPORADIC_GAP_NS).release(Release.SPORADIC).segment(device, SPORADIC_SEGMENT_NS));
        }
        final TaskSet set = builder.build();
        waits = new SporadicWaits();
        rig.run(set, waits, (kernel, slots) -> request(kernel, slots, durationNs));
        waits.samples.findLongSamples(rig.options().stallThresholdNs());
        return waits.samples.quantiles(0, 1);
    }

    /** Gaps are drawn, so that arrivals fall anywhere between two looks of a dispatcher. */
    private static void request(final Kernel kernel, final int[] slots, final long durationNs) {
        final long endNs = Clock.SYSTEM.nanoTime() + durationNs;
        long state = SEED;
        while (Clock.SYSTEM.nanoTime() < endNs) {
            for (final int slot : slots) {
                state = SplitMix64.mix(state + SplitMix64.GAMMA);
                LockSupport.parkNanos(SPORADIC_GAP_NS + Long.remainderUnsigned(state, SPORADIC_GAP_NS));
                kernel.release(slot);
            }
        }
    }

    /** The longest dispatches after simultaneous releases, divided by the number of them: the fixed part is in it once more. */
    Quantiles dispatchPerTask(final long durationNs) throws InterruptedException {
        final TaskSetBuilder builder = rig.set();
        for (int i = 0; i < BURST; i++) {
            builder.task("t" + i, t -> t.periodNs(BURST_PERIOD_NS).segment("cpu0", BURST_SEGMENT_NS));
        }
        bursts = new Bursts();
        rig.run(builder.build(), bursts, (kernel, slots) -> Thread.sleep(durationNs / 1_000_000L));
        bursts.samples.findLongSamples(rig.options().stallThresholdNs());
        return bursts.samples.quantiles(0, BURST);
    }

    /** A quantile of the waits that no stall hit, after {@link #sporadicJitter}. */
    long stallFreeJitterNs(final StallShare share, final double quantile) {
        return share.quantile(waits.samples.lengths(0), 0, quantile);
    }

    /** A quantile of what an arrival adds where no stall hit, after {@link #dispatchPerTask}. */
    long stallFreePerTaskNs(final StallShare share, final double quantile) {
        return Math.ceilDiv(share.quantile(bursts.samples.lengths(0), 0, quantile), BURST);
    }

    /** Monitor thread. */
    private static final class SporadicWaits implements EventHandler {
        private final CalibrationSamples samples = new CalibrationSamples(1);
        private final long[] lastOnDevice = new long[2];

        @Override
        public void onEvent(
            final int type, final long timeNs, final int device, final int task, final int segment, final long job,
            final long argument) {
            if (type == EventType.STALL) {
                samples.stall(timeNs - argument, timeNs);
                return;
            }
            // While a segment runs on a CPU device its dispatcher cannot look: that wait is blocking, not jitter.
            if (type == EventType.RELEASE && lastOnDevice[device] <= argument) {
                samples.add(0, argument, timeNs);
            }
            lastOnDevice[device] = timeNs;
        }
    }

    /** Monitor thread. */
    private static final class Bursts implements EventHandler {
        private final CalibrationSamples samples = new CalibrationSamples(1);
        private long seenNs;
        private int released;

        @Override
        public void onEvent(
            final int type, final long timeNs, final int device, final int task, final int segment, final long job,
            final long argument) {
            switch (type) {
                case EventType.RELEASE -> {
                    released = seenNs == timeNs ? released + 1 : 1;
                    seenNs = timeNs;
                }
                case EventType.START -> {
                    if (released == BURST) {
                        samples.add(0, seenNs, timeNs);
                    }
                    released = 0;
                }
                case EventType.STALL -> samples.stall(timeNs - argument, timeNs);
                default -> {
                    // the others tell nothing of dispatch
                }
            }
        }
    }
}
