package org.tactus.internal.kernel;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.OverrunAction;
import org.tactus.model.Task;

/**
 * Watches dispatchers from outside: sees a segment run past its WCET while it runs, acts as its task says, declares a device
 * lost whose segment or move does not end; drains the event rings and calls the handlers. One thread, never a dispatcher's.
 *
 * <p>What a handler or a work throws is told once, in {@link #granted}, and the watch goes on.
 */
final class Monitor implements Runnable, EventHandler {
    private static final long ROUND_NS = 1_000_000;
    private static final int DRAIN_LIMIT = 1 << 14;

    private final DispatcherGroup group;
    private final Dispatcher[] dispatchers;
    private final TaskTable tasks;
    private final PolicyState state;
    private final long toleranceNs;
    private final ThreadSetup setup;
    private final KernelListener listener;
    private final EventHandler sink;
    private final Clock clock;
    private final KernelOptions options;
    private final long[] seenStartNs;
    private final Runnable round;
    private final Thread thread;
    private volatile boolean running = true;
    private volatile String granted = "not started";
    private volatile String failure = "";

    Monitor(
        final DispatcherGroup group, final TaskTable tasks, final PolicyState state, final long toleranceNs,
        final KernelOptions options, final ThreadSetup setup, final KernelListener listener, final EventHandler sink, final Clock clock) {
        this.group = group;
        this.dispatchers = group.dispatchers();
        this.tasks = tasks;
        this.state = state;
        this.toleranceNs = toleranceNs;
        this.setup = setup;
        this.listener = listener;
        this.sink = sink;
        this.clock = clock;
        this.options = options;
        this.seenStartNs = new long[dispatchers.length];
        this.round = listener::onRound;
        this.thread = Thread.ofPlatform().name("tactus-monitor").daemon(true).unstarted(this);
    }

    void start() {
        thread.start();
    }

    /** Ends the thread after a last draining; the dispatchers have ended before. */
    void shutDown() throws InterruptedException {
        running = false;
        LockSupport.unpark(thread);
        thread.join();
    }

    /** What the thread was granted, and which of its handlers failed first, in one line. Any thread. */
    String granted() {
        return thread.getName() + ": " + granted + failure;
    }

    @Override
    public void run() {
        attempt(() -> granted = setup.apply("monitor", List.of()));
        while (running) {
            final long nowNs = clock.nanoTime();
            for (int i = 0; i < dispatchers.length; i++) {
                watchSegment(i, nowNs);
                watchMove(i, nowNs);
            }
            drain();
            attempt(round);
            LockSupport.parkNanos(ROUND_NS);
        }
        drain();
    }

    private void drain() {
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.recorder.events.drain(this, DRAIN_LIMIT);
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

    private void failed(final Throwable e) {
        if (failure.isEmpty()) {
            failure = "; a handler failed, and may again: " + e.toString().replaceAll("\\s*\\R\\s*", " ");
        }
    }

    /** How far something is beyond its worst case; below 0 when it has ended meanwhile. */
    private long beyondNs(final RunningWord word, final long startNs, final long nowNs) {
        final long worstNs = word.worstNs();
        return word.startNs() == startNs ? nowNs - startNs - worstNs - toleranceNs : -1;
    }

    private void watchSegment(final int index, final long nowNs) {
        final RunningWord word = dispatchers[index].runningWord;
        final long startNs = word.startNs();
        if (startNs == 0) {
            return;
        }
        final int task = word.task();
        final int segment = word.segmentRecord();
        final long beyondNs = beyondNs(word, startNs, nowNs);
        if (beyondNs <= 0) {
            return;
        }
        if (seenStartNs[index] != startNs) {
            seenStartNs[index] = startNs;
            overrun(task, segment, beyondNs);
        }
        if (beyondNs > options.lostAfterNs()) {
            lose(index);
        }
    }

    private void watchMove(final int index, final long nowNs) {
        final SwapDriver memory = dispatchers[index].memory;
        if (memory != null) {
            final long startNs = memory.movingWord.startNs();
            if (startNs != 0 && beyondNs(memory.movingWord, startNs, nowNs) > options.lostAfterNs()) {
                lose(index);
            }
        }
    }

    /** Declares a device lost and stops its tasks. */
    private void lose(final int device) {
        if (group.markLost(device)) {
            final RunningWord word = dispatchers[device].runningWord;
            final SegmentWork work = word.startNs() == 0 ? null : tasks.works[word.segmentRecord()];
            if (work != null) {
                attempt(work::terminate);
            }
            for (int slot = 0; slot < tasks.capacity(); slot++) {
                final Task task = tasks.task(slot);
                if (task != null && TaskTable.devicesOf(task).contains(device)) {
                    stop(slot);
                }
            }
            attempt(() -> listener.onDeviceLost(group.deviceName(device)));
        }
    }

    /** Stops a task for good; it keeps its slot and its counts. */
    private void stop(final int slot) {
        final Task task = tasks.task(slot);
        if (task != null) {
            state.requestStop(slot);
            group.offer(TaskTable.homeDevice(task), CommandDescriptor.STOP, slot);
        }
    }

    private void overrun(final int task, final int segment, final long beyondNs) {
        attempt(() -> listener.onOverrunSeen(tasks.name(task), tasks.segmentIndex(task, segment), beyondNs));
        if (tasks.onOverrun(task) == OverrunAction.STOP) {
            stop(task);
            final SegmentWork work = tasks.works[segment];
            if (work != null) {
                attempt(work::terminate);
            }
        }
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job,
        final long argument) {
        try { // not by a Runnable: each event comes here
            sink.onEvent(type, timeNs, device, task, segment, job, argument);
        } catch (final Throwable e) {
            failed(e);
        }
        if (type == EventType.MISS) {
            attempt(() -> listener.onDeadlineMiss(tasks.name(task), job, argument));
        } else if (type == EventType.ERROR) {
            stop(task);
            attempt(() -> listener.onError(tasks.name(task), tasks.errors[task]));
            attempt(() -> {
                if (dispatchers[device].driver.isLost()) {
                    lose(device);
                }
            });
        }
    }
}
