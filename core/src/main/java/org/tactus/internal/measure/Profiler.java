// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.tactus.format.MachineName;
import org.tactus.format.Quantiles;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.device.cuda.CudaWork;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.network.CutBalance;
import org.tactus.internal.quantise.QuantizedTask;
import org.tactus.internal.runtime.Devices;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.Durations;
import org.tactus.internal.work.NetworkCheck;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.OnnxNetworks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Measures the WCETs of networks' segments on CPU devices, GPUs and Edge TPUs: pinned as a dispatcher is, warmed up, many runs, at the
 * task's own gaps, with caches that other data passed through. What is taken from the measuring thread meanwhile does not count
 * ({@link ExecutionTimer}). A {@link WcetRule} makes a WCET of the samples. What the other cores do meanwhile is chosen and recorded. A
 * network has its device to itself: what others evict from an Edge TPU's memory is not in its WCETs.
 */
public final class Profiler {
    /** Share that is added to the largest sample unless told otherwise. */
    public static final double DEFAULT_MARGIN = 0.3;
    private static final int WARM_UP_RUNS = 30;
    private static final long LEAST_PAUSE_NS = 200_000;
    /** The pauses of one task's samples take no longer than this together, nanoseconds; then they are shorter than its own. */
    private static final long PAUSES_NS = 15_000_000_000L;
    /** 8 MiB: more than a core's own caches hold. */
    private static final int SWEPT_LONGS = 1 << 20;
    private static final int LONGS_A_LINE = 64 / Long.BYTES;

    private final ThreadSetup setup;
    private final int runs;
    private final WcetRule rule;
    private final boolean loaded;
    /** Why the law that was asked for does not hold, by segment. */
    private final Map<String, String> refusals = new LinkedHashMap<>();
    private final Map<String, String> lopsided = new LinkedHashMap<>();
    /** Other data, which pass through the caches before each sample as other tasks' do before a job. */
    private final long[] swept = new long[SWEPT_LONGS];

    /**
     * Prepares a profiler.
     *
     * @param setup  gives the measuring thread what the machine permits
     * @param runs   samples of each segment
     * @param margin share added to the largest sample
     * @param loaded true to keep the other cores busy with memory traffic meanwhile
     */
    public Profiler(final ThreadSetup setup, final int runs, final double margin, final boolean loaded) {
        this(setup, runs, WcetRule.largest(margin), loaded);
    }

    /**
     * Prepares a profiler.
     *
     * @param setup  gives the measuring thread what the machine permits
     * @param runs   samples of each segment
     * @param rule   how WCETs are made of samples
     * @param loaded true to keep the other cores busy with memory traffic meanwhile
     */
    public Profiler(final ThreadSetup setup, final int runs, final WcetRule rule, final boolean loaded) {
        this.setup = setup;
        this.runs = runs;
        this.rule = rule;
        this.loaded = loaded;
    }

    /**
     * Why the extreme-value law that was asked for does not hold, after {@link #profile}; there the largest sample and the margin stand.
     *
     * @return the check and its figures, by segment
     */
    public Map<String, String> refusals() {
        return Collections.unmodifiableMap(refusals);
    }

