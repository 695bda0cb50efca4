package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.SplitMix64;
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.PlatformResult;
import org.tactus.supply.CoreSupply;

/**
 * Runs a task set in real time: the control side, over a {@link TaskTable}, a {@link DispatcherGroup} and a {@link Monitor}.
 * Made, started, changed and stopped by control threads, whose calls are serialised here; {@link #release} is for any thread.
 */
public final class Kernel implements AutoCloseable {
    private static final long DRAIN_POLL_NS = 100_000;
    private static final int HISTOGRAM_DIGITS = 3;

    private final TaskSet base;
    private final Clock clock;
    private final Admission admission;
    private final PolicyState state;
    private final SporadicGate gate;
    private final TaskTable tasks;
    private final DispatcherGroup group;
    private final Monitor monitor;
    private boolean started;
    private boolean stopped;
    private long endNs;

    /**
     * Makes a kernel without tasks; nothing runs yet.
     *
     * @param base      policy, overheads and platform; its tasks are not admitted by this
     * @param devices   one for each of the platform's, in its order; closed with the kernel
     * @param memory    zeroed memory for the hot state, at least {@link #requiredBytes}
     * @param options   settings
     * @param admission asked before a task is taken
     * @param setup     gives threads what the machine permits
     * @param listener  told what the monitor sees
     * @param sink      takes every event, on the monitor thread
     * @param clock     the time
     */
    public Kernel(
        final TaskSet base, final List<Device> devices, final AtomicBuffer memory, final KernelOptions options,
        final Admission admission, final ThreadSetup setup, final KernelListener listener, final EventHandler sink,
        final Clock clock) {
        this.base = base;
        this.clock = clock;
        this.admission = admission;
        final Overheads overheads = base.overheads();
        final long toleranceNs = overheads.dispatchNs() + overheads.completionNs();
        state = new PolicyState(memory, base.policy(), options.taskCapacity(), options.segmentCapacity(), devices.size());
        state.overrunToleranceNs(toleranceNs);
        gate = new SporadicGate(state);
        tasks = new TaskTable(options);
        group = new DispatcherGroup(base.platform(), overheads, devices, state, tasks, options, setup, clock);
        monitor = new Monitor(group, tasks, state, toleranceNs, options, setup, listener, sink, clock);
    }

    /**
     * Bytes of hot state.
     *
     * @param options settings
     * @param devices number of devices
     * @return bytes
     */
    public static int requiredBytes(final KernelOptions options, final int devices) {
        return PolicyState.requiredBytes(options.taskCapacity(), options.segmentCapacity(), devices);
    }

    /**
     * Starts the dispatchers and the monitor and returns when each has set itself up.
     *
     * @throws InterruptedException when interrupted meanwhile
     */
    public synchronized void start() throws InterruptedException {
        if (started) {
            throw new IllegalStateException("the kernel was started before; make a new one");
        }
        started = true;
        group.start();
        monitor.start();
        group.awaitReady();
    }

    /**
     * Admits several tasks at once, asking the analysis once for all, with one common time zero.
     *
     * @param additions what to admit
     * @param segments  prepared segments of each task, in order; closed by the kernel when the task is gone, by the caller when
     *                  this throws
     * @param zeroNs    time zero of the tasks' offsets, in this kernel's clock; should lie ahead
     * @return the slots, in order
     * @throws AdmissionRefusedException when the analysis refuses, or the tables are full
     */
    public int[] addAll(final List<Task> additions, final List<List<SegmentWork>> segments, final long zeroNs) {
        return addAll(additions, segments, () -> zeroNs);
    }

    /**
     * Admits several tasks at once; time zero is asked for when their memory has been laid out on the devices, which may take long.
     *
     * @param additions what to admit
     * @param segments  prepared segments of each task, in order; closed by the kernel when the task is gone, by the caller when
     *                  this throws
     * @param zeroNs    asked once; time zero of the tasks' offsets, in this kernel's clock; should lie ahead
     * @return the slots, in order
     * @throws AdmissionRefusedException when the analysis refuses, or the tables are full
     */
    public synchronized int[] addAll(
        final List<Task> additions, final List<List<SegmentWork>> segments, final LongSupplier zeroNs) {
        requireRunning();
        reclaim();
        final List<Task> candidate = tasks.tasks();
        for (final Task task : additions) {
            if (candidate.stream().anyMatch(other -> other.name().equals(task.name()))) {
                throw new AdmissionRefusedException("a task named '" + task.name() + "' is there already; names must differ");
            }
            candidate.add(task);
        }
        for (final Task task : additions) {
            for (final int device : TaskTable.devicesOf(task)) {
                if (isLost(device)) {
                    throw new AdmissionRefusedException("device '" + group.deviceName(device) + "' of task '"
                        + task.name() + "' is lost; no task can run on it");
                }
            }
        }
        final Optional<String> refusal = admission.refusal(
            new TaskSet(base.name(), base.policy(), base.overheads(), base.platform(), candidate));
        if (refusal.isPresent()) {
            throw new AdmissionRefusedException(refusal.get());
        }
        final int[] slots = new int[additions.size()];
        final long firstNs;
        try {
            defineAll(additions, segments, slots);
            firstNs = zeroNs.getAsLong();
        } catch (final RuntimeException e) {
            undefine(additions, e);
            throw e;
        }
        for (int i = 0; i < slots.length; i++) {
            admit(slots[i], firstNs + additions.get(i).offsetNs());
        }
        return slots;
    }

