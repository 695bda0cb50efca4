// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongArrayList;
import org.tactus.format.MachineCalibration;
import org.tactus.format.MachineName;
import org.tactus.format.Quantiles;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.runtime.PathRehearsal;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Measures what this machine adds to a job: runs the kernel itself with short segments on a CPU device and a modelled
 * accelerator, sleeping between releases as a real set does, and takes the times apart by the events.
 *
 * <p>Each quantity's maximum is taken over the samples in which no platform stall was detected.
 */
public final class Calibrator implements EventHandler {
    private static final long SEGMENT_NS = 20_000;
    private static final int TASKS = 4;
    private static final int RELEASE = 0;
    private static final int DISPATCH = 1;
    private static final int HAND_OFF = 2;
    private static final int COMPLETION = 3;

    private final CalibrationRun rig;
    private final ArrivalCalibrator manyArrivals;
    private final PreemptionCalibrator preemptions;
    private final ChildCallCalibrator childCalls;
    private final KernelOptions options;
    private final CalibrationSamples samples = new CalibrationSamples(4);
    private final Map<String, String> granted = new LinkedHashMap<>();
    private final long[] lastOnDevice = new long[2];
    private final long[] startedNs = new long[2];
    /** Hand-overs as (key, time) and arrivals as (key, time, what the device did before): they come through two rings. */
    private final LongArrayList handOvers = new LongArrayList(1 << 14, Long.MIN_VALUE);
    private final LongArrayList arrivals = new LongArrayList(1 << 14, Long.MIN_VALUE);

    /**
     * Prepares a calibration.
     *
     * @param setup           gives threads what the machine permits
     * @param options         the kernel's settings, as they will be used later
     * @param cpuCore         core of the CPU device
     * @param acceleratorCore core of the accelerator's dispatcher
     */
    public Calibrator(final ThreadSetup setup, final KernelOptions options, final int cpuCore, final int acceleratorCore) {
        this.rig = new CalibrationRun(setup, options, cpuCore, acceleratorCore);
        this.options = options;
        manyArrivals = new ArrivalCalibrator(rig);
        preemptions = new PreemptionCalibrator(rig);
        childCalls = new ChildCallCalibrator(rig);
    }

    /**
     * Measures.
     *
     * @param durationNs how long, nanoseconds; sporadic arrivals, bursts of releases, preemptions and calls of a child process take as
     *                   long once more and a quarter
     * @return what was measured
     * @throws InterruptedException when interrupted meanwhile
     */
    public MachineCalibration measure(final long durationNs) throws InterruptedException {
        PathRehearsal.begin();
        PathRehearsal.await();
        run(Math.min(durationNs, 1_000_000_000L)); // warms up this very path; its samples are dropped
        samples.clear();
        handOvers.clear();
        arrivals.clear();
        run(durationNs);
        matchHandOffs();
        samples.findLongSamples(options.stallThresholdNs());
        final Map<String, String> conditions = new LinkedHashMap<>(granted);
        conditions.put("idle", options.idle().name());
        final Optional<Quantiles> preemption = preemptions.measure(durationNs / 4);
        final MachineCalibration measured = new MachineCalibration(MachineName.current(),
            OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString(), durationNs,
            samples.stalls(), samples.longestStallNs(), conditions, quantity(RELEASE), quantity(DISPATCH), quantity(HAND_OFF),
            quantity(COMPLETION), Optional.of(manyArrivals.sporadicJitter(durationNs / 2)),
            Optional.of(manyArrivals.dispatchPerTask(durationNs / 4)), List.of());
        final MachineCalibration switched = preemption.map(measured::withPreemption).orElse(measured);
        return childCalls.measure(durationNs / 4).map(switched::withChildCall).orElse(switched);
    }

    private void run(final long durationNs) throws InterruptedException {
        granted.putAll(rig.run(set(), this, (kernel, slots) -> Thread.sleep(durationNs / 1_000_000L)));
    }

