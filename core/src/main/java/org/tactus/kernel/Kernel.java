package org.tactus.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.device.Device;
import org.tactus.device.SegmentWork;
import org.tactus.model.DeviceKind;
import org.tactus.model.OverrunAction;
import org.tactus.model.Overheads;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.policy.PolicyState;
import org.tactus.policy.SporadicGate;
import org.tactus.time.Clock;
import org.tactus.trace.EventHandler;
import org.tactus.trace.EventRing;

/**
 * Runs a task set in real time. Made, started, changed and stopped by control threads, whose calls are serialised here;
 * {@link #release} is for any thread.
 */
public final class Kernel implements AutoCloseable {
    private static final long COMMAND_RETRY_NS = 100_000;
    private static final int HISTOGRAM_DIGITS = 3;

    private final TaskSet base;
    private final KernelOptions options;
    private final Clock clock;
    private final Admission admission;
    private final ThreadSetup setup;
    private final PolicyState state;
    private final SporadicGate gate;
    private final Dispatcher[] dispatchers;
    private final DispatcherThread[] threadOfDevice;
    private final List<DispatcherThread> threads = new ArrayList<>();
    private final Monitor monitor;
    private final CountDownLatch ready;
    private final SegmentWork[] works;
    private final Throwable[] errors;
    private final Task[] tasks;
    private final int[] firstSegments;
    private final long[] budgetsNs;
    private final boolean[] removing;
    private final AtomicIntegerArray lostDevices;
    private final long toleranceNs;
    private volatile String monitorGranted = "not started";
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
        this.options = options;
        this.clock = clock;
        this.admission = admission;
        this.setup = setup;
        final int count = devices.size();
        final Overheads overheads = base.overheads();
        toleranceNs = overheads.dispatchNs() + overheads.completionNs();
        state = new PolicyState(memory, base.policy(), options.taskCapacity(), options.segmentCapacity(), count);
        state.overrunToleranceNs(toleranceNs);
        gate = new SporadicGate(state);
        works = new SegmentWork[options.segmentCapacity()];
        budgetsNs = new long[options.segmentCapacity()];
        errors = new Throwable[options.taskCapacity()];
        tasks = new Task[options.taskCapacity()];
        firstSegments = new int[options.taskCapacity()];
        removing = new boolean[options.taskCapacity()];
        lostDevices = new AtomicIntegerArray(count);
        dispatchers = new Dispatcher[count];
        threadOfDevice = new DispatcherThread[count];
        for (int i = 0; i < count; i++) {
            final Recorder recorder = new Recorder(i, options.taskCapacity(), new EventRing(options.eventRingBytes()));
            dispatchers[i] = new Dispatcher(
                i, devices.get(i), state, recorder, clock, options.stallThresholdNs(), works, errors, dispatchers);
        }
        ready = new CountDownLatch(threadCount());
        makeThreads();
        monitor = new Monitor(this, dispatchers, listener, sink, clock, options);
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

    private boolean shares(final int device) {
        return options.shareAccelerators() && base.platform().devices().get(device).kind() != DeviceKind.CPU;
    }

    private int threadCount() {
        int count = 0;
        boolean shared = false;
        for (int i = 0; i < dispatchers.length; i++) {
            if (!shares(i)) {
                count++;
            } else if (!shared) {
                shared = true;
                count++;
            }
        }
        return count;
    }

    private void makeThreads() {
        final List<Dispatcher> together = new ArrayList<>();
        final Set<Integer> togetherCores = new HashSet<>();
        for (int i = 0; i < dispatchers.length; i++) {
            if (shares(i)) {
                together.add(dispatchers[i]);
                togetherCores.addAll(base.platform().devices().get(i).cores());
            } else {
                threadOfDevice[i] = newThread(base.platform().devices().get(i).name(), List.of(dispatchers[i]),
                    base.platform().devices().get(i).cores());
            }
        }
        if (!together.isEmpty()) {
            final DispatcherThread thread = newThread("accelerators", together, List.copyOf(togetherCores));
            together.forEach(dispatcher -> threadOfDevice[dispatcher.device] = thread);
        }
    }