    private void defineAll(final List<Task> additions, final List<List<SegmentWork>> segments, final int[] slots) {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = tasks.put(additions.get(i), segments.get(i));
            define(slots[i], additions.get(i));
        }
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.driver.defined();
        }
    }

    /** Takes back what was laid out of tasks that no dispatcher knows yet. */
    private void undefine(final List<Task> additions, final RuntimeException cause) {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            final Task task = tasks.task(slot);
            if (task != null && additions.contains(task)) { // by name, which no other task has
                for (final int device : TaskTable.devicesOf(task)) {
                    try {
                        group.dispatchers()[device].driver.forget(slot);
                    } catch (final RuntimeException e) {
                        cause.addSuppressed(e);
                    }
                }
                tasks.remove(slot);
            }
        }
    }

    private void define(final int slot, final Task task) {
        final long longestNs = Math.max(1_000_000_000L, Math.min(task.deadlineNs(), Long.MAX_VALUE / 128) * 64);
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.recorder.prepare(slot, TaskTable.lastDevices(task).contains(dispatcher.device)
                ? new Histogram(longestNs, HISTOGRAM_DIGITS) : null);
        }
        state.define(slot, task, tasks.firstSegment(slot), slot * SplitMix64.GAMMA);
        for (final int device : TaskTable.devicesOf(task)) {
            final Dispatcher dispatcher = group.dispatchers()[device];
            dispatcher.driver.define(slot, task);
            if (dispatcher.memory != null) {
                dispatcher.memory.define(slot, task);
            }
        }
    }

    private void admit(final int slot, final long firstNominalNs) {
        final Task task = tasks.task(slot);
        final int home = TaskTable.homeDevice(task);
        for (final int device : TaskTable.devicesOf(task)) {
            if (device != home) {
                // Before the home may release: a dispatcher that is touched must know, or it could sleep past a hand-over.
                group.send(device, CommandDescriptor.TOUCH, slot, 0);
            }
        }
        group.send(home, CommandDescriptor.ADMIT, slot, firstNominalNs);
    }

    /**
     * Starts to remove a task: no further job is released, a live one ends after its running segment. The task counts for
     * admissions until then.
     *
     * @param slot the task's slot
     */
    public synchronized void remove(final int slot) {
        if (tasks.markRemoving(slot)) {
            state.requestStop(slot);
            group.send(TaskTable.homeDevice(tasks.task(slot)), CommandDescriptor.STOP, slot, 0);
        }
    }

    /**
     * Tells whether a task is gone: stopped, its last job done.
     *
     * @param slot its slot
     * @return true when gone
     */
    public boolean isStopped(final int slot) {
        return state.isStopped(slot);
    }

    /** Frees the slots of tasks that were removed and have stopped. */
    private void reclaim() {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.isRemoving(slot) && state.isStopped(slot)) {
                for (final int device : TaskTable.devicesOf(tasks.task(slot))) {
                    group.send(device, CommandDescriptor.FORGET, slot, 0);
                    final Dispatcher dispatcher = group.dispatchers()[device];
                    if (dispatcher.memory == null || group.awaitForgotten(device, slot)) {
                        dispatcher.driver.forget(slot);
                    }
                }
                tasks.clear(slot);
            }
        }
    }

    /**
     * Requests a job of a sporadic task. Any thread, lock-free, allocation-free.
     *
     * @param slot the task's slot
     * @return one of {@link SporadicGate}'s codes
     */
    public int release(final int slot) {
        return gate.release(slot, clock.nanoTime());
    }

    /**
     * Stops the kernel: no further releases count, live jobs are drained or aborted, threads end, devices and segments are
     * closed. Memory that a lost device may still use is left to the process.
     *
     * @param drainNs how long to wait for live jobs; 0 aborts them
     * @return true when every dispatcher ended; false when one is stuck in a call or waits for a segment that does not return
     * @throws InterruptedException when interrupted meanwhile
     */
    public synchronized boolean stop(final long drainNs) throws InterruptedException {
        requireRunning();
        stopped = true;
        endNs = clock.nanoTime();
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null) {
                if (drainNs == 0) {
                    state.requestStop(slot);
                }
                group.send(TaskTable.homeDevice(tasks.task(slot)), CommandDescriptor.QUIESCE, slot, 0);
            }
        }
        final long limitNs = endNs + drainNs;
        while (anyLive() && clock.nanoTime() < limitNs) {
            LockSupport.parkNanos(DRAIN_POLL_NS);
        }
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null) {
                state.requestStop(slot);
            }
        }
        final boolean ended = group.shutDown();
        monitor.shutDown();
        return ended;
    }

    private boolean anyLive() {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null && (state.isLive(slot) || state.isArriving(slot)) && !touchesLost(tasks.task(slot))) {
                return true;
            }
        }
        return false;
    }

    private boolean touchesLost(final Task task) {
        return TaskTable.devicesOf(task).stream().anyMatch(group::isLost);
    }

    private void requireRunning() {
        if (!started || stopped) {
            throw new IllegalStateException(stopped ? "the kernel has stopped" : "the kernel was not started");
        }
    }

    /**
     * What was counted of a task; call it after {@link #stop}.
     *
     * @param slot its slot
     * @return the counts
     */
    public TaskReport report(final int slot) {
        return TaskReport.sum(slot, TaskTable.lastDevices(tasks.task(slot)), group.dispatchers(), state, endNs);
    }

    /**
     * Jobs of a task that were completed so far; approximate while the kernel runs. Allocates nothing.
     *
     * @param slot its slot
     * @return a count
     */
    public long completed(final int slot) {
        long completed = 0;
        for (final Dispatcher dispatcher : group.dispatchers()) {
            completed += dispatcher.recorder.completed[slot];
        }
        return completed;
    }

    /**
     * Time during which segments ran on a device; call it after {@link #stop}.
     *
     * @param device index of the device
     * @return nanoseconds
     */
    public long busyNs(final int device) {
        return group.dispatchers()[device].busyNs();
    }

    /**
     * What a device's copy engines did; call it after {@link #stop}.
     *
     * @param device index of the device
     * @return the counts; empty where memory is not scheduled
     */
    public Optional<SwapCounts> swapCounts(final int device) {
        return Optional.ofNullable(group.dispatchers()[device].memory).map(SwapDriver::counts);
    }

    /**
     * Events that were dropped because a ring was full; call it after {@link #stop}.
     *
     * @return a count
     */
    public long droppedEvents() {
        long dropped = 0;
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dropped += dispatcher.recorder.events.dropped();
        }
        return dropped;
    }

    /**
     * What dispatchers saw of the platform beside the curves of the set; call it after {@link #stop}.
     *
     * @param zeroNs time zero; breaks before it are left out
     * @return without jobs, which the kernel does not know any more
     */
    public PlatformResult platform(final long zeroNs) {
        final CoreSupply supply = base.overheads().supply();
        if (supply.isNone()) {
            return PlatformResult.NONE;
        }
        final List<PlatformResult.Break> breaks = new ArrayList<>();
        long gaps = 0;
        for (final PlatformWatch watch : group.watches()) {
            breaks.addAll(watch.breaks(zeroNs));
            gaps += watch.gaps();
        }
        breaks.sort(Comparator.comparingLong(PlatformResult.Break::atNs));
        return new PlatformResult(Optional.of(supply.ofCore().isEmpty() ? "declared" : "calibrated"), gaps, breaks, 0);
    }

    /**
     * Longest idle gap that was not called a stall; call it after {@link #stop}.
     *
     * @return nanoseconds
     */
    public long noiseFloorNs() {
        return group.largestGapNs();
    }

    /**
     * What each thread was granted.
     *
     * @return one line a thread
     */
    public List<String> granted() {
        final List<String> lines = new ArrayList<>(group.granted());
        lines.add(monitor.granted());
        return lines;
    }

    /**
     * Why a task's segment broke.
     *
     * @param slot its slot
     * @return the cause, or null. Exact once its error was reported to the listener, or after {@link #stop}
     */
    public Throwable error(final int slot) {
        return tasks.errors[slot];
    }

    /**
     * Tells whether a device was declared lost.
     *
     * @param device index of the device
     * @return true when lost
     */
    public boolean isLost(final int device) {
        return group.isLost(device);
    }

    @Override
    public synchronized void close() {
        if (started && !stopped) {
            try {
                stop(0);
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (group.anyAlive()) {
            return; // a call or a segment that does not return may still use this memory: it stays until the process ends
        }
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null) {
                tasks.clear(slot);
            }
        }
        group.closeDevices();
    }
}
