package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.tactus.internal.device.Device;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.TaskSet;
import org.tactus.supply.CoreSupply;

/**
 * One dispatcher a device, the threads that run them, and how commands reach them. Made and stopped by the control thread;
 * the monitor sends commands and declares devices lost.
 */
final class DispatcherGroup {
    private static final long COMMAND_RETRY_NS = 100_000;

    private final Platform platform;
    private final KernelOptions options;
    private final Clock clock;
    private final ThreadSetup setup;
    private final Dispatcher[] dispatchers;
    private final DispatcherThread[] threadOfDevice;
    private final List<DispatcherThread> threads = new ArrayList<>();
    private final CountDownLatch ready;
    private final AtomicIntegerArray lostDevices;
    private final TaskSet base;

    DispatcherGroup(
        final TaskSet base, final List<Device> devices, final PolicyState state, final TaskTable tasks,
        final KernelOptions options, final ThreadSetup setup, final Clock clock) {
        this.platform = base.platform();
        this.base = base;
        this.options = options;
        this.clock = clock;
        this.setup = setup;
        final int count = devices.size();
        lostDevices = new AtomicIntegerArray(count);
        dispatchers = new Dispatcher[count];
        threadOfDevice = new DispatcherThread[count];
        for (int i = 0; i < count; i++) {
            final Recorder recorder = new Recorder(i, options.taskCapacity(), new EventRing(options.eventRingBytes(), state::generation));
            dispatchers[i] = new Dispatcher(
                i, devices.get(i), state, recorder, clock, options.stallThresholdNs(), tasks.works, tasks.errors, dispatchers,
                platform.devices().get(i).memory().orElse(null), base.overheadsOn(i));
        }
        final List<BitSet> together = groups();
        ready = new CountDownLatch(together.size());
        makeThreads(together);
    }

    /**
     * A thread for each device, but one for accelerators that may use the same cores, or that the options put together. A device that
     * computes on its cores has its dispatcher on the first, so that what computes for it has the others.
     */
    private void makeThreads(final List<BitSet> together) {
        for (final BitSet devices : together) {
            final DeviceSpec first = platform.devices().get(devices.nextSetBit(0));
            final List<Dispatcher> agents = devices.stream().mapToObj(device -> dispatchers[device]).toList();
            final List<Integer> cores = devices.stream().mapToObj(device -> platform.devices().get(device).dispatcherCores())
                .flatMap(List::stream).distinct().toList();
            final String name = agents.size() == 1 ? first.name() : "accelerators" + suffix(first);
            final DispatcherThread thread = newThread(name, agents, cores, devices);
            agents.forEach(dispatcher -> threadOfDevice[dispatcher.device] = thread);
        }
    }

    /** Names differ where there are several such threads. */
    private String suffix(final DeviceSpec first) {
        return options.shareAccelerators() ? "" : "-" + first.name();
    }

    /** Which devices share a thread, by the first of them. */
    private List<BitSet> groups() {
        final List<BitSet> groups = new ArrayList<>();
        final BitSet placed = new BitSet();
        for (int i = 0; i < dispatchers.length; i++) {
            if (placed.get(i)) {
                continue;
            }
            final BitSet group = new BitSet();
            group.set(i);
            for (int j = i + 1; j < dispatchers.length; j++) {
                if (isShareable(i) && isShareable(j) && (options.shareAccelerators() || platform.sharingThread(i).get(j))) {
                    group.set(j);
                }
            }
            placed.or(group);
            groups.add(group);
        }
        return groups;
    }

    /** One that waits inside a segment would hold the others up. */
    private boolean isShareable(final int device) {
        return !dispatchers[device].driver.isSynchronous();
    }

    private DispatcherThread newThread(
        final String name, final List<Dispatcher> agents, final List<Integer> cores, final BitSet devices) {
        final CoreSupply supply = base.overheads().supply();
        final Set<Integer> stalled = new TreeSet<>();
        devices.stream().forEach(device -> stalled.addAll(base.stalledCores(device)));
        final DispatcherThread thread = new DispatcherThread("tactus-" + name, agents, options, clock, setup, cores, ready,
            new PlatformWatch(supply.of(stalled), cores));
        threads.add(thread);
        return thread;
    }