    /**
     * Chains both ways, alone on the machine most of the time, so that idling, waking and polling are part of a sample. One more task is
     * released together with the first chain and waits behind its first segment: its dispatch comes after a hand-over to a dispatcher that
     * sleeps, so it holds what the giver pays for waking that one.
     */
    private TaskSet set() {
        final TaskSetBuilder builder = rig.set();
        for (int i = 0; i < TASKS; i++) {
            final long periodNs = 2_000_000L + 700_000L * i;
            final String first = i % 2 == 0 ? "cpu0" : "acc0";
            final String second = i % 2 == 0 ? "acc0" : "cpu0";
            builder.task("t" + i, t -> t.periodNs(periodNs).segment(first, SEGMENT_NS).segment(second, SEGMENT_NS)
                .segment(second, SEGMENT_NS).segment(first, SEGMENT_NS));
        }
        builder.task("behind", t -> t.periodNs(2_000_000L).segment("cpu0", SEGMENT_NS));
        return builder.build();
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job,
        final long argument) {
        switch (type) {
            case EventType.RELEASE -> {
                // While a segment runs on a CPU device its dispatcher cannot look: that wait is blocking, not jitter.
                if (lastOnDevice[device] <= argument) {
                    sample(RELEASE, argument, timeNs);
                }
                lastOnDevice[device] = timeNs;
            }
            case EventType.ARRIVE -> {
                arrivals.addLong(key(task, segment, job));
                arrivals.addLong(timeNs);
                arrivals.addLong(lastOnDevice[device]);
                lastOnDevice[device] = timeNs;
            }
            case EventType.START -> {
                sample(DISPATCH, lastOnDevice[device], timeNs);
                startedNs[device] = timeNs;
            }
            case EventType.END -> {
                sample(COMPLETION, startedNs[device] + SEGMENT_NS, timeNs);
                lastOnDevice[device] = timeNs;
            }
            case EventType.HAND_OVER -> {
                handOvers.addLong(key(task, segment, job));
                handOvers.addLong(timeNs);
            }
            case EventType.STALL -> samples.stall(timeNs - argument, timeNs);
            default -> {
                // the others carry no overhead
            }
        }
    }

    private static long key(final int task, final int segment, final long job) {
        return (job * (TASKS + 1) + task << 8) + segment;
    }

    private void matchHandOffs() {
        final Long2LongHashMap begun = new Long2LongHashMap(handOvers.size(), 0.5f, Long.MIN_VALUE);
        for (int i = 0; i < handOvers.size(); i += 2) {
            begun.put(handOvers.getLong(i), handOvers.getLong(i + 1));
        }
        for (int i = 0; i < arrivals.size(); i += 3) {
            final long beginNs = begun.get(arrivals.getLong(i));
            // A device that was busy meanwhile could not look: that wait is blocking or interference, not the hand-over.
            if (beginNs != Long.MIN_VALUE && arrivals.getLong(i + 2) <= beginNs) {
                sample(HAND_OFF, beginNs, arrivals.getLong(i + 1));
            }
        }
    }

    /**
     * What an operation adds that no stall hit, after {@link #measure}.
     *
     * @param share    how often stalls hit
     * @param quantile of such operations, below 1
     * @return overheads without an allowance and without curves
     */
    public Overheads stallFree(final StallShare share, final double quantile) {
        return new Overheads(stallFree(RELEASE, 0, share, quantile), manyArrivals.stallFreeJitterNs(share, quantile),
            stallFree(DISPATCH, 0, share, quantile), manyArrivals.stallFreePerTaskNs(share, quantile),
            stallFree(HAND_OFF, 0, share, quantile), stallFree(COMPLETION, SEGMENT_NS, share, quantile), 0)
            .withPreemptionNs(preemptions.stallFreeNs(share, quantile)).withChildCallNs(childCalls.stallFreeNs(share, quantile));
    }

    private long stallFree(final int quantity, final long besideNs, final StallShare share, final double quantile) {
        return share.quantile(samples.lengths(quantity), besideNs, quantile);
    }

    private void sample(final int quantity, final long beginNs, final long endNs) {
        samples.add(quantity, beginNs, endNs);
    }

    private Quantiles quantity(final int index) {
        return samples.quantiles(index, 1);
    }
}
