// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.List;
import java.util.Optional;
import org.agrona.collections.LongArrayList;
import org.tactus.format.Quantiles;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

/**
 * Measures what a switch between two threads of a core costs: a lane walks again and again over memory of its own, which the caches hold,
 * and a lane above preempts it to walk once over as much of its own. The pass that was preempted and the one behind it take longer than two
 * undisturbed ones, by the other walk, two switches and the loads that bring back what was displaced. Half of that, the walk left out, is
 * one switch.
 */
final class PreemptionCalibrator implements EventHandler {
    /** What a layer of a small network works on, and what a second-level cache holds; networks with more of their own reload more. */
    private static final int WALKED_BYTES = 256 << 10;
    private static final long HIGH_PERIOD_NS = 3_000_000;
    private static final long LOW_PERIOD_NS = 20_000_000;
    private static final long LOW_NS = 12_000_000;
    private static final int MOST_PASSES = 1 << 19;

    private final CalibrationRun rig;
    private final CalibrationSamples samples = new CalibrationSamples(1);
    private final Walk high = new Walk(1);
    private final Walk low = new Walk(1 << 10);

    PreemptionCalibrator(final CalibrationRun rig) {
        this.rig = rig;
    }

    /** Passes over memory, with the begin and the end of each; used by one lane, read after the run. */
    private static final class Walk implements SegmentWork {
        private final long[] memory = new long[WALKED_BYTES / Long.BYTES];
        private final long[] beginNs = new long[MOST_PASSES];
        private final long[] endNs = new long[MOST_PASSES];
        private final int mostInARow;
        private int passes;

        Walk(final int mostInARow) {
            this.mostInARow = mostInARow;
        }

        @Override
        public void run(final long job) {
            final long untilNs = System.nanoTime() + LOW_NS;
            for (int i = 0; i < mostInARow && passes < MOST_PASSES && System.nanoTime() < untilNs; i++) {
                beginNs[passes] = System.nanoTime();
                for (int at = 0; at < memory.length; at++) {
                    memory[at] += at;
                }
                endNs[passes] = System.nanoTime();
                passes++;
            }
        }

        long ns(final int pass) {
            return endNs[pass] - beginNs[pass];
        }

        long medianNs() {
            final LongArrayList all = new LongArrayList(Math.max(1, passes), Long.MIN_VALUE);
            for (int i = 0; i < passes; i++) {
                all.addLong(ns(i));
            }
            final long[] sorted = all.longStream().sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        }

        @Override
        public long modelledNs(final long job) {
            return LOW_NS;
        }

        @Override
        public void terminate() {
            // ends by itself
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    /** Measures for a time; empty when nothing was preempted. */
    Optional<Quantiles> measure(final long durationNs) throws InterruptedException {
        final TaskSet set = TaskSet.builder("preemption")
            .device(DeviceSpec.cpu("cpu0", rig.cpuCore()).withPreemption(DeviceSpec.Preemption.FULL)).device(DeviceSpec.modelled("acc0"))
            .task("high", t -> t.periodNs(HIGH_PERIOD_NS).priority(1).segment("cpu0", HIGH_PERIOD_NS))
            .task("low", t -> t.periodNs(LOW_PERIOD_NS).priority(2).segment("cpu0", LOW_PERIOD_NS)).build();
        for (int i = 0; i < 50; i++) { // compiles the walk
            low.run(i);
            low.passes = 0;
        }
        rig.run(set, task -> List.of(task.name().equals("high") ? high : low), this,
            (kernel, slots) -> Thread.sleep(durationNs / 1_000_000L));
        sample();
        return samples.lengths(0).length == 0 ? Optional.empty() : Optional.of(samples.quantiles(0, 2));
    }

    private void sample() {
        final long usualNs = low.medianNs();
        int next = 0;
        for (int pass = 0; pass + 1 < low.passes; pass++) {
            long walkNs = 0;
            int preemptions = 0;
            while (next < high.passes && high.endNs[next] <= low.endNs[pass]) {
                if (high.beginNs[next] >= low.beginNs[pass]) {
                    walkNs += high.ns(next);
                    preemptions++;
                }
                next++;
            }
            final boolean together = low.beginNs[pass + 1] - low.endNs[pass] < usualNs; // else a new job began in between
            if (preemptions == 1 && together) {
                final long costNs = low.ns(pass) + low.ns(pass + 1) - 2 * usualNs - walkNs;
                samples.add(0, low.beginNs[pass], low.beginNs[pass] + Math.max(0, costNs));
            }
        }
    }

    /** What one switch costs that no stall hit, after {@link #measure}; 0 when nothing was measured. */
    long stallFreeNs(final StallShare share, final double quantile) {
        return samples.lengths(0).length == 0 ? 0 : Math.ceilDiv(share.quantile(samples.lengths(0), 0, quantile), 2);
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        if (type == EventType.STALL) {
            samples.stall(timeNs - argument, timeNs);
        }
    }
}