    /** The dispatchers, by device; not to be changed. */
    Dispatcher[] dispatchers() {
        return dispatchers;
    }

    String deviceName(final int device) {
        return platform.devices().get(device).name();
    }

    void start() {
        threads.forEach(DispatcherThread::start);
    }

    /** Returns when each thread has set itself up. */
    void awaitReady() throws InterruptedException {
        ready.await();
    }

    /** Sends a command and waits for room for it; a device that is lost or whose thread has died gets none. */
    void send(final int device, final int type, final int slot, final int generation, final long firstNominalNs) {
        while (!dispatchers[device].command(type, slot, generation, firstNominalNs)) {
            if (isLost(device) || threadOfDevice[device].death() != null) {
                return; // nobody will ever read it
            }
            LockSupport.parkNanos(COMMAND_RETRY_NS);
        }
        threadOfDevice[device].wake();
    }

    /** Sends a command if there is room for it; false when there is none. */
    boolean offer(final int device, final int type, final int slot, final int generation, final long argumentNs) {
        final boolean sent = dispatchers[device].command(type, slot, generation, argumentNs);
        threadOfDevice[device].wake();
        return sent;
    }

    /** Whether a dispatcher that is not lost has commands to read. */
    boolean anyUnread() {
        for (final Dispatcher dispatcher : dispatchers) {
            if (!isLost(dispatcher.device) && dispatcher.hasUnreadCommands()) {
                return true;
            }
        }
        return false;
    }

    /** Why a device's dispatcher has died, or null. */
    Throwable death(final int device) {
        return threadOfDevice[device].death();
    }

    /** Waits until a device's dispatcher counts a task's memory no more; false when nobody can tell any more. */
    boolean awaitForgotten(final int device, final int slot) {
        while (dispatchers[device].memory.isMember(slot)) {
            if (isLost(device) || threadOfDevice[device].death() != null || !threadOfDevice[device].isAlive()) {
                return false;
            }
            LockSupport.parkNanos(COMMAND_RETRY_NS);
        }
        return true;
    }

    /** Declares a device lost; false when it was before. */
    boolean markLost(final int device) {
        return lostDevices.getAndSet(device, 1) == 0;
    }

    /** Tells whether a device was declared lost, or will be, since its dispatcher has died. */
    boolean isLost(final int device) {
        return lostDevices.get(device) != 0 || death(device) != null;
    }

    /**
     * Ends the threads within {@link ThreadEnd#PATIENCE_NS} together; false when one is stuck in a call, or waits for a segment of its
     * device, that does not return.
     */
    boolean shutDown() {
        threads.forEach(DispatcherThread::shutDown);
        return awaitEnd(ThreadEnd.PATIENCE_NS);
    }

    /** Waits until all threads have ended; false when that has not come in time. */
    boolean awaitEnd(final long timeoutNs) {
        final long beginNs = System.nanoTime();
        boolean ended = true;
        for (final DispatcherThread thread : threads) {
            ended &= thread.join(Math.max(0, timeoutNs - (System.nanoTime() - beginNs)));
        }
        return ended;
    }

    boolean anyAlive() {
        return threads.stream().anyMatch(DispatcherThread::isAlive);
    }

    long largestGapNs() {
        return threads.stream().mapToLong(DispatcherThread::largestGapNs).max().orElse(0);
    }

    /** What the threads saw of the platform. */
    List<PlatformWatch> watches() {
        return threads.stream().map(DispatcherThread::watch).toList();
    }

    /** What each thread was granted, one line a thread. */
    List<String> granted() {
        return threads.stream().map(thread -> thread.name() + ": " + thread.granted()).toList();
    }

    /** Closes each device, whatever another one throws. */
    void closeDevices(final Closing closing) {
        for (final Dispatcher dispatcher : dispatchers) {
            closing.attempt(dispatcher.driver::close);
        }
    }
}
