package org.tactus.internal.runtime;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.bindings.linux.RealTime;
import org.tactus.format.MachineName;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.edgetpu.EdgeTpuDevice;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.DispatchLoop;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.TaskReport;
import org.tactus.internal.sim.Simulation;
import org.tactus.internal.time.Clock;
import org.tactus.internal.watch.CountersFile;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.OverrunAction;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.DeviceResult;
import org.tactus.result.PlatformResult;
import org.tactus.result.PrecisionResult;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;

/**
 * Runs a task set inside the embedding program: analysis decides what is admitted, the kernel runs it, a result sets measured
 * beside bound. Control methods are for one thread at a time; {@link #release} is for any.
 * <pre>{@code
 * try (Tactus tactus = Tactus.open(set, TactusOptions.DEFAULT, works, KernelListener.NONE)) {
 *     tactus.start();
 *     ...
 *     RunResult result = tactus.stop();
 * }
 * }</pre>
 */
public final class TaskSetRun implements AutoCloseable {
    private static final long LEAD_NS = 50_000_000L;
    /** Before time zero the logs are opened and the whole set is analysed once more, which a loaded machine takes long over. */
    private static final long START_LEAD_NS = 300_000_000L;
    private static final int WARM_UP_JOBS = 20_000;

    private final TaskSet set;
    private final RunSettings options;
    private final WorkFactory factory;
    private final Kernel kernel;
    private final RunRecorder recorder;
    private final List<Device> devices = new ArrayList<>();
    private final Map<String, Integer> slots = new HashMap<>();
    private final Map<Integer, Task> admitted = new LinkedHashMap<>();
    private final Map<String, String> granted = new LinkedHashMap<>();
    private final AdmissionControl admission;
    private SporadicDriver sporadic;
    private long zeroNs;

    private TaskSetRun(
        final TaskSet set, final RunSettings options, final WorkFactory factory, final KernelListener listener,
        final EventHandler events) {
        this.set = set;
        this.options = options;
        this.factory = factory;
        set.requireOneSegmentWhereSwapped();
        openDevices();
        admission = new AdmissionControl(set, devices, options.force());
        if (options.realTime()) {
            granted.put("process", RealTime.lockMemory().text());
            granted.putAll(RealTimeSetup.throttlingWarnings(set));
        }
        final int bytes = Kernel.requiredBytes(options.kernel(), devices.size());
        final Optional<CountersFile> counters = counters(bytes);
        recorder = new RunRecorder(set, options, counters, listener, events);
        final AtomicBuffer memory = counters.map(CountersFile::hotState)
            .orElseGet(() -> new UnsafeBuffer(ByteBuffer.allocateDirect(bytes + 64).alignedSlice(64)));
        kernel = new Kernel(set, devices, memory, options.kernel(),
            admission, new RealTimeSetup(options.realTime()), recorder, recorder, Clock.SYSTEM);
    }

    /**
     * Prepares a kernel for a set; nothing runs yet.
     *
     * @param set      the set
     * @param options  settings
     * @param factory  prepares tasks' segments
     * @param listener told of misses, overruns, errors and lost devices, off the hot path
     * @param events   takes every event besides, on the monitor thread
     * @return the kernel, to be started
     * @throws InvalidTaskSetException for a device or a swapped task that this version cannot run
     */
    public static TaskSetRun open(
        final TaskSet set, final RunSettings options, final WorkFactory factory, final KernelListener listener,
        final EventHandler events) {
        return new TaskSetRun(set, options, factory, listener, events);
    }

    /**
     * Prepares a kernel for a set, for a program that needs no events.
     *
     * @param set      the set
     * @param options  settings
     * @param factory  prepares tasks' segments
     * @param listener told of misses, overruns, errors and lost devices, off the hot path
     * @return the kernel, to be started
     * @throws InvalidTaskSetException for a device or a swapped task that this version cannot run
     */
    public static TaskSetRun open(final TaskSet set, final RunSettings options, final WorkFactory factory, final KernelListener listener) {
        return open(set, options, factory, listener, EventHandler.NONE);
    }

