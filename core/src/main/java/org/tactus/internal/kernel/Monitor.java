// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.Overheads;
import org.tactus.model.OverrunAction;

/**
 * Watches the dispatchers from a thread of its own. It notices a segment that runs past its WCET while the segment runs, and acts as the
 * task's {@code onOverrun} says. It declares a device lost whose segment or move does not end or whose dispatcher has died, reports the
 * deadline misses that a stuck dispatcher cannot report, drains the event rings, and calls the handlers. Between two rounds it sleeps
 * until something may be due ({@link RoundTime}) or a dispatcher wakes it, because its ring is half full or a segment has broken.
 *
 * <p>The first exception of a handler or a work is reported in {@link #granted}, and the monitor goes on.
 */
final class Monitor implements Runnable, EventHandler {
    private static final int LOOKS_A_LIMIT = 8;
    private static final int DRAIN_LIMIT = 1 << 14;
    private static final int LAST_PASSES = 1 << 10;

    private final DispatcherGroup group;
    private final Dispatcher[] dispatchers;
    private final TaskTable tasks;
    private final PolicyState state;
    /** What a completion may take, and with it what passes before an accelerator has begun. */
    private final long completionNs;
    private final long beginningNs;
    private final ThreadSetup setup;
    private final KernelListener listener;
    private final EventHandler sink;
    private final Clock clock;
    private final KernelOptions options;
    private final long[] seenStartNs;
    private final boolean[] deathTold;
    /** By device: when it was lost, 0 before, and how far its dispatcher had read its commands by then. */
    private final long[] lostNs;
    private final long[] readAtLoss;
    private final MissWatch misses;
    private final OwedCommands commands;
    /** Slots of tasks whose admission is not sent yet. Put in by control threads, taken out by the monitor. */
    private final Set<Integer> unadmitted = ConcurrentHashMap.newKeySet();
    /** Of control threads, that found a ring full. */
    private final Queue<Runnable> stops = new ConcurrentLinkedQueue<>();
    private final Runnable round;
    private final Runnable watch = this::watch;
    private final ModeWatch modes;
    private final Runnable changes;
    private final RoundTime time = new RoundTime();
    private long roundsSeenNs;
    private final Thread thread;
    private final Parking parking;
    /** Events of the round under way. */
    private int drained;
    private volatile boolean running = true;
    /** The run has ended without this thread: what handlers would write belongs to the thread that ended it. */
    private volatile boolean abandoned;
    private volatile String granted = "not started";
    private volatile String failure = "";

