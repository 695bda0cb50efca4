// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.device.Device;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.lifecycle.Rest;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.policy.LevelCharges;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.TaskSet;
import org.tactus.supply.CoreSupply;

/**
 * Holds one dispatcher for each device and the threads that run them, and sends them commands. The control thread makes and stops it;
 * the monitor sends commands and declares devices lost.
 */
final class DispatcherGroup {
    private static final long COMMAND_RETRY_NS = 100_000;
    private static final long NOT_SEEN = -1;

    private final Platform platform;
    private final KernelOptions options;
    private final Clock clock;
    private final ThreadSetup setup;
    private final Dispatcher[] dispatchers;
    private final DispatcherThread[] threadOfDevice;
    /** By device: how far its commands were read when a control thread gave up to wait for room. */
    private final long[] gaveUpAt;
    private final List<DispatcherThread> threads = new ArrayList<>();
    private final StartGate gate;
    private final AtomicIntegerArray lostDevices;
    private final TaskSet base;
    private final Lanes lanes;

    /** Without preemptive devices. */
    DispatcherGroup(
        final TaskSet base, final List<Device> devices, final PolicyState state, final TaskTable tasks,
        final KernelOptions options, final ThreadSetup setup, final Clock clock) {
        this(base, devices, state, tasks, options, setup, clock, new Lanes(base, setup));
    }

    DispatcherGroup(
        final TaskSet base, final List<Device> devices, final PolicyState state, final TaskTable tasks,
        final KernelOptions options, final ThreadSetup setup, final Clock clock, final Lanes lanes) {
        this.lanes = lanes;
        this.platform = base.platform();
        this.base = base;
        this.options = options;
        this.clock = clock;
        this.setup = setup;
        final int count = lanes.count();
        lostDevices = new AtomicIntegerArray(count);
        dispatchers = new Dispatcher[count];
        threadOfDevice = new DispatcherThread[count];
        gaveUpAt = new long[count];
        Arrays.fill(gaveUpAt, NOT_SEEN);
        for (int i = 0; i < count; i++) {
            final int of = lanes.deviceOf(i);
            final EventRing events = new EventRing(options.eventRingBytes(), options.taskCapacity());
            final Recorder recorder = new Recorder(of, options.taskCapacity(), events);
            dispatchers[i] = new Dispatcher(
                i, i == of ? devices.get(of) : devices.get(of).another(), state, recorder, clock, options.stallThresholdNs(), tasks.works,
                tasks.errors, dispatchers, platform.devices().get(of).memory().orElse(null), base.overheadsOn(of));
            if (base.hasLevels(of)) {
                dispatchers[i].takeLevels(LevelCharges.of(base, of));
            }
            if (lanes.lane(i) != null) {
                dispatchers[i].inLane(lanes.lane(i), tasks.ceilings);
            }
        }
        final List<BitSet> together = groups();
        gate = new StartGate(together.size());
        makeThreads(together);
    }

    /**
     * Makes a thread for each device, and one common thread for accelerators that may use the same cores or that the options put together.
     * The dispatcher of a device whose segments are computed on its cores runs on the first core and leaves the others to them.
     */
    private void makeThreads(final List<BitSet> together) {
        for (final BitSet devices : together) {
            final DeviceSpec first = lanes.spec(devices.nextSetBit(0));
            final List<Dispatcher> agents = devices.stream().mapToObj(device -> dispatchers[device]).toList();
            final List<Integer> cores = devices.stream().mapToObj(device -> lanes.spec(device).dispatcherCores())
                .flatMap(List::stream).distinct().toList();
            final Lane lane = agents.getFirst().lane();
            // A lane's name tells it from other threads whatever the device is called: others take its core, which is no stall.
            final String name = agents.size() > 1 ? "tactus-accelerators" + suffix(first)
                : lane == null ? "tactus-" + first.name() : "tactus." + lane.number() + '-' + first.name();
            final DispatcherThread thread = newThread(name, agents, cores, devices);
            agents.forEach(dispatcher -> threadOfDevice[dispatcher.deviceIndex] = thread);
        }
    }

    /** A suffix that tells several common threads apart. */
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

    /** Whether a dispatcher may share its thread: one that waits inside a segment would delay the others. */
    private boolean isShareable(final int deviceIndex) {
        return !dispatchers[deviceIndex].device.isSynchronous();
    }