    private void openDevices() {
        try {
            for (int i = 0; i < set.platform().devices().size(); i++) {
                devices.add(Devices.open(set, i, options));
            }
        } catch (final RuntimeException e) {
            devices.forEach(Device::close);
            throw e;
        }
    }

    /** The file by which another process can watch; a run without it is as good, so its absence is only told. */
    private Optional<CountersFile> counters(final int hotBytes) {
        if (!options.watchable()) {
            return Optional.empty();
        }
        try {
            return Optional.of(CountersFile.open(set.platform(), new CountersFile.Layout(
                options.kernel().taskCapacity(), options.kernel().segmentCapacity(), hotBytes), System.currentTimeMillis()));
        } catch (final IOException e) {
            granted.put("warning stat", "tactus stat cannot watch this run: " + e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Warms the path up, starts the dispatchers and admits the whole set; time zero lies shortly ahead.
     *
     * @throws AdmissionRefusedException when the analysis refuses the set, with the reason; nothing runs then
     * @throws InterruptedException      when interrupted meanwhile
     */
    public void start() throws InterruptedException {
        final Optional<String> refusal = admission.refusal(set);
        if (refusal.isPresent()) {
            throw new AdmissionRefusedException(refusal.get());
        }
        final DispatchLoop warmUp = new DispatchLoop();
        for (int i = 0; i < WARM_UP_JOBS; i++) {
            warmUp.periodicJob();
            warmUp.sporadicJob();
        }
        final int[] given = prepareAndAdmit();
        for (int i = 0; i < given.length; i++) {
            remember(given[i], set.tasks().get(i));
        }
        if (options.driveSporadic()) {
            final int[] driven = IntStream.range(0, given.length)
                .filter(i -> set.tasks().get(i).release() == Release.SPORADIC).toArray();
            sporadic = new SporadicDriver(kernel, IntStream.of(driven).map(i -> given[i]).toArray(),
                IntStream.of(driven).mapToLong(i -> set.tasks().get(i).periodNs()).toArray(), zeroNs, options.seed());
            sporadic.start();
        }
    }

    /** Prepares the works, starts the threads and admits the set; the works are closed when any of that fails. */
    private int[] prepareAndAdmit() throws InterruptedException {
        final List<List<SegmentWork>> works = new ArrayList<>();
        try {
            for (final Task task : set.tasks()) {
                works.add(factory.prepare(set, devices, task, options.seed()));
            }
            warnOfEvictions();
            kernel.start();
            rememberGranted();
            System.gc(); // the garbage of preparing is collected now, not in the middle of a run
            return kernel.addAll(set.tasks(), works, this::begin);
        } catch (final RuntimeException | InterruptedException e) {
            close(works);
            throw e;
        }
    }

    private static void close(final List<List<SegmentWork>> works) {
        works.forEach(segments -> segments.forEach(SegmentWork::close));
    }

    private void warnOfEvictions() {
        for (int i = 0; i < devices.size(); i++) {
            if (devices.get(i) instanceof final EdgeTpuDevice edgeTpu) {
                final String key = "warning " + set.platform().devices().get(i).name();
                edgeTpu.evictions().ifPresent(text -> granted.put(key, text));
            }
        }
    }

    /** Sets time zero, when all that is slow has been done. */
    private long begin() {
        zeroNs = Clock.SYSTEM.nanoTime() + START_LEAD_NS;
        recorder.begin(zeroNs, kernel::droppedEvents);
        return zeroNs;
    }

    private void rememberGranted() {
        kernel.granted().forEach(line -> granted.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2)));
    }

    private void remember(final int slot, final Task task) {
        slots.put(task.name(), slot);
        admitted.put(slot, task);
        recorder.show(slot, task, admission.boundNs(task));
    }

    /**
     * Admits another task while the others run.
     *
     * @param task the task; its devices are the set's
     * @throws AdmissionRefusedException when the analysis refuses, with the reason
     */
    public void add(final Task task) {
        admission.memoryRefusal(task).ifPresent(reason -> {
            throw new AdmissionRefusedException(reason);
        });
        final List<List<SegmentWork>> works = List.of(factory.prepare(set, devices, task, options.seed()));
        final int given;
        try {
            given = kernel.addAll(List.of(task), works, () -> Clock.SYSTEM.nanoTime() + LEAD_NS)[0];
        } catch (final RuntimeException e) {
            close(works);
            throw e;
        }
        remember(given, task);
        admitted.forEach((slot, other) -> recorder.showBound(slot, admission.boundNs(other)));
    }

    /**
     * Starts to remove a task; it counts for admissions until its last job is done.
     *
     * @param name the task
     */
    public void remove(final String name) {
        kernel.remove(slot(name));
    }

    /**
     * Requests a job of a sporadic task. Any thread; look the slot up once by {@link #slot}.
     *
     * @param slot the task's slot
     * @return one of {@link org.tactus.internal.policy.SporadicGate}'s codes
     */
    public int release(final int slot) {
        return kernel.release(slot);
    }

    /**
     * Finds a task's slot.
     *
     * @param name the task
     * @return its slot
     */
    public int slot(final String name) {
        final Integer slot = slots.get(name);
        if (slot == null) {
            throw new IllegalArgumentException("there is no task '" + name + "'; there are " + String.join(", ", slots.keySet()));
        }
        return slot;
    }

    /**
     * Jobs of a task that were completed so far; approximate while it runs. Allocates nothing.
     *
     * @param slot the task's slot
     * @return a count
     */
    public long completed(final int slot) {
        return kernel.completed(slot);
    }

    /**
     * What the analysis says of the tasks that run now.
     *
     * @return empty when no test applies and the set was forced
     */
    public Optional<Verdict> verdict() {
        return admission.verdict();
    }

    /**
     * What the system granted, by thread.
     *
     * @return a copy
     */
    public Map<String, String> granted() {
        return Map.copyOf(granted);
    }

    /**
     * Time zero of the offsets.
     *
     * @return nanoseconds of the system clock
     */
    public long zeroNs() {
        return zeroNs;
    }

    /**
     * Releases no further jobs, lets the live ones end, stops the threads and tells what happened.
     *
     * @return measured beside bound
     * @throws InterruptedException when interrupted meanwhile
     */
    public RunResult stop() throws InterruptedException {
        if (sporadic != null) {
            sporadic.stop();
        }
        final long endNs = Clock.SYSTEM.nanoTime() - zeroNs;
        final long longestNs = admitted.values().stream().mapToLong(Task::deadlineNs).max().orElse(0);
        final boolean ended = kernel.stop(2 * longestNs + LEAD_NS);
        rememberGranted(); // the monitor may have said its line after the start
        if (!ended) {
            granted.put("warning", "a dispatcher is stuck in a call, or waits for a segment, that does not return; its memory is left to"
                + " the process");
        }
        return result(endNs);
    }

    private RunResult result(final long endNs) {
        final List<Task> tasks = new ArrayList<>();
        final List<TaskResult> results = new ArrayList<>();
        final List<PrecisionResult> precisions = new ArrayList<>();
        for (final Map.Entry<Integer, Task> entry : admitted.entrySet()) {
            final Task task = entry.getValue();
            final TaskReport report = kernel.report(entry.getKey());
            tasks.add(task);
            results.add(TaskResult.of(task, admission.boundNs(task), new TaskResult.Counts(report.released(), report.completed(),
                report.unfinished(), report.aborted(), report.skipped(), report.misses(), report.overruns(), report.minNs(),
                report.maxNs()), report.responses()));
            if (PrecisionResult.concerns(task)) {
                precisions.add(PrecisionResult.of(task, report.completed(), report.substitutions(), report.slot()));
            }
        }
        final var stalls = recorder.finish(endNs);
        final WithoutStalls undisturbed =
            WithoutStalls.filter(tasks, results, recorder.jobs(), stalls, WithoutStalls.Reach.BACKLOG);
        final PlatformResult seen = kernel.platform(zeroNs);
        final PlatformResult platform = new PlatformResult(seen.curve(), seen.gaps(), seen.breaks(), seen.within() ? 0
            : WithoutStalls.filter(tasks, results, recorder.jobs(), seen.breaks().stream().map(PlatformResult.Break::window)
                .sorted(Comparator.comparingLong(Stall::atNs)).toList(), WithoutStalls.Reach.BACKLOG).touched(), ofBoundsNs());
        final List<DeviceResult> deviceResults = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            final DeviceSpec spec = set.platform().devices().get(i);
            deviceResults.add(new DeviceResult(spec.name(), spec.kind().text(), driver(i), kernel.busyNs(i),
                endNs <= 0 ? 0 : (double) kernel.busyNs(i) / endNs, kernel.swapCounts(i).map(Simulation::swapped)));
        }
        final Map<String, Long> noise = new LinkedHashMap<>(recorder.noise());
        noise.put("largestIdleGapNs", kernel.noiseFloorNs());
        noise.put("stallThresholdNs", options.kernel().stallThresholdNs());
        final RunResult.Conditions conditions =
            new RunResult.Conditions(machineFacts(), granted, noise, collector(), set.overheads());
        final String test = admission.verdict().map(Verdict::test).orElse("");
        return new RunResult("run", set.name(), set.policy().text(), test, options.seed(), endNs, conditions, results,
            undisturbed, stalls, deviceResults, boundsVoid(tasks, undisturbed.tasks()), kernel.droppedEvents(), precisions,
            platform);
    }