    private DispatcherThread newThread(final String name, final List<Dispatcher> agents, final List<Integer> cores) {
        final DispatcherThread thread =
            new DispatcherThread("tactus-" + name, agents, options, clock, setup, cores, ready);
        threads.add(thread);
        return thread;
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
        threads.forEach(DispatcherThread::start);
        monitor.start();
        ready.await();
    }

    /**
     * Admits several tasks at once, asking the analysis once for all, with one common time zero.
     *
     * @param additions what to admit
     * @param segments  prepared segments of each task, in order; closed by the kernel when the task is gone
     * @param zeroNs    time zero of the tasks' offsets, in this kernel's clock; should lie ahead
     * @return the slots, in order
     * @throws AdmissionRefusedException when the analysis refuses, or the tables are full
     */
    public synchronized int[] addAll(
        final List<Task> additions, final List<List<SegmentWork>> segments, final long zeroNs) {
        requireRunning();
        reclaim();
        final List<Task> candidate = new ArrayList<>(liveTasks());
        for (final Task task : additions) {
            if (candidate.stream().anyMatch(other -> other.name().equals(task.name()))) {
                throw new AdmissionRefusedException("a task named '" + task.name() + "' is there already; names must differ");
            }
            candidate.add(task);
        }
        for (final Task task : additions) {
            for (final Segment segment : task.segments()) {
                if (isLost(segment.device())) {
                    throw new AdmissionRefusedException("device '" + base.platform().devices().get(segment.device()).name()
                        + "' of task '" + task.name() + "' is lost; no task can run on it");
                }
            }
        }
        final Optional<String> refusal = admission.refusal(
            new TaskSet(base.name(), base.policy(), base.overheads(), base.platform(), candidate));
        if (refusal.isPresent()) {
            throw new AdmissionRefusedException(refusal.get());
        }
        final int[] slots = new int[additions.size()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = define(additions.get(i), segments.get(i));
        }
        for (int i = 0; i < slots.length; i++) {
            admit(slots[i], zeroNs + additions.get(i).offsetNs());
        }
        return slots;
    }

    private List<Task> liveTasks() {
        final List<Task> live = new ArrayList<>();
        for (final Task task : tasks) {
            if (task != null) {
                live.add(task);
            }
        }
        return live;
    }

