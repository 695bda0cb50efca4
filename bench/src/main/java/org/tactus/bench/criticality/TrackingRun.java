// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tactus.bench.peers.AllocationWatch;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.WorkloadWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;
import org.tactus.work.NetworkPort;
import org.tactus.work.Workload;

/**
 * Tracking in real time on one core: the detector's sizes are measured, prepared and run by the kernel, with ports that scale, track and
 * say what the pairs are worth. Control thread.
 */
final class TrackingRun {
    private static final String DEVICE = "cpu0";
    private static final int CORE = 1;
    private static final int SAMPLES = 30;
    /** Stated, not measured: a machine without a calibration dispatches within this, unless its host takes it away. */
    private static final Overheads OVERHEADS = new Overheads(500_000, 200_000, 0, 200_000, 0);
    /** A pair takes at least so much longer than the one before it, nanoseconds. */
    private static final long STEP_NS = 1_000;
    /** What a run takes of its WCET in virtual time, as far as that is known: a WCET is the largest of many and a margin. */
    private static final ActualTime ACTUAL = new ActualTime(0.7, 1);

    private final Path folder;
    private final long seed;
    private final int frames;
    private final RunSettings settings;

    /**
     * What a run came to.
     *
     * @param result of the run
     * @param mota   mean of the streams
     * @param idf1   mean of the streams
     * @param pairs  how often each pair was taken
     * @param bytes  heap bytes a job that the dispatcher allocated
     */
    record Outcome(RunResult result, double mota, double idf1, long[] pairs, double bytes) {
    }

    TrackingRun(final Path folder, final long seed, final int frames, final boolean realTime) {
        this.folder = folder;
        this.seed = seed;
        this.frames = frames;
        settings = RunSettings.DEFAULT.withRealTime(realTime).withWatchable(false);
    }

    private static String stream(final int i) {
        return "stream" + i;
    }

    /**
     * The set.
     *
     * @param streams  tasks in it
     * @param wcetNs   of each pair; what is {@link Segment#UNMEASURED} is to be measured
     * @param periodNs of each stream
     * @return the set
     */
    static TaskSet set(final int streams, final List<Long> wcetNs, final long periodNs) {
        final TaskSetBuilder builder = TaskSet.builder("tracking").policy(PolicyKind.FIXED_PRIORITY).overheads(OVERHEADS)
            .device(DeviceSpec.cpu(DEVICE, CORE));
        final List<Segment.Level> levels = IntStream.range(0, TrackingPairs.PAIRS)
            .mapToObj(pair -> new Segment.Level(wcetNs.get(pair), 0, Optional.of(network(pair)))).toList();
        for (int i = 0; i < streams; i++) {
            builder.task(stream(i), task -> task.periodNs(periodNs)
                .segment(List.of(new NamedVariant(DEVICE, Precision.FP32, wcetNs.getFirst(), 0, ACTUAL))).levels(false, levels));
        }
        return builder.build();
    }

    private static ModelSource network(final int pair) {
        return StreetDetector.source(TrackingPairs.columns(pair), TrackingPairs.ROWS);
    }

    /** Period at which the smallest pairs of all streams use so much of the core. */
    static long periodNs(final List<Long> wcetNs, final double utilisation) {
        return Math.round(TrackingPairs.STREAMS * wcetNs.getFirst() / utilisation);
    }

    /** Measures the networks, and adds what the ports took at most of their thread's time, and the margin. */
    List<Long> measure() throws InterruptedException {
        final TaskSet open =
            set(1, Collections.nCopies(TrackingPairs.PAIRS, Segment.UNMEASURED), TrackingPairs.periodNs(1) * TrackingPairs.STREAMS);
        final List<Segment.Level> networks =
            new Profiler(new RealTimeSetup(settings.realTime()), SAMPLES, Profiler.DEFAULT_MARGIN, false)
                .profile(open, folder, (task, share) -> { }).applyTo(open).tasks().getFirst().segments().getFirst().levels();
        final List<Long> wcetNs = new ArrayList<>();
        for (int pair = 0; pair < TrackingPairs.PAIRS; pair++) {
            final long ns = networks.get(pair).wcetNs() + portNs(pair);
            wcetNs.add(pair == 0 ? ns : Math.max(ns, wcetNs.getLast() + STEP_NS));
        }
        return wcetNs;
    }