    private DispatcherThread newThread(
        final String name, final List<Dispatcher> agents, final List<Integer> cores, final BitSet devices) {
        final CoreSupply supply = base.overheads().supply();
        final Set<Integer> stalled = new TreeSet<>();
        devices.stream().forEach(device -> stalled.addAll(base.stalledCores(lanes.deviceOf(device))));
        final DispatcherThread thread = new DispatcherThread(name, agents, options, clock, setup, cores, gate,
            new PlatformWatch(supply.of(stalled), cores), wakeUpNs(devices), base.overheads().completionNs(),
            Stream.of(dispatchers).map(dispatcher -> dispatcher.device).toList());
        threads.add(thread);
        return thread;
    }

    /** What the overheads give to the way from a giver to a thread that sleeps; without a measurement, what is spun before a release. */
    private long wakeUpNs(final BitSet devices) {
        final long chargedNs = devices.stream()
            .map(lanes::deviceOf)
            .mapToLong(device -> Math.max(base.overheadsOn(device).handOffNs(), base.overheadsOn(device).sporadicJitterNs()))
            .max().orElse(0);
        return chargedNs > 0 ? chargedNs : options.spinBeforeNs();
    }

    /** The dispatchers, by device; not to be changed. */
    Dispatcher[] dispatchers() {
        return dispatchers;
    }

    String deviceName(final int deviceIndex) {
        return lanes.name(deviceIndex);
    }

    /** Calls something for each dispatcher of the device that a dispatcher serves. Monitor. */
    void together(final int deviceIndex, final IntConsumer call) {
        for (final int dispatcher : lanes.dispatchersOf(lanes.deviceOf(deviceIndex))) {
            call.accept(dispatcher);
        }
    }

    /**
     * Lets what else needs the core go on, where a synchronous device's segment does not end: lanes below, and every other thread of the
     * machine. An accelerator's thread goes on serving others as it is. Monitor.
     */
    void demote(final int deviceIndex) {
        if (lanes.lane(deviceIndex) != null) {
            lanes.lane(deviceIndex).demote(clock.nanoTime());
        } else if (dispatchers[deviceIndex].device.isSynchronous()) {
            threadOfDevice[deviceIndex].demote();
        }
    }

    /**
     * Tells whether a dispatcher's thread is stuck outside of a segment. Takes its real-time scheduling where a loss does not, whichever
     * limit has lost the device before. Monitor.
     */
    boolean isStuck(final int deviceIndex) {
        final DispatcherThread thread = threadOfDevice[deviceIndex];
        final boolean stuck = thread.isStuck();
        if (stuck && isShareable(deviceIndex)) {
            thread.demote();
        }
        return stuck;
    }

    /** Calls something for each other device whose dispatcher runs on the same thread. Monitor and control threads. */
    void besides(final int deviceIndex, final IntConsumer call) {
        for (int i = 0; i < threadOfDevice.length; i++) {
            if (i != deviceIndex && threadOfDevice[i] == threadOfDevice[deviceIndex]) {
                call.accept(i);
            }
        }
    }

    void start() {
        setup.rehearse();
        threads.forEach(DispatcherThread::start);
    }

    /** Returns when each thread has set itself up. */
    void awaitReady() throws InterruptedException {
        gate.awaitReady();
    }

    /**
     * Sends a command and waits for room for it while the dispatcher reads others; a device that is lost or whose thread has died gets
     * none. False when the ring is full and nothing was read from it in {@link ThreadEnd#PATIENCE_NS}: the dispatcher is in a call that
     * does not return, and whoever could declare it lost may wait for the caller. That time is waited once, not once a command. Control
     * thread.
     */
    boolean send(final int deviceIndex, final int type, final int slot, final int generation, final long argumentNs) {
        return send(deviceIndex, type, slot, generation, argumentNs, 1);
    }