    Monitor(
        final DispatcherGroup group, final TaskTable tasks, final PolicyState state, final Overheads machine,
        final KernelOptions options, final ThreadSetup setup, final KernelListener listener, final EventHandler sink, final Clock clock,
        final ModeWatch modes) {
        this.group = group;
        this.dispatchers = group.dispatchers();
        this.tasks = tasks;
        this.state = state;
        this.completionNs = machine.completionNs();
        this.beginningNs = machine.dispatchNs();
        this.setup = setup;
        this.listener = listener;
        this.sink = sink;
        this.clock = clock;
        this.options = options;
        this.seenStartNs = new long[dispatchers.length];
        this.deathTold = new boolean[dispatchers.length];
        this.lostNs = new long[dispatchers.length];
        this.readAtLoss = new long[dispatchers.length];
        this.misses = new MissWatch(tasks, state,
            (task, job, lateNs) -> missed(task.name(), job, lateNs));
        this.commands = new OwedCommands(group, unadmitted::remove);
        this.round = listener::onRound;
        this.modes = modes;
        this.changes = modes::observe;
        this.thread = Thread.ofPlatform().name("tactus-monitor").daemon(true).unstarted(this);
        this.parking = new Parking(thread, clock);
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.alarm.wakes(parking);
        }
    }

    void start() {
        thread.start();
    }

    /**
     * Stops a task that was asked to stop; when its home's ring is full, in a later round of the monitor, which may be the very thread that
     * calls this. Control thread.
     */
    void sendStop(final int deviceIndex, final int slot, final int generation) {
        if (!group.trySend(deviceIndex, CommandDescriptor.STOP, slot, generation, 0)) {
            stops.add(() -> commands.send(deviceIndex, CommandDescriptor.STOP, slot, generation));
        }
    }

    /** Sends in later rounds what a full ring has left of the commands that admit a task. Control thread. */
    void sendLater(final AdmissionCommands left) {
        unadmitted.add(left.slot());
        stops.add(() -> commands.keep(left));
    }

    /** Whether the commands that admit the task in a slot are not sent yet; else what is sent next comes after them. Control thread. */
    boolean owesAdmission(final int slot) {
        return unadmitted.contains(slot);
    }

    /** Nothing is due any more after this time, but the jobs before it are watched to their ends. Control thread. */
    void dueUntil(final long endNs) {
        misses.dueUntil(endNs);
    }

    /**
     * Ends the thread after a last draining; the dispatchers have ended before. False when that has not come within
     * {@link ThreadEnd#PATIENCE_NS}, because a handler does not return or calls this itself: it is told nothing more then.
     */
    boolean shutDown() {
        running = false;
        parking.wake();
        abandoned = !ThreadEnd.await(thread, ThreadEnd.PATIENCE_NS);
        return !abandoned;
    }

    /** Waits for the thread's end; false when it has not come in time. */
    boolean awaitEnd(final long timeoutNs) {
        return ThreadEnd.await(thread, timeoutNs);
    }

    /** Whether a handler of the monitor is the caller. */
    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** What the thread was granted, and which of its handlers failed first, in one line. Any thread. */
    String granted() {
        return thread.getName() + ": " + granted + failure
            + (abandoned ? "; a handler did not return before the end, and was told nothing that came after" : "");
    }

    @Override
    public void run() {
        attempt(() -> granted = setup.apply("monitor", List.of()));
        while (running) {
            time.begin(clock.nanoTime());
            attempt(watch);
            attempt(changes);
            attempt(round);
            sleep();
        }
        attempt(this::watchDeaths);
        drainAll();
    }

    private void sleep() {
        if (modes.isPending() || commands.size() > 0) {
            time.urgent();
        }
        parking.announce();
        boolean asked = !running;
        for (final Dispatcher dispatcher : dispatchers) {
            asked |= dispatcher.alarm.isRaised();
        }
        if (!asked) {
            parking.await(time.nextNs(drained));
        }
        parking.rise();
    }

    private void watch() {
        watchDeaths();
        final long nowNs = clock.nanoTime();
        for (int i = 0; i < dispatchers.length; i++) {
            if (watchSegment(i, nowNs) | watchMoves(i, nowNs)) {
                group.together(i, other -> misses.watch(other, nowNs));
                group.besides(i, other -> misses.watch(other, nowNs)); // the device's driver may hold up their thread
            }
            if (deathTold[i]) {
                misses.watch(i, nowNs);
                time.urgent();
            }
        }
        watchRounds(nowNs);
        for (Runnable stop = stops.poll(); stop != null; stop = stops.poll()) {
            stop.run();
        }
        commands.retry();
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.alarm.lower(); // before the draining: what is written from here on raises it again
        }
        drained = drain();
    }

    private int drain() {
        int count = 0;
        for (final Dispatcher dispatcher : dispatchers) {
            count += dispatcher.recorder.events.drain(this, DRAIN_LIMIT);
        }
        return count;
    }

    /**
     * Drains until nothing is left: a single pass ends at its limit and at a ring's end. A dispatcher that was stuck may come back and
     * write for as long as it lives; what it writes after the last pass is counted as dropped ({@link Kernel#droppedEvents}).
     */
    private void drainAll() {
        int passes = 0;
        while (drain() > 0 && passes < LAST_PASSES) {
            passes++;
        }
    }

    private void watchDeaths() {
        for (int i = 0; i < dispatchers.length; i++) {
            final Throwable cause = group.death(i);
            if (cause != null && !deathTold[i]) {
                deathTold[i] = true;
                final String device = group.deviceName(i);
                attempt(() -> listener.onDispatcherDeath(device, cause));
                lose(i);
            }
        }
    }

    /** Calls what is not ours: whatever it throws, the others are watched and drained. */
    private void attempt(final Runnable call) {
        try {
            call.run();
        } catch (final Throwable e) {
            failed(e);
        }
    }

    /** Tells a miss. Not by a Runnable: in an overload each job misses, and each would take some bytes of heap. */
    private void missed(final String task, final long job, final long lateNs) {
        try {
            listener.onDeadlineMiss(task, job, lateNs);
        } catch (final Throwable e) {
            failed(e);
        }
    }

    private void failed(final Throwable e) {
        if (failure.isEmpty()) {
            failure = "; a handler failed, and may again: " + e.toString().replaceAll("\\s*\\R\\s*", " ");
        }
    }

    /** How far something is beyond its worst case; below 0 when it has ended meanwhile. */
    private long beyondNs(final RunningWord word, final long startNs, final long nowNs, final long toleranceNs) {
        final long worstNs = word.worstNs();
        return word.isStill(startNs) ? nowNs - startNs - worstNs - toleranceNs : -1;
    }

    /** Watches what a dispatcher executes; true while that is beyond its worst case. */
    private boolean watchSegment(final int index, final long nowNs) {
        final RunningWord word = dispatchers[index].runningWord;
        final long startNs = word.startNs();
        if (startNs == 0) {
            return false;
        }
        final int slot = word.slot();
        final int generation = word.generation();
        final int segment = word.segmentRecord();
        final long takenNs = dispatchers[index].takenSeenNs(nowNs); // by lanes above
        final long beyondNs = beyondNs(word, startNs, nowNs,
            completionNs + (dispatchers[index].device.isSynchronous() ? dispatchers[index].callNs() : beginningNs) + takenNs);
        if (beyondNs <= 0) {
            time.due(nowNs - beyondNs);
            return false;
        }
        time.urgent();
        if (seenStartNs[index] != startNs && isItsOwn(index, word, startNs, nowNs - startNs - beyondNs - takenNs)) {
            seenStartNs[index] = startNs;
            overrun(slot, generation, segment, beyondNs);
        }
        if (beyondNs > options.lostAfterNs()) {
            lose(index);
        }
        return true;
    }

    /** Whether a segment itself took longer than it may: what was taken from its thread does not count, what it waits for does. */
    private boolean isItsOwn(final int index, final RunningWord word, final long startNs, final long allowedNs) {
        final ThreadAccounts accounts = group.accounts(index);
        final long cpuStartNs = word.cpuStartNs();
        if (accounts == null || cpuStartNs == RunningWord.UNKNOWN || accounts.isWaiting()) {
            return word.isStill(startNs);
        }
        final long executedNs = accounts.cpuNs() - cpuStartNs;
        return executedNs > allowedNs && word.isStill(startNs);
    }

    /** Watches what a dispatcher moves; true while that is beyond its worst case. */
    private boolean watchMoves(final int index, final long nowNs) {
        final SwapDriver memory = dispatchers[index].memory;
        return memory != null && (watchMove(index, memory.inWord, nowNs) | watchMove(index, memory.outWord, nowNs));
    }

    private boolean watchMove(final int index, final RunningWord word, final long nowNs) {
        final long startNs = word.startNs();
        if (startNs == 0) {
            return false;
        }
        final long beyondNs = beyondNs(word, startNs, nowNs, completionNs + beginningNs);
        if (beyondNs > options.lostAfterNs()) {
            lose(index);
        }
        return beyondNs > 0;
    }

    /** Loses the devices of a thread that executes outside of its segments, or sleeps in a driver, and does not come back. */
    private void watchRounds(final long nowNs) {
        if (nowNs - roundsSeenNs > options.lostAfterNs() / LOOKS_A_LIMIT) {
            roundsSeenNs = nowNs;
            for (int i = 0; i < dispatchers.length; i++) {
                if (group.isStuck(i)) {
                    lose(i);
                }
                // The command that tells it of the loss wakes a thread that only waits; the driver of that device keeps one that does not
                // read it.
                if (lostNs[i] != 0 && nowNs - lostNs[i] > options.lostAfterNs() && dispatchers[i].readPosition() == readAtLoss[i]) {
                    group.besides(i, this::lose);
                }
            }
        }
    }

    /** Declares a device lost and stops its tasks. */
    private void lose(final int deviceIndex) {
        if (group.markLost(deviceIndex)) {
            final RunningWord word = dispatchers[deviceIndex].runningWord;
            lostNs[deviceIndex] = clock.nanoTime();
            readAtLoss[deviceIndex] = dispatchers[deviceIndex].readPosition();
            group.demote(deviceIndex);
            attempt(dispatchers[deviceIndex].device::abandon);
            if (word.startNs() != 0) {
                attempt(() -> tasks.terminate(word.slot(), word.generation(), word.segmentRecord()));
            }
            commands.send(deviceIndex, CommandDescriptor.LOST, PolicyState.NONE, 0);
            // After the mark: a task that is not in the table yet finds its device lost, and is refused (Kernel.addAll).
            for (int slot = 0; slot < tasks.capacity(); slot++) {
                final TaskTable.Entry entry = tasks.entry(slot);
                if (entry != null && TaskTable.devicesOf(entry.placed()).contains(deviceIndex)) {
                    stop(slot, entry.generation());
                }
            }
            attempt(() -> listener.onDeviceLost(group.deviceName(deviceIndex)));
        }
    }

    /** Stops a task for good; it keeps its slot and its counts. */
    private void stop(final int slot, final int generation) {
        final TaskTable.Entry entry = tasks.entry(slot, generation);
        if (entry != null) {
            tasks.markFailed(slot, generation);
            state.requestStop(slot, generation);
            commands.send(TaskTable.homeDevice(entry.placed()), CommandDescriptor.STOP, slot, generation);
        }
    }

    private void overrun(final int slot, final int generation, final int segment, final long beyondNs) {
        attempt(() -> listener.onOverrunSeen(tasks.name(slot, generation), tasks.segmentIndex(slot, segment), beyondNs));
        if (tasks.onOverrun(slot, generation) == OverrunAction.STOP) {
            stop(slot, generation);
            attempt(() -> tasks.terminate(slot, generation, segment));
        }
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job,
        final long argument) {
        onTaskEvent(type, timeNs, deviceIndex, slot, 0, segment, job, argument); // rings name the generation, and call that one
    }

    @Override
    public void onTaskEvent(
        final int type, final long timeNs, final int deviceIndex, final int slot, final int generation, final int segment, final long job,
        final long argument) {
        if (abandoned) {
            return;
        }
        try { // not by a Runnable: each event comes here
            sink.onTaskEvent(type, timeNs, deviceIndex, slot, generation, segment, job, argument);
        } catch (final Throwable e) {
            failed(e);
        }
        if (type == EventType.MISS) {
            if (!misses.wasTold(slot, generation, timeNs, argument)) {
                missed(tasks.name(slot, generation), job, argument);
            }
        } else if (type == EventType.OVERRUN) {
            if (tasks.onOverrun(slot, generation) == OverrunAction.STOP) {
                tasks.markFailed(slot, generation); // the policy has stopped it
            }
        } else if (type == EventType.ERROR) {
            stop(slot, generation);
            attempt(() -> listener.onError(tasks.name(slot, generation), tasks.error(slot, generation)));
            attempt(() -> {
                if (dispatchers[deviceIndex].device.isLost()) { // an accelerator, whose dispatcher has the device's own index
                    lose(deviceIndex);
                }
            });
        }
    }
}