    /**
     * Measures every network of a set, after each has been loaded and run once.
     *
     * @param set       the set; WCETs may be missing
     * @param directory what relative paths of models count from
     * @param progress  told the task's name and the share of it that is done
     * @return what was measured
     * @throws InterruptedException when interrupted meanwhile
     * @throws InvalidModelException when networks are refused or do not run: one line for each of them, and nothing is measured
     * @throws org.tactus.model.InvalidTaskSetException when a device does not come back from a segment, with the segment
     */
    public WcetSidecar profile(final TaskSet set, final Path directory, final BiConsumer<String, Double> progress)
        throws InterruptedException {
        NetworkCheck.require(set, directory);
        final List<WcetSidecar.TaskWcet> measured = new ArrayList<>();
        final Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("others", loaded ? "loaded" : "idle");
        conditions.put("runs", String.valueOf(runs));
        final List<Device> devices = new ArrayList<>();
        boolean hangs = false;
        final RunSettings options =
            RunSettings.DEFAULT.withRealTime(setup instanceof final RealTimeSetup rights && rights.realTime());
        try {
            for (int i = 0; i < set.platform().devices().size(); i++) {
                devices.add(isOpened(set, i) ? Devices.open(set, i, options) : new ModelledDevice());
            }
            for (final Task task : set.tasks()) {
                for (final Task network : networks(task).toList()) {
                    measured.add(onItsCores(set, devices, network, directory, conditions, progress));
                }
            }
        } catch (final DeviceHangsException e) {
            hangs = true;
            throw e;
        } finally {
            if (!hangs) {
                devices.forEach(Device::close);
            }
        }
        return new WcetSidecar(set.name(), MachineName.current(), OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            rule.margin(), options.realTime() ? WcetSidecar.currentRights() : "ordinary", conditions, measured);
    }

    /** Processors need no device; a GPU that is not here is missed only where times are asked of it. */
    private static boolean isOpened(final TaskSet set, final int device) {
        final DeviceSpec spec = set.platform().devices().get(device);
        final List<Task> networks = set.tasks().stream().flatMap(Profiler::networks).toList();
        if (spec.kind() == DeviceKind.CUDA && !spec.driver().equals(CudaDevices.SOFTWARE)) {
            return networks.stream().anyMatch(task -> asks(task, device));
        }
        return spec.kind() == DeviceKind.EDGETPU || spec.kind() == DeviceKind.CUDA && !networks.isEmpty();
    }

    /** The task's network, or those of its levels, each as a task. */
    private static Stream<Task> networks(final Task task) {
        return Stream.concat(Stream.of(task).filter(known -> known.model().isPresent()), task.levelNetworks().stream());
    }

    /** Whether a WCET of a task on a device is to be measured. */
    private static boolean asks(final Task task, final int device) {
        return task.segments().stream().anyMatch(segment -> segment.device() == device && segment.wcetNs() == Segment.UNMEASURED)
            || task.choices().stream().flatMap(open -> open.variants().stream()).flatMap(List::stream)
                .anyMatch(variant -> variant.device() == device && variant.wcetNs() == Segment.UNMEASURED);
    }

    private WcetSidecar.TaskWcet onItsCores(
        final TaskSet set, final List<Device> devices, final Task task, final Path directory, final Map<String, String> conditions,
        final BiConsumer<String, Double> progress) throws InterruptedException {
        final WcetSidecar.Provenance provenance = provenance(set, task, directory);
        return MeasuringThread.run(setup, OnnxNetworks.cores(set, task), loaded, granted -> conditions.put("granted", granted), () -> {
            if (task.choices().isPresent() && QuantizedTask.wants(task)) {
                return new VariantProfiler(set, devices, task, runs, rule.margin()).measure(
                    QuantizedTask.of(task, directory, OnnxNetworks.WEIGHT_SEED), provenance, share -> progress.accept(task.name(), share));
            }
            final ModelSource cut = balanced(set, task, directory, conditions);
            final Task alone = task.withModel(cut);
            final Optional<WcetSidecar.NetworkMemory> memory = memory(set, devices, alone, directory);
            final Task resident = memory.map(needed -> alone.withMemory(resident(set, alone, needed))).orElse(alone);
            final List<SegmentWork> works = new NetworkWorks(directory).prepare(set, devices, resident, 1);
            try {
                return measure(set, devices, task, works, provenance.withStarts(cut.starts()), memory, conditions, progress);
            } catch (final RuntimeException e) {
                throw e;
            } catch (final Exception e) {
                throw new IllegalStateException("task '" + task.name() + "': " + e.getMessage(), e);
            } finally {
                works.forEach(SegmentWork::close);
            }
        });
    }