    /** What the port of a pair takes of its thread's own time, which others cannot lengthen; by frames of another street. */
    private long portNs(final int pair) {
        final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long longestNs = 0;
        try (StreetDetector detector = new StreetDetector(folder, TrackingPairs.columns(pair), TrackingPairs.ROWS)) {
            final NetworkPort port = new LiveStream(-1 - seed, SAMPLES).port(detector.input(), detector.cells(), pair);
            for (int job = 0; job < SAMPLES; job++) {
                final long beganNs = threads.getCurrentThreadCpuTime();
                port.begin(job);
                final long beforeNs = threads.getCurrentThreadCpuTime();
                detector.compute();
                final long afterNs = threads.getCurrentThreadCpuTime();
                port.end(job);
                longestNs = Math.max(longestNs, beforeNs - beganNs + threads.getCurrentThreadCpuTime() - afterNs);
            }
        }
        return Math.round(longestNs * (1 + Profiler.DEFAULT_MARGIN));
    }

    /** Runs a measured set until all frames have been seen. */
    Outcome run(final TaskSet set) throws InterruptedException {
        final List<LiveStream> streams = new ArrayList<>();
        final Workload workload = new Workload().networks(folder);
        for (int i = 0; i < TrackingPairs.STREAMS; i++) {
            final LiveStream stream = new LiveStream(TrackingPairs.STREAMS * seed + i, frames);
            streams.add(stream);
            workload.gains(stream(i), stream::gains);
            for (int k = 0; k < TrackingPairs.PAIRS; k++) {
                final int pair = k;
                workload.port(stream(i), 0, pair, network -> stream.port(
                    network.inputs().getFirst().memory(), network.outputs().getFirst().memory(), pair));
            }
        }
        final Late late = new Late(set);
        final long periodNs = set.tasks().getFirst().periodNs();
        try (TaskSetRun run = TaskSetRun.open(set, settings, new WorkloadWorks(workload, set), KernelListener.NONE, late)) {
            run.start();
            final AllocationWatch heap = new AllocationWatch("tactus-" + DEVICE);
            Thread.sleep((run.zeroNs() - System.nanoTime() + frames * periodNs) / 1_000_000);
            final long ended = IntStream.range(0, streams.size()).mapToLong(i -> run.completed(run.handle(stream(i)))).sum();
            final double bytes = heap.bytesByJob(ended).values().stream().mapToDouble(Double::doubleValue).sum();
            final RunResult result = run.stop();
            final List<TrackingMeasures> measures = IntStream.range(0, streams.size())
                .mapToObj(i -> streams.get(i).judge(result.tasks().get(i).jobs(), late.jobs(i))).toList();
            final long[] pairs = new long[TrackingPairs.PAIRS];
            result.levels().forEach(levels -> IntStream.range(0, pairs.length).forEach(k -> pairs[k] += levels.taken().get(k)));
            return new Outcome(result, measures.stream().mapToDouble(TrackingMeasures::mota).average().orElseThrow(),
                measures.stream().mapToDouble(TrackingMeasures::idf1).average().orElseThrow(), pairs, bytes);
        }
    }

    /** Which jobs ended late; on the monitor's thread, and read when it has ended. */
    private static final class Late implements EventHandler {
        private final TaskSet set;
        private final List<BitSet> jobs;

        Late(final TaskSet set) {
            this.set = set;
            jobs = Stream.generate(BitSet::new).limit(set.tasks().size()).toList();
        }

        @Override
        public synchronized void onEvent(
            final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job,
            final long argument) {
            if (type == EventType.COMPLETE && timeNs - argument > set.tasks().get(slot).deadlineNs()) {
                jobs.get(slot).set((int) job);
            }
        }

        synchronized BitSet jobs(final int slot) {
            return jobs.get(slot);
        }
    }
}
