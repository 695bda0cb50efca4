package org.tactus.kernel;

import java.util.concurrent.locks.LockSupport;
import org.tactus.device.SegmentWork;
import org.tactus.model.OverrunAction;
import org.tactus.time.Clock;
import org.tactus.trace.EventHandler;
import org.tactus.trace.EventType;

/**
 * Watches dispatchers from outside: sees a segment run past its WCET while it runs, acts as its task says, declares a device
 * lost; drains the event rings and calls the handlers. One thread, never a dispatcher's.
 */
final class Monitor implements Runnable, EventHandler {
    private static final long ROUND_NS = 1_000_000;
    private static final int DRAIN_LIMIT = 1 << 14;

    private final Kernel kernel;
    private final Dispatcher[] dispatchers;
    private final KernelListener listener;
    private final EventHandler sink;
    private final Clock clock;
    private final KernelOptions options;
    private final long[] seenStartNs;
    private final Thread thread;
    private volatile boolean running = true;

    Monitor(
        final Kernel kernel, final Dispatcher[] dispatchers, final KernelListener listener, final EventHandler sink,
        final Clock clock, final KernelOptions options) {
        this.kernel = kernel;
        this.dispatchers = dispatchers;
        this.listener = listener;
        this.sink = sink;
        this.clock = clock;
        this.options = options;
        this.seenStartNs = new long[dispatchers.length];
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

    @Override
    public void run() {
        kernel.setupMonitorThread();
        while (running) {
            final long nowNs = clock.nanoTime();
            for (int i = 0; i < dispatchers.length; i++) {
                watch(i, nowNs);
            }
            drain();
            listener.onRound();
            LockSupport.parkNanos(ROUND_NS);
        }
        drain();
    }

    private void drain() {
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.recorder.events.drain(this, DRAIN_LIMIT);
        }
    }

    private void watch(final int index, final long nowNs) {
        final RunningWord word = dispatchers[index].runningWord;
        final long startNs = word.startNs();
        if (startNs == 0) {
            return;
        }
        final int task = word.task();
        final int segment = word.segmentRecord();
        if (word.startNs() != startNs) {
            return; // another segment has begun meanwhile
        }
        final long beyondNs = nowNs - startNs - kernel.budgetNs(segment);
        if (beyondNs <= 0) {
            return;
        }
        if (seenStartNs[index] != startNs) {
            seenStartNs[index] = startNs;
            overrun(task, segment, beyondNs);
        }
        if (beyondNs > options.lostAfterNs()) {
            kernel.lost(index);
        }
    }

    void deviceLost(final String device) {
        listener.onDeviceLost(device);
    }

    private void overrun(final int task, final int segment, final long beyondNs) {
        listener.onOverrunSeen(kernel.taskName(task), kernel.segmentIndex(task, segment), beyondNs);
        if (kernel.onOverrun(task) == OverrunAction.STOP) {
            kernel.stopFromMonitor(task);
            final SegmentWork work = kernel.work(segment);
            if (work != null) {
                work.terminate();
            }
        }
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job,
        final long argument) {
        sink.onEvent(type, timeNs, device, task, segment, job, argument);
        if (type == EventType.MISS) {
            listener.onDeadlineMiss(kernel.taskName(task), job, argument);
        } else if (type == EventType.ERROR) {
            kernel.stopFromMonitor(task);
            listener.onError(kernel.taskName(task), kernel.error(task));
        }
    }
}
