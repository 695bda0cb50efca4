package org.tactus;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.tactus.analysis.Verdict;
import org.tactus.device.Device;
import org.tactus.device.SegmentWork;
import org.tactus.device.edgetpu.EdgeTpuDevice;
import org.tactus.format.MachineName;
import org.tactus.kernel.AdmissionRefusedException;
import org.tactus.kernel.Closing;
import org.tactus.kernel.DispatchLoop;
import org.tactus.kernel.Kernel;
import org.tactus.kernel.KernelListener;
import org.tactus.kernel.TaskReport;
import org.tactus.kernel.ThreadEnd;
import org.tactus.memory.Undo;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.OverrunAction;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.sim.Simulation;
import org.tactus.time.Clock;
import org.tactus.trace.DeviceResult;
import org.tactus.trace.EventHandler;
import org.tactus.trace.PrecisionResult;
import org.tactus.trace.RunResult;
import org.tactus.trace.TaskResult;
import org.tactus.trace.WithoutStalls;

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
public final class Tactus implements AutoCloseable {
    private static final long LEAD_NS = 50_000_000L;
    /** Before time zero the logs are opened and the whole set is analysed once more, which a loaded machine takes long over. */
    private static final long START_LEAD_NS = 300_000_000L;
    private static final int WARM_UP_JOBS = 20_000;

    private final TaskSet set;
    private final TactusOptions options;
    private final WorkFactory factory;
    private final Kernel kernel;
    private final RunRecorder recorder;
    private final RunResources resources;
    private final List<Device> devices;
    private final Map<String, Integer> slots = new HashMap<>();
    private final Map<Integer, Task> admitted = new LinkedHashMap<>();
    private final Map<String, String> granted = new LinkedHashMap<>();
    private final AdmissionControl admission;
    /** Kept when the run has ended, for every later call. */
    private final Map<String, Histogram> histograms = new LinkedHashMap<>();
    private RunResult result;
    private SporadicDriver sporadic;
    private boolean startedOnce;
    private boolean closed;
    private long zeroNs;