    /** The network cut so that its segments take about the same, where they all run on processors and nobody says where to cut. */
    private ModelSource balanced(final TaskSet set, final Task task, final Path directory, final Map<String, String> conditions) {
        final ModelSource model = task.model().orElseThrow();
        if (model instanceof ModelSource.TfLiteFiles || model.cuts() == 1 || !model.starts().isEmpty() || QuantizedTask.wants(task)
            || task.segments().stream().anyMatch(segment ->
                set.platform().devices().get(segment.device()).kind() != DeviceKind.CPU)) {
            return model;
        }
        final CutBalance balance = CutBalance.choose(OnnxModel.of(model, directory, OnnxNetworks.WEIGHT_SEED), model.cuts(),
            OnnxNetworks.options(set, task));
        conditions.put("cuts of " + task.name(), balance.text());
        if (balance.isLopsided()) {
            lopsided.put(task.name(), balance.sharesText());
        }
        return model.withStarts(balance.starts());
    }

    /**
     * Tasks whose best cut leaves a segment much longer than the others, after {@link #profile}.
     *
     * @return the segments' shares, by task
     */
    public Map<String, String> lopsided() {
        return Collections.unmodifiableMap(lopsided);
    }

    /** What the network needs in the memory of a software GPU; its tensors live from one segment to the next where it has several. */
    private static Optional<WcetSidecar.NetworkMemory> memory(
        final TaskSet set, final List<Device> devices, final Task task, final Path directory) {
        final boolean lives = task.segments().size() > 1;
        return new OnnxNetworks(set, devices, directory).footprint(task).map(counted -> new WcetSidecar.NetworkMemory(
            counted.constantBytes(), counted.scratchBytes() + (lives ? 0 : counted.tensorBytes()), lives ? counted.tensorBytes() : 0));
    }

    /** All of a network in memory, or, where it does not fit, one segment at a time: its times are those with the segment's weights in. */
    private static TaskMemory resident(final TaskSet set, final Task task, final WcetSidecar.NetworkMemory needed) {
        final int segments = task.segments().size();
        final TaskMemory whole = needed.toTask(OptionalLong.empty(), segments);
        final Optional<DeviceMemory> memory = set.platform().devices().get(task.segments().getFirst().device()).memory();
        final long most = needed.constantBytes().stream().mapToLong(Long::longValue).max().orElse(0);
        return segments == 1 || most == 0 || memory.isEmpty() || whole.footprintBytes() <= memory.get().capacityBytes() ? whole
            : whole.withStreamBytes(OptionalLong.of(most));
    }

    /** Read before the first sample: a file that is replaced meanwhile is then another than this. */
    private static WcetSidecar.Provenance provenance(final TaskSet set, final Task task, final Path directory) {
        try {
            return WcetSidecar.Provenance.now(set, task, directory, task.model().orElseThrow() instanceof final ModelSource.OnnxFile file
                ? OnnxModel.filesBeside(directory.resolve(file.path())) : List.of());
        } catch (final IOException e) {
            throw new InvalidModelException("task '" + task.name() + "': its network cannot be read: " + e.getMessage(), e);
        }
    }

