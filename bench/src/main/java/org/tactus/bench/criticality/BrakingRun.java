// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.WorkloadWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;
import org.tactus.work.Workload;

/**
 * Emergency braking in real time on one core: the networks of all sizes are measured, prepared and run by the kernel, with ports that crop,
 * scale and merge. Control thread.
 */
final class BrakingRun {
    private static final String DEVICE = "cpu0";
    private static final int CORE = 1;
    private static final int SAMPLES = 30;
    private static final long OTHERS_PERIOD_NS = 100_000_000;
    /** Stated, not measured: a machine without a calibration dispatches within this, unless its host takes it away. */
    private static final Overheads OVERHEADS = new Overheads(500_000, 200_000, 0, 200_000, 0);
    /** What the ports of a size take at most: cropping or scaling, decoding, merging; nanoseconds. */
    private static final long REGION_PORT_NS = 4_000_000;
    private static final long FRAME_PORT_NS = 12_000_000;

    private final Path folder;
    private final long seed;
    private final int frames;
    private final RunSettings settings;

    /**
     * What one policy came to.
     *
     * @param result  of the run
     * @param inside  average precision in the critical region, from 0 to 1
     * @param outside average precision outside of it
     * @param meanNs  mean response of the mandatory part
     * @param worstNs its largest response
     */
    record Outcome(RunResult result, double inside, double outside, double meanNs, long worstNs) {
    }

    BrakingRun(final Path folder, final long seed, final int frames, final boolean realTime) {
        this.folder = folder;
        this.seed = seed;
        this.frames = frames;
        settings = RunSettings.DEFAULT.withRealTime(realTime).withWatchable(false);
    }

    /**
     * The set, with the policy EDF.
     *
     * @param cameras names of the tasks
     * @param sizes   WCETs; what is {@link Segment#UNMEASURED} is to be measured
     * @param load    share of the core that another task takes
     * @return the set
     */
    static TaskSet set(final List<String> cameras, final BrakingSizes sizes, final double load) {
        final TaskSetBuilder builder =
            TaskSet.builder("braking").policy(PolicyKind.EDF).overheads(OVERHEADS).device(DeviceSpec.cpu(DEVICE, CORE));
        for (final String camera : cameras) {
            final List<Segment.Level> levels = new ArrayList<>();
            for (int level = 0; level < BrakingSizes.LEVELS; level++) {
                levels.add(new Segment.Level(sizes.frameNs().get(level), 0,
                    Optional.of(StreetDetector.source(BrakingSizes.width(level), BrakingSizes.height(level)))));
            }
            builder.task(camera, task -> task.periodNs(BrakingApproach.PERIOD_NS)
                .segment(DEVICE, sizes.regionNs()).levels(false, List.of(new Segment.Level(sizes.regionNs(), 0,
                    Optional.of(StreetDetector.source(CriticalRegion.WIDTH, CriticalRegion.HEIGHT)))))
                .segment(DEVICE, sizes.frameNs().getFirst()).levels(true, levels));
        }
        if (load > 0) {
            builder.task("others", task -> task.periodNs(OTHERS_PERIOD_NS).segment(DEVICE, Math.round(load * OTHERS_PERIOD_NS)));
        }
        return builder.build();
    }

    /** Measures the networks of all sizes, once for both cameras, and adds the time of their ports. */
    BrakingSizes measure() throws InterruptedException {
        final BrakingSizes unknown =
            new BrakingSizes(Segment.UNMEASURED, Collections.nCopies(BrakingSizes.LEVELS, Segment.UNMEASURED));
        final TaskSet open = set(BrakingApproach.CAMERAS.subList(0, 1), unknown, 0);
        final List<Segment> known = new Profiler(new RealTimeSetup(settings.realTime()), SAMPLES, Profiler.DEFAULT_MARGIN, false)
            .profile(open, folder, (task, share) -> { }).applyTo(open).tasks().getFirst().segments();
        return new BrakingSizes(known.getFirst().wcetNs() + REGION_PORT_NS,
            known.getLast().levels().stream().map(level -> level.wcetNs() + FRAME_PORT_NS).toList());
    }

    /** The same set under another policy. */
    static TaskSet under(final TaskSet set, final PolicyKind policy) {
        return new TaskSet(set.name(), policy, set.overheads(), set.platform(), set.tasks());
    }

    /** Runs a measured set until all frames have been seen. */
    Outcome run(final TaskSet set) throws InterruptedException {
        final List<LiveCamera> cameras = new ArrayList<>();
        final Workload workload = new Workload().networks(folder);
        for (int i = 0; i < BrakingApproach.CAMERAS.size(); i++) {
            final LiveCamera camera = new LiveCamera(2 * seed + i, frames);
            cameras.add(camera);
            final String task = BrakingApproach.CAMERAS.get(i);
            workload.gains(task, camera::gains).port(task, 0, 0, camera::mandatory);
            for (int k = 0; k < BrakingSizes.LEVELS; k++) {
                final int level = k;
                workload.port(task, 1, level, network -> camera.optional(network, level));
            }
        }
        final Responses responses = new Responses();
        try (TaskSetRun run = TaskSetRun.open(set, settings, new WorkloadWorks(workload, set), KernelListener.NONE, responses)) {
            run.start();
            Thread.sleep(frames * BrakingApproach.PERIOD_NS / 1_000_000 + BrakingApproach.PERIOD_NS / 2_000_000);
            final RunResult result = run.stop();
            final AveragePrecision inside = new AveragePrecision();
            final AveragePrecision outside = new AveragePrecision();
            for (int i = 0; i < cameras.size(); i++) {
                cameras.get(i).judge(result.tasks().get(i).jobs(), inside, outside);
            }
            final long[] ended = responses.ofMandatoryParts(run.zeroNs());
            return new Outcome(result, inside.value(), outside.value(), Arrays.stream(ended).average().orElse(0),
                Arrays.stream(ended).max().orElse(0));
        }
    }

    /** When mandatory parts ended; on the monitor's thread, and read when it has ended. */
    private static final class Responses implements EventHandler {
        private final List<long[]> ends = new ArrayList<>();

        @Override
        public synchronized void onEvent(
            final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job,
            final long argument) {
            if (type == EventType.END && segment == 0 && slot < BrakingApproach.CAMERAS.size()) {
                ends.add(new long[] {timeNs, job});
            }
        }

        synchronized long[] ofMandatoryParts(final long zeroNs) {
            return ends.stream().mapToLong(end -> end[0] - zeroNs - end[1] * BrakingApproach.PERIOD_NS).toArray();
        }
    }
}