    /** How much of each bound is the platform's; empty where it takes nothing, for explanations take an analysis. */
    private Map<String, Long> ofBoundsNs() {
        final Map<String, Long> shares = new LinkedHashMap<>();
        if (!set.overheads().supply().isNone() || set.overheads().stallNs() > 0) {
            admission.verdict().ifPresent(verdict -> verdict.tasks().stream().filter(TaskVerdict::bounded)
                .forEach(task -> shares.put(task.name(), task.platformNs())));
        }
        return shares;
    }

    /** Why bounds do not hold: an overrun that was let go on, unless a stall explains it. */
    private static String boundsVoid(final List<Task> tasks, final List<TaskResult> results) {
        for (int i = 0; i < tasks.size(); i++) {
            if (results.get(i).overruns() > 0 && tasks.get(i).onOverrun() == OverrunAction.CONTINUE) {
                return "segments of " + tasks.get(i).name() + " ran past their WCET " + results.get(i).overruns()
                    + " times and were let go on; a bound holds only while WCETs hold";
            }
        }
        return "";
    }

    /** A CPU device computes with whatever its works use. */
    private String driver(final int device) {
        return set.platform().devices().get(device).kind() == DeviceKind.CPU ? factory.driver() : devices.get(device).driver();
    }

    private static Map<String, String> machineFacts() {
        return Map.of("name", MachineName.current(), "kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"),
            "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    }

    private static String collector() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().map(GarbageCollectorMXBean::getName)
            .collect(Collectors.joining(", "));
    }

    /**
     * The HdrHistograms of all responses, by task name; call it after {@link #stop}.
     *
     * @return in the order of admission
     */
    public Map<String, Histogram> histograms() {
        final Map<String, Histogram> histograms = new LinkedHashMap<>();
        admitted.forEach((slot, task) -> histograms.put(task.name(), kernel.report(slot).responses()));
        return histograms;
    }

    @Override
    public void close() {
        kernel.close();
        recorder.close();
    }
}