    private WcetSidecar.TaskWcet measure(
        final TaskSet set, final List<Device> devices, final Task task, final List<SegmentWork> works,
        final WcetSidecar.Provenance provenance, final Optional<WcetSidecar.NetworkMemory> memory, final Map<String, String> conditions,
        final BiConsumer<String, Double> progress) throws Exception {
        final ExecutionTimer timer = ExecutionTimer.of(OnnxNetworks.cores(set, task).size() <= 1);
        for (final Segment segment : task.segments()) {
            final DeviceSpec device = set.platform().devices().get(segment.device());
            if (!(devices.get(segment.device()) instanceof CudaDevice)) {
                conditions.put("times leave out", timer.leavesOut());
            } else if (device.driver().equals(CudaDevices.SOFTWARE)) {
                conditions.put("times on " + device.name(),
                    "by the clock of the software GPU; what other work takes from the host, which computes for it, counts");
            } else {
                conditions.put("times on " + device.name(), "by the clock of the GPU");
            }
        }
        final int segments = works.size();
        final long[][] samples = new long[segments][runs];
        final long pauseNs = task.isAlwaysReady() ? 0 : Math.min(task.periodNs(), PAUSES_NS / runs);
        conditions.put("pauses of " + task.name(), Durations.format(pauseNs)
            + (task.isAlwaysReady() ? ", for its next job follows at once" : " of its period of " + Durations.format(task.periodNs())));
        conditions.put("caches", "cold");
        for (int run = -WARM_UP_RUNS; run < runs; run++) {
            final long chainNs = Clock.SYSTEM.nanoTime();
            for (int i = 0; i < segments; i++) {
                SampleWatch.name(set.fieldOf(task, i), "segment " + i + " of '" + task.name()
                    + "' on '" + set.platform().devices().get(task.segments().get(i).device()).name() + "'");
                evict();
                final long ns = timeNs(devices.get(task.segments().get(i).device()), works.get(i), timer);
                if (run >= 0) {
                    samples[i][run] = ns;
                }
            }
            // A real-time thread that is busy for 95 % of a second is stopped by the system for the rest of it: leave it a tenth.
            final long tookNs = Clock.SYSTEM.nanoTime() - chainNs;
            LockSupport.parkNanos(Math.max(Math.max(LEAST_PAUSE_NS, tookNs / 9), run < 0 ? 0 : pauseNs - tookNs));
            progress.accept(task.name(), (run + 1.0 + WARM_UP_RUNS) / (runs + WARM_UP_RUNS));
        }
        final List<WcetSidecar.SegmentWcet> results = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            final Segment segment = task.segments().get(i);
            final DeviceSpec device = set.platform().devices().get(segment.device());
            final WcetRule.Chosen chosen = rule.choose(samples[i]);
            if (!chosen.refusal().isEmpty()) {
                refusals.put(task.name() + "[" + i + "]", chosen.refusal());
            }
            final boolean measured = device.kind() == DeviceKind.CPU || segment.wcetNs() == Segment.UNMEASURED;
            results.add(new WcetSidecar.SegmentWcet(i, device.name(), segment.precision(), measured ? chosen.wcetNs() : segment.wcetNs(),
                quantiles(samples[i]), measured ? chosen.basis() : Map.of()));
        }
        if (timer.longestNs() > 0) { // a GPU's own clock times its segments: nothing was taken from them
            conditions.put("longest of " + task.name() + " by the wall", Durations.format(timer.longestNs()));
            conditions.put("taken from " + task.name(), Durations.format(timer.takenNs()));
        }
        return new WcetSidecar.TaskWcet(task.name(), WcetSidecar.modelText(task.model().orElseThrow()),
            Optional.of(provenance), results, List.of(), memory);
    }

    /** A job finds in the caches what ran before it. */
    private void evict() {
        for (int i = 0; i < swept.length; i += LONGS_A_LINE) {
            swept[i]++;
        }
    }

    private static long timeNs(final Device device, final SegmentWork work, final ExecutionTimer timer) throws Exception {
        if (device instanceof CudaDevice) {
            if (work instanceof final CudaWork onGpu) {
                onGpu.bringIn();
            }
            SampleWatch.begin();
            final long elapsedNs = GpuSegmentTimer.elapsedNs(device, work);
            SampleWatch.end();
            return elapsedNs;
        }
        SampleWatch.begin();
        timer.begin();
        work.run(0);
        final long elapsedNs = timer.elapsedNs();
        SampleWatch.end();
        return elapsedNs;
    }

    /** Takes the quantiles of samples, which stay in their order. */
    static Quantiles quantiles(final long[] inOrder) {
        final long[] samples = inOrder.clone();
        Arrays.sort(samples);
        return new Quantiles(samples.length, at(samples, 0.5), at(samples, 0.99), at(samples, 0.999), samples[samples.length - 1]);
    }

    private static long at(final long[] sorted, final double share) {
        return sorted[(int) ((sorted.length - 1) * share)];
    }
}