    private int define(final Task task, final List<SegmentWork> segments) {
        final int slot = freeSlot();
        final int first = freeSegments(segments.size());
        for (int i = 0; i < segments.size(); i++) {
            works[first + i] = segments.get(i);
            budgetsNs[first + i] = task.segments().get(i).wcetNs() + toleranceNs;
        }
        firstSegments[slot] = first;
        tasks[slot] = task;
        errors[slot] = null;
        removing[slot] = false;
        final long longestNs = Math.max(1_000_000_000L, Math.min(task.deadlineNs(), Long.MAX_VALUE / 128) * 64);
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.recorder.prepare(slot, dispatcher.device == lastDevice(task)
                ? new Histogram(longestNs, HISTOGRAM_DIGITS) : null);
        }
        state.define(slot, task, first, slot * 0x9E3779B97F4A7C15L);
        return slot;
    }

    private static int homeDevice(final Task task) {
        return task.segments().getFirst().device();
    }

    private static int lastDevice(final Task task) {
        return task.segments().getLast().device();
    }

    private int freeSlot() {
        for (int i = 0; i < tasks.length; i++) {
            if (tasks[i] == null) {
                return i;
            }
        }
        throw new AdmissionRefusedException("the kernel holds " + tasks.length + " tasks and no more; make it with more capacity");
    }

    private int freeSegments(final int count) {
        int run = 0;
        for (int i = 0; i < works.length; i++) {
            run = works[i] == null ? run + 1 : 0;
            if (run == count) {
                return i - count + 1;
            }
        }
        throw new AdmissionRefusedException(
            "the kernel holds " + works.length + " segments and no more; make it with more capacity");
    }

    private void admit(final int slot, final long firstNominalNs) {
        final Task task = tasks[slot];
        final int home = homeDevice(task);
        for (final int device : devicesOf(task)) {
            if (device != home) {
                // Before the home may release: a dispatcher that is touched must know, or it could sleep past a hand-over.
                send(device, CommandDescriptor.TOUCH, slot, 0);
            }
        }
        send(home, CommandDescriptor.ADMIT, slot, firstNominalNs);
    }

    private static Set<Integer> devicesOf(final Task task) {
        final Set<Integer> devices = new HashSet<>();
        task.segments().forEach(segment -> devices.add(segment.device()));
        return devices;
    }

    private void send(final int device, final int type, final int slot, final long firstNominalNs) {
        while (!dispatchers[device].command(type, slot, firstNominalNs)) {
            if (isLost(device) || threadOfDevice[device].death() != null) {
                return; // nobody will ever read it
            }
            LockSupport.parkNanos(COMMAND_RETRY_NS);
        }
        threadOfDevice[device].wake();
    }

    /**
     * Starts to remove a task: no further job is released, a live one ends after its running segment. The task counts for
     * admissions until then.
     *
     * @param slot the task's slot
     */
    public synchronized void remove(final int slot) {
        if (tasks[slot] != null && !removing[slot]) {
            removing[slot] = true;
            state.requestStop(slot);
            send(homeDevice(tasks[slot]), CommandDescriptor.STOP, slot, 0);
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
        for (int slot = 0; slot < tasks.length; slot++) {
            if (tasks[slot] != null && removing[slot] && state.isStopped(slot)) {
                for (final int device : devicesOf(tasks[slot])) {
                    send(device, CommandDescriptor.FORGET, slot, 0);
                }
                closeWorks(slot);
                tasks[slot] = null;
            }
        }
    }

    private void closeWorks(final int slot) {
        for (int i = 0; i < tasks[slot].segments().size(); i++) {
            works[firstSegments[slot] + i].close();
            works[firstSegments[slot] + i] = null;
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
     * @return true when every dispatcher ended; false when one is stuck in a call that does not return
     * @throws InterruptedException when interrupted meanwhile
     */
    public synchronized boolean stop(final long drainNs) throws InterruptedException {
        requireRunning();
        stopped = true;
        endNs = clock.nanoTime();
        for (int slot = 0; slot < tasks.length; slot++) {
            if (tasks[slot] != null) {
                if (drainNs == 0) {
                    state.requestStop(slot);
                }
                send(homeDevice(tasks[slot]), CommandDescriptor.QUIESCE, slot, 0);
            }
        }
        final long limitNs = endNs + drainNs;
        while (anyLive() && clock.nanoTime() < limitNs) {
            LockSupport.parkNanos(COMMAND_RETRY_NS);
        }
        for (int slot = 0; slot < tasks.length; slot++) {
            if (tasks[slot] != null) {
                state.requestStop(slot);
            }
        }
        threads.forEach(DispatcherThread::shutDown);
        boolean ended = true;
        for (final DispatcherThread thread : threads) {
            ended &= thread.join(TimeUnit.SECONDS.toNanos(2));
        }
        monitor.shutDown();
        return ended;
    }

    private boolean anyLive() {
        for (int slot = 0; slot < tasks.length; slot++) {
            if (tasks[slot] != null && state.isLive(slot) && !touchesLost(tasks[slot])) {
                return true;
            }
        }
        return false;
    }

    private boolean touchesLost(final Task task) {
        return devicesOf(task).stream().anyMatch(device -> isLost(device));
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
        final Task task = tasks[slot];
        long released = 0;
        long completed = 0;
        long aborted = 0;
        long skipped = 0;
        long misses = 0;
        long overruns = 0;
        long minNs = Long.MAX_VALUE;
        long maxNs = 0;
        final Histogram responses = dispatchers[lastDevice(task)].recorder.responses[slot].copy();
        for (final Dispatcher dispatcher : dispatchers) {
            final Recorder recorder = dispatcher.recorder;
            released += recorder.released[slot];
            completed += recorder.completed[slot];
            aborted += recorder.aborted[slot];
            skipped += recorder.skipped[slot];
            misses += recorder.misses[slot];
            overruns += recorder.overruns[slot];
            if (recorder.completed[slot] > 0) {
                minNs = Math.min(minNs, recorder.minNs[slot]);
                maxNs = Math.max(maxNs, recorder.maxNs[slot]);
            }
        }
        final long live = released - completed - aborted;
        if (live > 0 && state.absoluteDeadlineNs(slot) < endNs) {
            misses++;
        }
        for (final Dispatcher dispatcher : dispatchers) {
            if (dispatcher.runningWord.startNs() != 0 && dispatcher.runningWord.task() == slot) {
                overruns++; // it never came back
            }
        }
        return new TaskReport(slot, released, completed, live + state.backlog(slot), aborted, skipped,
            misses + state.backlogMisses(slot, endNs), overruns, minNs, maxNs, responses);
    }

    /**
     * Jobs of a task that were completed so far; approximate while the kernel runs. Allocates nothing.
     *
     * @param slot its slot
     * @return a count
     */
    public long completed(final int slot) {
        long completed = 0;
        for (final Dispatcher dispatcher : dispatchers) {
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
        return dispatchers[device].busyNs();
    }

    /**
     * Events that were dropped because a ring was full; call it after {@link #stop}.
     *
     * @return a count
     */
    public long droppedEvents() {
        long dropped = 0;
        for (final Dispatcher dispatcher : dispatchers) {
            dropped += dispatcher.recorder.events.dropped();
        }
        return dropped;
    }

    /**
     * Longest idle gap that was not called a stall; call it after {@link #stop}.
     *
     * @return nanoseconds
     */
    public long noiseFloorNs() {
        return threads.stream().mapToLong(DispatcherThread::largestGapNs).max().orElse(0);
    }

    /**
     * What each thread was granted.
     *
     * @return one line a thread
     */
    public List<String> granted() {
        final List<String> lines = new ArrayList<>();
        threads.forEach(thread -> lines.add(thread.name() + ": " + thread.granted()));
        lines.add("tactus-monitor: " + monitorGranted);
        return lines;
    }

    /**
     * Why a task's segment broke.
     *
     * @param slot its slot
     * @return the cause, or null. Exact once its error was reported to the listener, or after {@link #stop}
     */
    public Throwable error(final int slot) {
        return errors[slot];
    }

    /**
     * Tells whether a device was declared lost.
     *
     * @param device index of the device
     * @return true when lost
     */
    public boolean isLost(final int device) {
        return lostDevices.get(device) != 0;
    }

    void setupMonitorThread() {
        monitorGranted = setup.apply("monitor", List.of());
    }

    String taskName(final int slot) {
        final Task task = tasks[slot];
        return task == null ? "slot " + slot : task.name();
    }

    OverrunAction onOverrun(final int slot) {
        final Task task = tasks[slot];
        return task == null ? OverrunAction.CONTINUE : task.onOverrun();
    }

    long budgetNs(final int segmentRecord) {
        return budgetsNs[segmentRecord];
    }

    int segmentIndex(final int slot, final int segmentRecord) {
        return segmentRecord - firstSegments[slot];
    }

    SegmentWork work(final int segmentRecord) {
        return works[segmentRecord];
    }

    /** Stops a task for good; it keeps its slot and its counts. Called by the monitor. */
    void stopFromMonitor(final int slot) {
        final Task task = tasks[slot];
        if (task != null) {
            state.requestStop(slot);
            final int home = homeDevice(task);
            dispatchers[home].command(CommandDescriptor.STOP, slot, 0);
            threadOfDevice[home].wake();
        }
    }

    /** Declares a device lost and stops its tasks. Called by the monitor. */
    void lost(final int device) {
        if (lostDevices.getAndSet(device, 1) == 0) {
            final long startNs = dispatchers[device].runningWord.startNs();
            final SegmentWork work = startNs == 0 ? null : works[dispatchers[device].runningWord.segmentRecord()];
            if (work != null) {
                work.terminate();
            }
            for (int slot = 0; slot < tasks.length; slot++) {
                if (tasks[slot] != null && devicesOf(tasks[slot]).contains(device)) {
                    stopFromMonitor(slot);
                }
            }
            monitor.deviceLost(base.platform().devices().get(device).name());
        }
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
        final boolean ended = threads.stream().noneMatch(DispatcherThread::isAlive);
        if (!ended) {
            return; // a call that does not return may still use this memory: it stays until the process ends
        }
        for (int slot = 0; slot < tasks.length; slot++) {
            if (tasks[slot] != null) {
                closeWorks(slot);
                tasks[slot] = null;
            }
        }
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.driver.close();
        }
    }
}
