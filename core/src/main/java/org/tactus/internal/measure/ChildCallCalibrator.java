// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.List;
import java.util.Optional;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.format.Quantiles;
import org.tactus.internal.child.ChildContent;
import org.tactus.internal.child.ChildProcess;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.model.TaskSet;

/**
 * Measures the way to a child process and back, by the code that a device with its library there runs: a dispatcher of the kernel invokes a
 * network that computes nothing, between sleeps, as a real set does, and with caches that something else has used meanwhile: a network that
 * runs ten times a second finds nothing of either process there. The child is on the dispatcher's core at its level.
 */
final class ChildCallCalibrator implements EventHandler {
    private static final long PERIOD_NS = 5_000_000;
    private static final int SWEPT_LONGS = 1 << 20;
    private static final int LONGS_A_LINE = 64 / Long.BYTES;

    private final CalibrationRun rig;
    private final CalibrationSamples samples = new CalibrationSamples(1);
    private boolean measured;

    ChildCallCalibrator(final CalibrationRun rig) {
        this.rig = rig;
    }

    /** Keeps nothing in the child. Made there. */
    public static final class Content implements ChildContent {
        @Override
        public String open(final String arguments) {
            return "nothing";
        }

        @Override
        public Interpreter load(final byte[] model) {
            throw new UnsupportedOperationException("keeps nothing");
        }

        @Override
        public boolean isGone() {
            return false;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    /** One call, with its time; by one dispatcher. */
    private final class Call implements SegmentWork {
        private final Interpreter nothing;
        private final long[] swept = new long[SWEPT_LONGS];

        Call(final Interpreter nothing) {
            this.nothing = nothing;
        }

        @Override
        public void run(final long job) {
            for (int i = 0; i < swept.length; i += LONGS_A_LINE) {
                swept[i]++;
            }
            final long beginNs = System.nanoTime();
            nothing.invoke();
            samples.add(0, beginNs, System.nanoTime());
        }

        @Override
        public long modelledNs(final long job) {
            return 0;
        }

        @Override
        public void terminate() {
            // ends by itself
        }

        @Override
        public void close() {
            // the child is closed after the run
        }
    }

    /** Measures for a time; empty where no child can be started. */
    Optional<Quantiles> measure(final long durationNs) throws InterruptedException {
        final TaskSet set = rig.set().task("call", t -> t.periodNs(PERIOD_NS).segment("cpu0", PERIOD_NS)).build();
        try (ChildProcess child = ChildProcess.start("calibration", new ChildProcess.Settings(Content.class, "", List.of(rig.cpuCore()),
            rig.setup().priority(), rig.setup().priority() > 0))) {
            for (int i = 0; i < WarmUp.CALLS; i++) {
                child.nothing().invoke();
            }
            final Call call = new Call(child.nothing());
            rig.run(set, task -> List.of(call), this, (kernel, slots) -> Thread.sleep(durationNs / 1_000_000L));
        } catch (final IllegalStateException e) {
            return Optional.empty();
        }
        samples.findLongSamples(rig.options().stallThresholdNs());
        measured = samples.lengths(0).length > 0;
        return measured ? Optional.of(samples.quantiles(0, 1)) : Optional.empty();
    }

    /** What one call costs that no stall hit, after {@link #measure}; 0 when nothing was measured. */
    long stallFreeNs(final StallShare share, final double quantile) {
        return measured ? share.quantile(samples.lengths(0), 0, quantile) : 0;
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        if (type == EventType.STALL) {
            samples.stall(timeNs - argument, timeNs);
        }
    }
}