    /** Sends, as the other one does, a command that names one of several tasks which are added together. */
    boolean send(
        final int deviceIndex, final int type, final int slot, final int generation, final long argumentNs, final int together) {
        long sinceNs = 0;
        long seen = NOT_SEEN;
        while (!dispatchers[deviceIndex].command(type, slot, generation, argumentNs, together)) {
            if (isUnreachable(deviceIndex)) {
                return true; // no dispatcher will ever read it
            }
            final long position = dispatchers[deviceIndex].readPosition();
            final long nowNs = System.nanoTime();
            if (position != seen) {
                seen = position;
                sinceNs = nowNs;
            }
            if (position == gaveUpAt[deviceIndex] || nowNs - sinceNs > ThreadEnd.PATIENCE_NS) {
                gaveUpAt[deviceIndex] = position;
                return false;
            }
            Rest.ns(COMMAND_RETRY_NS);
        }
        return true;
    }

    /** Whether a device is lost or its thread has died. */
    boolean isUnreachable(final int deviceIndex) {
        return isLost(deviceIndex) || threadOfDevice[deviceIndex].death() != null;
    }

    /** Lets dispatchers hand jobs over to each other. Control thread, before it publishes a task of theirs. */
    void connect(final Set<Integer> members) {
        Dispatcher.connect(dispatchers, members);
    }

    /** Sends a command if the ring has room for it; false when it has none. */
    boolean trySend(final int deviceIndex, final int type, final int slot, final int generation, final long argumentNs) {
        return trySend(deviceIndex, type, slot, generation, argumentNs, 1);
    }

    /** Sends, as the other one does, a command that names one of several tasks which are added together. */
    boolean trySend(
        final int deviceIndex, final int type, final int slot, final int generation, final long argumentNs, final int together) {
        return dispatchers[deviceIndex].command(type, slot, generation, argumentNs, together);
    }

    /** Whether a dispatcher that is not lost has commands to read. */
    boolean anyUnread() {
        for (final Dispatcher dispatcher : dispatchers) {
            if (!isLost(dispatcher.deviceIndex) && dispatcher.hasUnreadCommands()) {
                return true;
            }
        }
        return false;
    }

    /** Why a device's dispatcher has died, or null. */
    Throwable death(final int deviceIndex) {
        return threadOfDevice[deviceIndex].death();
    }

    /**
     * Waits until a device's dispatcher no longer counts a task's memory; false when the dispatcher cannot answer any more, or has not in
     * {@link ThreadEnd#PATIENCE_NS}: the monitor, which declares devices lost, may be in a listener that waits for the caller's lock.
     */
    boolean awaitForgotten(final int deviceIndex, final int slot) {
        final long beginNs = System.nanoTime();
        while (dispatchers[deviceIndex].memory.isMember(slot)) {
            if (System.nanoTime() - beginNs > ThreadEnd.PATIENCE_NS || isLost(deviceIndex) || !threadOfDevice[deviceIndex].isAlive()) {
                return false;
            }
            Rest.ns(COMMAND_RETRY_NS);
        }
        return true;
    }

    /** Declares a device lost; false when it was before. */
    boolean markLost(final int deviceIndex) {
        return lostDevices.getAndSet(deviceIndex, 1) == 0;
    }

    /** Tells whether a device was declared lost, or will be, since its dispatcher has died. */
    boolean isLost(final int deviceIndex) {
        return lostDevices.get(deviceIndex) != 0 || death(deviceIndex) != null;
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

    /** The accounts of the thread that times a device's segments by them; null where nothing is taken off their times. */
    ThreadAccounts accounts(final int deviceIndex) {
        return threadOfDevice[deviceIndex].accounts();
    }

    /** What was taken from segments and what the system had to bring in, by name; exact after the threads have ended. */
    Map<String, Long> taken() {
        final Map<String, Long> taken = new TreeMap<>();
        for (final DispatcherThread thread : threads) {
            final OwnTime time = thread.ownTime();
            if (time != null) {
                taken.merge("segmentsLengthened", time.lengthened(), Long::sum);
                taken.merge("takenFromSegmentsNs", time.takenNs(), Long::sum);
                taken.merge("longestTakenFromASegmentNs", time.longestTakenNs(), Math::max);
                taken.merge("pageFaultsOfDispatchers", thread.pageFaults(), Long::sum);
            }
        }
        return taken;
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
        return threads.stream().filter(DispatcherThread::isUsed).map(thread -> thread.name() + ": " + thread.granted()).toList();
    }

    /** Closes each device, whatever another one throws. */
    void closeDevices(final Closing closing) {
        for (final Dispatcher dispatcher : dispatchers) {
            closing.attempt(dispatcher.device::close);
        }
    }
}
