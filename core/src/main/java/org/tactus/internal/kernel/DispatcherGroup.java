package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.tactus.internal.device.Device;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Platform;
import org.tactus.supply.CoreSupply;

/**
 * One dispatcher a device, the threads that run them, and how commands reach them. Made and stopped by the control thread;
 * the monitor sends commands and declares devices lost.
 */
final class DispatcherGroup {
    private static final long COMMAND_RETRY_NS = 100_000;
    private static final long JOIN_SECONDS = 2;

    private final Platform platform;
    private final KernelOptions options;
    private final Clock clock;
    private final ThreadSetup setup;
    private final Dispatcher[] dispatchers;
    private final DispatcherThread[] threadOfDevice;
    private final List<DispatcherThread> threads = new ArrayList<>();
    private final CountDownLatch ready;
    private final AtomicIntegerArray lostDevices;

    private final CoreSupply supply;

    DispatcherGroup(
        final Platform platform, final Overheads machine, final List<Device> devices, final PolicyState state, final TaskTable tasks,
        final KernelOptions options, final ThreadSetup setup, final Clock clock) {
        this.platform = platform;
        supply = machine.supply();
        this.options = options;
        this.clock = clock;
        this.setup = setup;
        final int count = devices.size();
        lostDevices = new AtomicIntegerArray(count);
        dispatchers = new Dispatcher[count];
        threadOfDevice = new DispatcherThread[count];
        for (int i = 0; i < count; i++) {
            final Recorder recorder = new Recorder(i, options.taskCapacity(), new EventRing(options.eventRingBytes()));
            dispatchers[i] = new Dispatcher(
                i, devices.get(i), state, recorder, clock, options.stallThresholdNs(), tasks.works, tasks.errors, dispatchers,
                platform.devices().get(i).memory().orElse(null), machine);
        }
        ready = new CountDownLatch(threadCount());
        makeThreads();
    }

    private boolean shares(final int device) {
        return options.shareAccelerators() && !dispatchers[device].driver.isSynchronous(); // it would hold the others up
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
            final DeviceSpec device = platform.devices().get(i);
            if (shares(i)) {
                together.add(dispatchers[i]);
                togetherCores.addAll(device.cores());
            } else {
                threadOfDevice[i] = newThread(device.name(), List.of(dispatchers[i]), device.cores(), i);
            }
        }
        if (!together.isEmpty()) {
            final DispatcherThread thread = newThread("accelerators", together, List.copyOf(togetherCores), together.getFirst().device);
            together.forEach(dispatcher -> threadOfDevice[dispatcher.device] = thread);
        }
    }

    private DispatcherThread newThread(
        final String name, final List<Dispatcher> agents, final List<Integer> cores, final int device) {
        final DispatcherThread thread = new DispatcherThread("tactus-" + name, agents, options, clock, setup, cores, ready,
            new PlatformWatch(supply.of(supply.coresOf(cores, device)), cores));
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
    void send(final int device, final int type, final int slot, final long firstNominalNs) {
        while (!dispatchers[device].command(type, slot, firstNominalNs)) {
            if (isLost(device) || threadOfDevice[device].death() != null) {
                return; // nobody will ever read it
            }
            LockSupport.parkNanos(COMMAND_RETRY_NS);
        }
        threadOfDevice[device].wake();
    }

    /** Sends a command if there is room for it. */
    void offer(final int device, final int type, final int slot) {
        dispatchers[device].command(type, slot, 0);
        threadOfDevice[device].wake();
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

    boolean isLost(final int device) {
        return lostDevices.get(device) != 0;
    }

    /** Ends the threads; false when one is stuck in a call, or waits for a segment of its device, that does not return. */
    boolean shutDown() throws InterruptedException {
        threads.forEach(DispatcherThread::shutDown);
        boolean ended = true;
        for (final DispatcherThread thread : threads) {
            ended &= thread.join(TimeUnit.SECONDS.toNanos(JOIN_SECONDS));
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

    void closeDevices() {
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.driver.close();
        }
    }
}
