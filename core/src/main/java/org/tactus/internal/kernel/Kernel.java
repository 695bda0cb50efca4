// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.internal.policy.OfferGate;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.internal.time.Clock;
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.PlatformResult;
import org.tactus.result.TaskResult;
import org.tactus.supply.CoreSupply;

/**
 * Runs a task set in real time. This is the control side of a {@link TaskTable}, a {@link DispatcherGroup} and a {@link Monitor}. Several
 * control threads may start, change and stop it, since their calls are serialised here; {@link #release} is for any thread.
 */
public final class Kernel implements AutoCloseable {
    /** {@link #stop} returns within its drain and this, once an {@link #addAll} under way is done. */
    public static final long STOP_NS = 2 * ThreadEnd.PATIENCE_NS;

    private final TaskSet base;
    private final Clock clock;
    private final PolicyState state;
    private final SporadicGate gate;
    private final TaskTable tasks;
    private final DispatcherGroup group;
    private final TaskJoining joining;
    private final TaskLeaving leaving;
    private final Lanes lanes;
    private final Monitor monitor;
    private final ModeWatch modes;
    private final Drain drain;
    private final Closing closing = new Closing();
    /** Taken within this object's own lock; a removal takes it alone. */
    private final ChangeLock changes = new ChangeLock();
    private boolean started;
    private boolean stopped;
    private boolean closed;
    private boolean givenBack;
    /** Opened when the kernel has stopped; what the call that stopped it wrote is visible behind it. */
    private final CountDownLatch over = new CountDownLatch(1);
    /** Whether nobody shall wait any more for room on a device, since the kernel is about to stop. */
    private volatile boolean ending;
    private boolean ended;
    private long endNs;
    /** Whether requests of sporadic jobs reach the gate: from the end of the start to the begin of the drain. */
    private volatile boolean accepts;

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
        final Overheads overheads = base.charged();
        lanes = new Lanes(base, setup);
        state = new PolicyState(memory, base.policy(), options.taskCapacity(), options.segmentCapacity(), lanes.count());
        state.overrunToleranceNs(overheads.completionNs());
        state.releaseJitterNs(overheads.sporadicJitterNs()); // of arrivals, which callers claim
        gate = new SporadicGate(state);
        tasks = new TaskTable(options);
        group = new DispatcherGroup(base, devices, state, tasks, options, setup, clock, lanes);
        modes = new ModeWatch(
            new ModeChanges(state, base.platform(), members -> admission.longestBusyPeriodNs(TaskJoining.with(base, members))), clock);
        monitor = new Monitor(group, tasks, state, overheads, options, setup, listener, sink, clock, modes);
        final ReturnedMemory returned = new ReturnedMemory(group, tasks);
        final TaskLayout layout = new TaskLayout(state, tasks, group, returned, () -> ending, changes);
        joining = new TaskJoining(base, admission, state, tasks, group, lanes, new LaneLevels(lanes, setup), layout, modes, monitor);
        leaving = new TaskLeaving(state, tasks, group, lanes, returned, modes, closing, this::report);
        drain = new Drain(tasks, group, state, gate, monitor, clock);
    }

    /**
     * Bytes of hot state for a set's tasks and devices.
     *
     * @param options settings
     * @param base    the set that the kernel is made for
     * @return bytes
     * @throws org.tactus.model.InvalidTaskSetException when one of its preemptive devices cannot run
     */
    public static int requiredBytes(final KernelOptions options, final TaskSet base) {
        return requiredBytes(options, Lanes.count(base));
    }

    /**
     * Bytes of hot state.
     *
     * @param options settings
     * @param devices number of devices, none of them preemptive
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
        if (started || closed) {
            throw new IllegalStateException("the kernel was " + (closed ? "closed" : "started before") + "; make a new one");
        }
        started = true;
        group.start();
        monitor.start();
        group.awaitReady();
        accepts = true;
    }

    /**
     * Tells whether {@link #start} was called.
     *
     * @return true from then on
     */
    public synchronized boolean isStarted() {
        return started;
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
    public int[] addAll(final List<Task> additions, final List<List<SegmentWork>> segments, final LongSupplier zeroNs) {
        return addAll(additions, segments, slots -> zeroNs.getAsLong());
    }

    /**
     * Admits several tasks at once; time zero is asked for when their records are written and before any dispatcher knows them, so that a
     * program learns by then what it may write while they run.
     *
     * @param additions what to admit
     * @param segments  prepared segments of each task, in order; closed by the kernel when the task is gone, by the caller when
     *                  this throws
     * @param zeroNs    asked once, with the slots of the tasks; time zero of their offsets, in this kernel's clock; should lie ahead
     * @return the slots, in order
     * @throws AdmissionRefusedException when the analysis refuses, or the tables are full
     */
    public synchronized int[] addAll(
        final List<Task> additions, final List<List<SegmentWork>> segments, final ToLongFunction<int[]> zeroNs) {
        requireRunning();
        additions.forEach(base.platform()::requireDevicesOf);
        changes.lock();
        try {
            leaving.reclaim();
            return joining.add(additions, segments, zeroNs);
        } finally {
            changes.unlock();
        }
    }

    /**
     * Starts to remove a task: no further job is released, a live one ends after its running segment. The task counts for
     * admissions until after that there was an instant without a live job of any task that shares devices with it
     * ({@link ModeChanges}). A task that is gone, or that a kernel which has stopped held, is left as it is, and so is another task in
     * its slot. It does not wait for an {@link #addAll} that waits for room.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     */
    public void remove(final int slot, final int generation) {
        changes.lock();
        try {
            final Task task = tasks.task(slot, generation);
            if (!stopped && task != null && tasks.markRemoving(slot)) {
                modes.removing(slot);
                state.requestStop(slot, generation);
                monitor.sendStop(TaskTable.homeDevice(tasks.placed(slot)), slot, generation);
            }
        } finally {
            changes.unlock();
        }
    }

    /**
     * Starts to remove the task that is in a slot now, as {@link #remove(int, int)} does.
     *
     * @param slot the slot
     */
    public void remove(final int slot) {
        final TaskTable.Entry entry = tasks.entry(slot);
        if (entry != null) {
            remove(slot, entry.generation());
        }
    }

    /**
     * Tells the generation of the task in a slot. Control thread.
     *
     * @param slot a slot that {@link #addAll} has given
     * @return its generation, from 1; 0 when the slot is empty
     */
    public synchronized int generation(final int slot) {
        final TaskTable.Entry entry = tasks.entry(slot);
        return entry == null ? 0 : entry.generation();
    }

    /**
     * Says what a level of a task's segment is worth from now on. Nothing happens when the task is gone. One thread at a time for each
     * segment; lock-free, allocation-free.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @param segment    index in the task, a segment with levels
     * @param level      from 0, one that the segment has
     * @param gain       how much
     */
    public void gain(final int slot, final int generation, final int segment, final int level, final double gain) {
        state.gain(slot, generation, segment, level, gain);
    }

    /**
     * Where answers to the offers of this kernel's tasks are handed in.
     *
     * @return a gate for any thread
     */
    public OfferGate offers() {
        return new OfferGate(state);
    }

    /**
     * Tells whether a task is in the kernel still: it runs, or stops, or has stopped without being removed. Any thread.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @return false once its slot was freed
     */
    public boolean isPresent(final int slot, final int generation) {
        return tasks.task(slot, generation) != null;
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

    /**
     * Requests a job of the sporadic task that is in a slot now. Any thread, lock-free, allocation-free; whatever the number is.
     *
     * @param slot the slot
     * @return one of {@link SporadicGate}'s codes; {@link SporadicGate#STOPPED} before the start and from the begin of the drain on
     */
    public int release(final int slot) {
        return accepts ? woken(slot, gate.release(slot, clock.nanoTime())) : SporadicGate.STOPPED;
    }

    /**
     * Requests a job of a sporadic task. Any thread, lock-free, allocation-free; whatever the numbers are.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @return one of {@link SporadicGate}'s codes
     */
    public int release(final int slot, final int generation) {
        return accepts ? woken(slot, gate.release(slot, generation, clock.nanoTime())) : SporadicGate.STOPPED;
    }

    /** Wakes the home of an accepted arrival. When the slot has another task meanwhile, the arrival is counted and nobody waits for it. */
    private int woken(final int slot, final int code) {
        if (code == SporadicGate.ACCEPTED) {
            group.dispatchers()[state.homeDevice(slot)].wake();
        }
        return code;
    }

    /**
     * Stops the kernel: no further releases count, live jobs are drained or aborted, threads end. A second call does nothing and answers
     * the same. An interrupt of the calling thread, before or meanwhile, ends the drain and nothing else, and stays pending.
     *
     * <p>Returns within {@code drainNs} and {@link #STOP_NS}.
     *
     * <p>A listener may call it while another thread stops the kernel: it then returns at once, with false, since the end waits for the
     * listener.
     *
     * @param drainNs how long to wait for live jobs; 0 aborts them
     * @return true when every dispatcher ended; false when one is stuck in a call or waits for a segment that does not return
     */
    public boolean stop(final long drainNs) {
        endJoining();
        if (beginsToStop()) {
            try { // without the lock: a listener may call this while its last events are told, and finds that the kernel stops
                drain.run(endNs, drainNs);
                ended = group.shutDown();
                if (ended) { // else a dispatcher may still take what was claimed
                    drain.closeGates();
                }
                monitor.shutDown();
            } finally {
                over.countDown();
            }
        }
        if (over.getCount() > 0 && monitor.isCurrentThread()) {
            return false;
        }
        ThreadEnd.await(over); // the call that stops the kernel opens it in bounded time
        return ended;
    }

    /**
     * Says that the kernel is about to stop, so that an {@link #addAll} which waits for room on a device refuses instead, and so does a
     * device that prepares a task. Any thread, also one that will wait for a lock which the thread that adds holds.
     */
    public void endJoining() {
        ending = true;
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.device.endJoining();
        }
    }

    /** False for every call but the first one. */
    private synchronized boolean beginsToStop() {
        if (!started) {
            throw new IllegalStateException("the kernel was not started");
        }
        if (stopped) {
            return false;
        }
        accepts = false;
        endNs = clock.nanoTime();
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.measureUntil(endNs);
        }
        monitor.dueUntil(endNs);
        changes.lock(); // no removal is half done when this kernel begins to stop
        stopped = true;
        changes.unlock();
        return true;
    }

    private void requireRunning() {
        if (!started || stopped) {
            throw new IllegalStateException(
                closed ? "the kernel was closed" : stopped ? "the kernel has stopped" : "the kernel was not started");
        }
    }

    /**
     * What was counted of a task so far. While it runs, the counts may be a moment old and need not be of one instant.
     *
     * @param slot       its slot
     * @param generation its generation
     * @return the counts, also of a task whose slot was freed
     */
    public synchronized TaskResult.Counts counts(final int slot, final int generation) {
        return isPresent(slot, generation)
            ? TaskReport.counts(slot, tasks, group.dispatchers(), state, stopped ? endNs : clock.nanoTime())
            : tasks.ended.report(generation).counts();
    }

    /**
     * What was counted of a task; call it after {@link #stop}.
     *
     * @param slot       its slot
     * @param generation its generation
     * @return the counts, also of a task whose slot was freed
     */
    public TaskReport report(final int slot, final int generation) {
        return isPresent(slot, generation) ? report(slot) : tasks.ended.report(generation);
    }

    /**
     * What was counted of the task that is in a slot now; call it after {@link #stop}.
     *
     * @param slot its slot
     * @return the counts
     */
    public TaskReport report(final int slot) {
        return TaskReport.sum(slot, tasks, group.dispatchers(), state, endNs);
    }

    /**
     * Jobs of a task that were completed so far; approximate while the kernel runs. Allocates nothing while the task is present.
     *
     * @param slot       its slot
     * @param generation its generation
     * @return a count
     */
    public long completed(final int slot, final int generation) {
        if (isPresent(slot, generation)) {
            final long completed = completed(slot);
            VarHandle.loadLoadFence(); // the slot had that task still when its counts were read
            if (isPresent(slot, generation)) {
                return completed;
            }
        }
        return tasks.ended.completed(generation);
    }

    /**
     * Jobs of the task that is in a slot now that were completed so far; approximate while the kernel runs. Allocates nothing.
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
     * Time during which segments ran on a device until the call of {@link #stop}, the drain left out; call it after that. Where they
     * preempt each other, the time that one waits for others counts once.
     *
     * @param deviceIndex index of the device
     * @return nanoseconds
     */
    public long busyNs(final int deviceIndex) {
        long busyNs = 0;
        for (final int dispatcher : lanes.dispatchersOf(deviceIndex)) {
            busyNs += group.dispatchers()[dispatcher].busyNs();
        }
        return busyNs;
    }

    /**
     * The most that the cores of a device's dispatcher may be away in a window, which bounds hold besides what work is charged.
     *
     * @param deviceIndex index of the device
     * @param windowNs    length of the window, nanoseconds
     * @return nanoseconds; 0 where no stall curve is charged
     */
    public long awayNs(final int deviceIndex, final long windowNs) {
        final CoreSupply supply = base.overheads().supply();
        return supply.of(supply.coresOf(base.platform().devices().get(deviceIndex).cores(), deviceIndex)).awayNs(windowNs);
    }

    /**
     * What a device's copy engines did; call it after {@link #stop}.
     *
     * @param deviceIndex index of the device
     * @return the counts; empty where memory is not scheduled
     */
    public Optional<SwapCounts> swapCounts(final int deviceIndex) {
        return Optional.ofNullable(group.dispatchers()[deviceIndex].memory).map(SwapDriver::counts);
    }

    /**
     * Events that were dropped because a ring was full, or that a dispatcher wrote after the last draining; call it after {@link #stop}.
     *
     * @return a count
     */
    public long droppedEvents() {
        long dropped = 0;
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dropped += dispatcher.recorder.events.dropped() + (stopped ? dispatcher.recorder.events.unread() : 0);
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
        return PlatformWatch.result(group.watches(), base.overheads().supply(), zeroNs);
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
     * What the platform and other threads took from segments that were longer than their WCETs for it, and pages that were brought in for
     * dispatchers. Exact after {@link #stop}.
     *
     * @return counts and nanoseconds by name; empty where no segment is timed by its thread's CPU clock
     */
    public Map<String, Long> taken() {
        return group.taken();
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
     * @param deviceIndex index of the device
     * @return true when lost, or, of a preemptive device, when tasks of one rank can run no more
     */
    public boolean isLost(final int deviceIndex) {
        return Arrays.stream(lanes.dispatchersOf(deviceIndex)).anyMatch(group::isLost);
    }

    /**
     * Stops what runs without a drain, and closes segments and devices. While a thread is stuck in a call, or waits for a segment, that
     * does not return, it may still use them: a thread of ours then waits for its end and closes them. A second call does nothing.
     */
    @Override
    public void close() {
        endJoining();
        final boolean stops;
        synchronized (this) {
            closed = true; // from here on nobody starts it
            accepts = false;
            stops = started;
        }
        if (stops) {
            stop(0);
        }
        synchronized (this) {
            if (givenBack) {
                return;
            }
            givenBack = true;
            if (group.anyAlive() || monitor.isAlive()) {
                Thread.ofPlatform().name("tactus-reaper").daemon(true).start(this::closeWhenEnded);
            } else {
                closeAll();
            }
        }
    }

    private void closeWhenEnded() {
        group.awaitEnd(Long.MAX_VALUE);
        monitor.awaitEnd(Long.MAX_VALUE);
        closeAll();
    }

    private void closeAll() {
        leaving.clearAll();
        group.closeDevices(closing);
        closing.finish();
    }
}
