// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.tactus.bindings.linux.RealTime;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.format.CalibrationFile;
import org.tactus.format.FileFormatException;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.MachineName;
import org.tactus.format.TaskSetFile;
import org.tactus.format.WcetSidecarFile;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.runtime.RealTimeSetup;

/**
 * Makes what all variants compute, once: networks of ResNet's structure whose size gives them the wanted length on this machine, loops of
 * that length, the task sets, and their WCETs. Lengths are processor time, so that other programs do not count.
 */
final class Preparation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long SEED = 1;
    /** Channels of the first stage. */
    private static final int URGENT_WIDTH = 8;
    private static final int HEAVY_WIDTH = 32;
    private static final int LEAST_PIXELS = 32;
    private static final int MOST_PIXELS = 320;
    private static final int PIXEL_STEP = 16;
    private static final int WARM_UP_RUNS = 5;
    private static final int RUNS = 15;
    private static final int PROFILE_RUNS = 100;
    private static final double MARGIN = 0.5;
    private static final long FIRST_STEPS = 100_000;

    private final int core;
    private final long durationNs;
    private final Contest.Work work;
    private final Path folder;
    private final PrintStream progress;
    private String lengths = "";

    /** A network that was made, and its length. */
    private record Made(OnnxModel model, long ns) {
    }

    Preparation(final int core, final long durationNs, final Contest.Work work, final Path folder, final PrintStream progress) {
        this.core = core;
        this.durationNs = durationNs;
        this.work = work;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * Prepares.
     *
     * @return the contest; its files lie in the folder
     * @throws IOException          when a file cannot be written
     * @throws InterruptedException when interrupted meanwhile
     */
    Contest prepare() throws IOException, InterruptedException {
        OutputFolder.make(folder);
        final Contest contest = onTheCore(work == Contest.Work.NETWORK ? this::networks
            : () -> new Contest(core, durationNs, work, folder, steps(Contest.URGENT_NS), steps(Contest.HEAVY_NS)));
        for (final Variant variant : List.of(Variant.TACTUS_SEGMENTS, Variant.TACTUS_PREEMPTIVE)) {
            final Path file = TactusRun.file(contest, variant);
            WholeFile.write(file, taskSet(variant));
            if (work == Contest.Work.NETWORK) {
                profile(file);
            }
        }
        return contest;
    }

    private Contest networks() throws IOException {
        final Contest contest = new Contest(core, durationNs, work, folder, 0, 0);
        final Made urgent = network(URGENT_WIDTH, Contest.URGENT_NS);
        final Made heavy = network(HEAVY_WIDTH, Contest.HEAVY_NS);
        Files.write(contest.urgentModel(), urgent.model().bytes());
        Files.write(contest.heavyModel(), heavy.model().bytes());
        lengths = String.format(Locale.ROOT, "urgent %s of %.2f ms, heavy %s of %.2f ms", urgent.model().name(), urgent.ns() / 1e6,
            heavy.model().name(), heavy.ns() / 1e6);
        return contest;
    }

    /** What was made, and how long it takes; empty before. */
    String lengths() {
        return lengths;
    }

    /** On a thread of its own: the calling one stays where it is, so that the JVM does not believe in a machine of one core. */
    private Contest onTheCore(final Callable<Contest> measuring) throws IOException, InterruptedException {
        final FutureTask<Contest> task = new FutureTask<>(() -> {
            RealTime.pin(List.of(core));
            return measuring.call();
        });
        Thread.ofPlatform().name("peers-preparation").daemon().start(task);
        try {
            return task.get();
        } catch (final ExecutionException e) {
            if (e.getCause() instanceof final IOException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Bounds need WCETs. A set that this build does not know is told by its turn, not here. */
    private void profile(final Path file) throws IOException, InterruptedException {
        final LoadedTaskSet loaded;
        try {
            loaded = TaskSetFile.load(file, TaskSetFile.Options.forProfiling());
        } catch (final FileFormatException e) {
            progress.println(e.getMessage());
            return;
        }
        WcetSidecarFile.write(WcetSidecarFile.beside(file), new Profiler(new RealTimeSetup(true), PROFILE_RUNS, MARGIN, false)
            .profile(loaded.taskSet(), loaded.baseDirectory(), (task, share) -> { }));
    }

    /** The least resolution whose network takes as long as wanted, or the nearest below it. */
    private static Made network(final int width, final long wantedNs) {
        Made before = null;
        for (int pixels = LEAST_PIXELS; pixels <= MOST_PIXELS; pixels += PIXEL_STEP) {
            final OnnxModel model = ModelZoo.resnet(pixels, width, SEED);
            final Made made = new Made(model, length(model));
            if (made.ns() >= wantedNs) {
                return before != null && wantedNs - before.ns() < made.ns() - wantedNs ? before : made;
            }
            before = made;
        }
        return before;
    }

    private static long length(final OnnxModel model) {
        try (SegmentedModel loaded = SegmentedModel.create(model, 1, OnnxOptions.SINGLE_THREAD)) {
            loaded.fillInputs(SEED);
            return median(() -> loaded.run(0));
        }
    }

    private static long steps(final long wantedNs) {
        final long[] steps = {FIRST_STEPS};
        for (int round = 0; round < 3; round++) {
            final long ns = median(() -> SpinWork.run(steps[0]));
            steps[0] = Math.max(1, Math.round((double) steps[0] * wantedNs / Math.max(1, ns)));
        }
        return steps[0];
    }

    /** Processor time of a run on the calling thread, nanoseconds. */
    private static long median(final Runnable work) {
        for (int i = 0; i < WARM_UP_RUNS; i++) {
            work.run();
        }
        final long[] times = new long[RUNS];
        for (int i = 0; i < RUNS; i++) {
            final long beginNs = THREADS.getCurrentThreadCpuTime();
            work.run();
            times[i] = THREADS.getCurrentThreadCpuTime() - beginNs;
        }
        Arrays.sort(times);
        return times[RUNS / 2];
    }

    /** Whether this machine's overheads are known; otherwise the bounds are those of a machine that adds and takes nothing. */
    static boolean isCalibrated() {
        return CalibrationFile.find(CalibrationFile.defaultPath(), MachineName.current()).isPresent();
    }

    private String taskSet(final Variant variant) {
        final boolean preemptive = variant == Variant.TACTUS_PREEMPTIVE;
        final int cuts = preemptive ? 1 : Contest.CUTS;
        final StringBuilder text = new StringBuilder("tactus: 1\nname: " + (preemptive ? "preemptive" : "segments")
            + "\npolicy: fixed-priority\noverheads: " + (isCalibrated() ? "calibrated" : "none")
            + "\nplatform:\n  devices:\n    - {name: cpu0, kind: cpu, cores: [" + core + ']'
            + (preemptive ? ", preemption: full" : "") + "}\ntasks:\n");
        task(text, "urgent", Contest.URGENT_PERIOD_NS, 1, Contest.URGENT_NS);
        task(text, "heavy", Contest.HEAVY_PERIOD_NS, cuts, Contest.HEAVY_NS);
        return text.toString();
    }

    private void task(final StringBuilder text, final String name, final long periodNs, final int cuts, final long lengthNs) {
        text.append("  - name: ").append(name).append("\n    period: ").append(periodNs).append("ns\n");
        Optional<Long> wcetNs = Optional.empty();
        if (work == Contest.Work.NETWORK) {
            text.append("    model: {file: ").append(name).append(".onnx, cuts: ").append(cuts).append("}\n");
        } else {
            wcetNs = Optional.of(Math.round((1 + MARGIN) * lengthNs / cuts));
        }
        text.append("    segments:\n");
        for (int i = 0; i < cuts; i++) {
            text.append("      - {device: cpu0").append(wcetNs.map(ns -> ", wcet: " + ns + "ns").orElse("")).append("}\n");
        }
    }
}