    private Tactus(
        final TaskSet set, final TactusOptions options, final WorkFactory factory, final KernelListener listener,
        final EventHandler events) {
        this.set = set;
        this.options = options;
        this.factory = factory;
        set.requireOneSegmentWhereSwapped();
        resources = new RunResources(set, options, granted);
        devices = resources.devices();
        try {
            admission = new AdmissionControl(set, devices, options.force());
            recorder = new RunRecorder(set, options, resources.counters(), listener, events);
            kernel = new Kernel(set, devices, resources.hotState(), options.kernel(),
                admission, new RealTimeSetup(options.realTime()), recorder, recorder, Clock.SYSTEM);
        } catch (final Throwable e) {
            resources.abandon(e);
            throw e;
        }
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
    public static Tactus open(
        final TaskSet set, final TactusOptions options, final WorkFactory factory, final KernelListener listener,
        final EventHandler events) {
        return new Tactus(set, options, factory, listener, events);
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
    public static Tactus open(final TaskSet set, final TactusOptions options, final WorkFactory factory, final KernelListener listener) {
        return open(set, options, factory, listener, EventHandler.NONE);
    }

    /**
     * Warms the path up, starts the dispatchers and admits the whole set; time zero lies shortly ahead. When this throws anything but that
     * it was called before, everything is closed.
     *
     * @throws AdmissionRefusedException when the analysis refuses the set, with the reason; nothing runs then
     * @throws IllegalStateException     when it was started before, has been stopped, or was closed
     * @throws InterruptedException      when interrupted meanwhile; nothing runs then
     */
    public synchronized void start() throws InterruptedException {
        if (startedOnce || closed || result != null) {
            throw new IllegalStateException("it was " + (closed ? "closed" : result != null ? "stopped" : "started before")
                + ", and one of these runs once; open another");
        }
        startedOnce = true;
        try {
            startOnce();
        } catch (final Throwable e) {
            final Undo started = new Undo();
            started.add(this::close);
            started.run(e);
            throw e;
        }
    }

    private void startOnce() throws InterruptedException {
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
        } catch (final Throwable e) {
            close(works, e);
            throw e;
        }
    }

    /** Closes works that no task has taken, because of what broke, which gets what breaks meanwhile. */
    private static void close(final List<List<SegmentWork>> works, final Throwable cause) {
        final Undo all = new Undo();
        works.forEach(segments -> segments.forEach(work -> all.add(work::close)));
        all.run(cause);
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
    public synchronized void add(final Task task) {
        if (closed || result != null) {
            throw new IllegalStateException("it was " + (closed ? "closed" : "stopped") + "; open another to run '" + task.name() + "'");
        }
        admission.memoryRefusal(task).ifPresent(reason -> {
            throw new AdmissionRefusedException(reason);
        });
        final List<List<SegmentWork>> works = List.of(factory.prepare(set, devices, task, options.seed()));
        final int given;
        try {
            given = kernel.addAll(List.of(task), works, () -> Clock.SYSTEM.nanoTime() + LEAD_NS)[0];
        } catch (final Throwable e) {
            close(works, e);
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
     * @return one of {@link org.tactus.policy.SporadicGate}'s codes
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
     * Releases no further jobs, lets the live ones end, stops the threads and tells what happened. A second call, also after
     * {@link #close}, returns the same result; that of a run that did not begin has no tasks. Any thread.
     *
     * <p>Live jobs get twice the longest deadline and 50 ms to end, threads {@link Kernel#STOP_NS} and {@link ThreadEnd#PATIENCE_NS};
     * then what is stuck is left alone, and the result says so. What remains is the time that the result takes to compute.
     *
     * @return measured beside bound
     * @throws InterruptedException when interrupted before or meanwhile: the live jobs got no more time, the run has ended all the
     *                              same, and another call returns its result
     */
    public synchronized RunResult stop() throws InterruptedException {
        if (result == null) {
            final long longestNs = admitted.values().stream().mapToLong(Task::deadlineNs).max().orElse(0);
            end(Math.min(longestNs, Long.MAX_VALUE / 4) * 2 + LEAD_NS);
            if (Thread.interrupted()) {
                throw new InterruptedException("the run was ended without waiting for its live jobs; another stop() returns its result");
            }
        }
        return result;
    }

    /** Ends the run and keeps what there is to tell of it; an interrupt stays pending. */
    private void end(final long drainNs) {
        if (sporadic != null) {
            sporadic.stop();
        }
        final long endNs = zeroNs == 0 ? 0 : Clock.SYSTEM.nanoTime() - zeroNs;
        if (kernel.isStarted() && !kernel.stop(drainNs)) {
            granted.put("warning", "a dispatcher is stuck in a call, or waits for a segment, that does not return; its memory is left to"
                + " the process until it does");
        }
        rememberGranted(); // the monitor may have said its line after the start
        final boolean interrupted = Thread.interrupted(); // which would close the files that the result is made from
        try {
            admitted.forEach((slot, task) -> histograms.put(task.name(), kernel.report(slot).responses()));
            result = result(endNs);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
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
        final WithoutStalls undisturbed = recorder.jobs() == null ? new WithoutStalls(results, 0, 0) // it did not begin
            : WithoutStalls.filter(tasks, results, recorder.jobs(), stalls, WithoutStalls.Reach.BACKLOG);
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
            undisturbed, stalls, deviceResults, boundsVoid(tasks, undisturbed.tasks()), kernel.droppedEvents(), precisions);
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
     * The HdrHistograms of all responses, by task name; call it after {@link #stop} or {@link #close}.
     *
     * @return in the order of admission
     * @throws IllegalStateException before
     */
    public synchronized Map<String, Histogram> histograms() {
        if (result == null) {
            throw new IllegalStateException("the histograms are still written to; call stop() before");
        }
        return Collections.unmodifiableMap(histograms);
    }

    /**
     * Ends the run, without more time for live jobs unless it was stopped before, and gives everything back; {@link #stop} goes on to
     * return the result. A second call does nothing. An interrupt changes nothing and stays pending. Any thread.
     *
     * @throws RuntimeException what the first thing threw that could not be closed; all others are closed
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        final boolean interrupted = Thread.interrupted(); // which would close files in the middle of writing
        final Closing closing = new Closing();
        if (result == null) {
            closing.attempt(() -> end(0));
        }
        closing.attempt(kernel::close);
        closing.attempt(recorder::close);
        closing.attempt(resources::close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        closing.finish();
    }
}
