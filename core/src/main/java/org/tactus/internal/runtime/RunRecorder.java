// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.event.BoundHistory;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.SafepointTail;
import org.tactus.internal.event.StallJudge;
import org.tactus.internal.event.StallLog;
import org.tactus.internal.event.SystemSampler;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.time.Clock;
import org.tactus.internal.watch.CounterBlock;
import org.tactus.internal.watch.CountersFile;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.watch.FlightEvents;
import org.tactus.internal.watch.TaskCounts;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.BoundsHeld;
import org.tactus.result.Stall;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;

/**
 * Judges jobs and keeps stalls as the monitor drains them, in memory that does not grow with the run; passes everything on. Monitor
 * thread, then control thread.
 */
final class RunRecorder implements EventHandler, KernelListener, AutoCloseable {
    /** System property that names the JVM's safepoint log, when there is one. */
    static final String SAFEPOINT_LOG = "tactus.safepoints";
    /** Between two looks at the system's accounting, whose ticks are of 10 ms, a little less than a usual round. */
    private static final long SAMPLE_NS = 9_500_000;
    /** The same while no event comes: no job is there that a stall could touch, and reading costs more than all else of the monitor. */
    private static final long QUIET_SAMPLE_NS = 55_000_000;
    private static final long SAFEPOINT_NS = 100_000_000;
    /** How long a monitor may take until it answers; its rounds come every 20 ms. */
    private static final long VIEW_PATIENCE_MS = 5000;

    private final TaskSet set;
    private final RunSettings options;
    private final Clock clock;
    private final KernelListener listener;
    private final EventHandler events;
    private final StallLog stalls = new StallLog();
    private final StallJudge judge;
    /** Gaps with which the platform broke its stall curve, and the jobs that they touch; no judge where no curve is charged. */
    private final StallLog breaks = new StallLog(stalls);
    private final Optional<StallJudge> breaksJudge;
    private final BoundHistory bounds = new BoundHistory();
    /** Where other processes see the counters; empty when they are in this process's memory alone. */
    private final Optional<CountersFile> file;
    private final CounterBlock counters;
    private final FlightEvents flight;
    /** Changes that the control thread asks for: only the monitor's thread may write to the counters and the judge. */
    private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();
    private LongSupplier dropped = () -> 0;
    private long sampledNs = Long.MIN_VALUE / 2;
    /** Whether an event came since the last look. */
    private boolean eventful;
    private long safepointsNs = Long.MIN_VALUE / 2;
    private SystemSampler sampler;
    /** Null without a log of safepoints. */
    private SafepointTail safepoints;
    private String safepointsWarning = "";
    private volatile boolean begun;
    private volatile Thread monitor;
    /** From here on the thread that ends the run does what the monitor did, also when the monitor is stuck in a listener. */
    private volatile boolean finished;
    private volatile boolean ended;
    private long zeroNs;

    RunRecorder(
        final TaskSet set, final RunSettings options, final Optional<CountersFile> counters, final Clock clock,
        final KernelListener listener, final EventHandler events) {
        this.file = counters;
        this.counters = counters.map(CountersFile::counters).orElseGet(() -> ownCounters(set, options));
        this.flight = new FlightEvents(set.platform(), options.kernel().taskCapacity());
        stalls.teller(FlightEvents::stalled);
        breaks.teller(FlightEvents::stalled);
        this.set = set;
        this.options = options;
        this.clock = clock;
        this.listener = listener;
        this.events = events;
        this.judge = new StallJudge(stalls, StallJudge.Reach.BACKLOG, options.kernel().taskCapacity());
        this.breaksJudge = set.overheads().supply().isNone() ? Optional.empty()
            : Optional.of(new StallJudge(breaks, StallJudge.Reach.BACKLOG, options.kernel().taskCapacity()));
    }

    /** Counters for this process alone. */
    private static CounterBlock ownCounters(final TaskSet set, final RunSettings options) {
        final var layout = new CountersFile.Layout(options.kernel().taskCapacity(), options.kernel().segmentCapacity(), 0);
        return new CounterBlock(AlignedMemory.allocate(CounterBlock.requiredBytes(set.platform().devices().size(), layout)),
            set.platform(), layout, System.currentTimeMillis());
    }

    /** Opens what a run looks at, which may take long. Called when the dispatchers' threads run, before {@link #begin}. */
    void open() {
        final List<Integer> cores = set.platform().devices().stream().flatMap(device -> device.cores().stream()).distinct().toList();
        sampler = new SystemSampler(stalls, 0, options.kernel().stallThresholdNs(), cores);
        final String log = System.getProperty(SAFEPOINT_LOG);
        if (log != null) {
            try {
                safepoints = new SafepointTail(Path.of(log), 0, options.kernel().stallThresholdNs(), stalls);
            } catch (final IOException e) {
                safepointsWarning = "pauses of the JVM are not seen: " + e.getMessage();
            }
        }
    }

    /** Called shortly before time zero, after {@link #open}, which it does itself otherwise. */
    void begin(final long zero, final LongSupplier droppedEvents) {
        if (sampler == null) {
            open();
        }
        zeroNs = zero;
        judge.zero(zero);
        breaksJudge.ifPresent(also -> also.zero(zero));
        changes.add(() -> {
            counters.zero(zero);
            flight.zero(zero);
            dropped = droppedEvents;
        });
        sampler.zero(zero);
        if (safepoints != null) {
            safepoints.zero(zero);
        }
        begun = true; // publishes all of the above to the monitor's thread
    }

    /**
     * Writes a task into the counters file, and makes it known to the judge. Called by the control thread after its admission; its
     * bound holds from fromNs of the system clock on, which is before its first release.
     */
    void show(final int slot, final int generation, final Task task, final OptionalLong boundNs, final long fromNs) {
        bounds.admitted(generation, fromNs - zeroNs, boundNs);
        changes.add(() -> {
            judge.define(slot, generation, task);
            breaksJudge.ifPresent(also -> also.define(slot, generation, task));
            counters.define(slot, generation, task, boundNs);
            flight.admitted(slot, task.name(), boundNs);
        });
    }

    /** Shows a new bound of a task that is there, and from when on it holds. Called by the control thread. */
    void showBound(final int slot, final int generation, final OptionalLong boundNs, final long fromNs) {
        bounds.changed(generation, fromNs - zeroNs, boundNs);
        changes.add(() -> {
            if (counters.holds(slot, generation)) {
                counters.bound(slot, boundNs);
            }
        });
    }

    /**
     * Finds the live counts of a task. Any thread, a listener's too.
     *
     * @return empty when another task has its slot, or the run has ended
     * @throws IllegalStateException when the monitor does not answer in time
     */
    Optional<TaskCounts> view(final int slot, final int generation) {
        return view(slot, generation, VIEW_PATIENCE_MS);
    }

    /** The same with another patience, milliseconds. */
    Optional<TaskCounts> view(final int slot, final int generation, final long patienceMs) {
        final CompletableFuture<Optional<TaskCounts>> answer = new CompletableFuture<>();
        changes.add(() -> answer.complete(counters.view(slot, generation)));
        if (ended) { // read after the question is asked: what is asked before the end, the end answers
            return Optional.empty();
        }
        if (Thread.currentThread() == monitor && !finished) {
            change(); // a listener asks, and nobody else would answer
        }
        try {
            return answer.orTimeout(patienceMs, TimeUnit.MILLISECONDS).join();
        } catch (final CompletionException e) {
            throw new IllegalStateException("the monitor has not answered for " + patienceMs + " ms: a listener does not return, or the"
                + " machine is overloaded; ask again later, and let listeners return soon", e);
        }
    }

    /** The run has ended, after {@link #finish}: its counts stay as they are, and readers are told so. By the thread that ends it. */
    void end() {
        ended = true;
        change();
        counters.end();
    }

    /** Tells that a task or a set was refused. By the control thread; what no monitor tells is told when the run ends. */
    void refused(final String what, final String reason) {
        changes.add(() -> FlightEvents.refused(what, reason));
    }

    /** What was counted so far. Any thread. */
    CountersReader counters() {
        return counters.reader();
    }

    /** The bounds that held for a task. Any thread. */
    BoundsHeld bounds(final int generation) {
        return bounds.summary(generation);
    }

    /** Changes that wait for the monitor's thread. */
    int pendingChanges() {
        return changes.size();
    }

    private void change() {
        for (Runnable next = changes.poll(); next != null; next = changes.poll()) {
            next.run();
        }
    }

    /** Noise that was measured beside the run, nanoseconds. */
    Map<String, Long> noise() {
        final long longestNs = safepoints == null ? 0 : safepoints.longestNs();
        return longestNs > 0 ? Map.of("longestSafepointNs", longestNs) : Map.of();
    }

    /** Why pauses of the JVM are not among the stalls; empty when they are, or were not asked for. */
    String safepointsWarning() {
        return safepointsWarning;
    }

    /** Ends the judgement after the last event. Returns the longest stalls, earliest first; none of a run that did not begin. */
    List<Stall> finish(final long endNs) {
        finished = true;
        change();
        judge.finish(endNs);
        breaksJudge.ifPresent(also -> also.finish(endNs));
        pollSafepoints(endNs);
        return stalls.stalls();
    }

    /** The results without the jobs that a stall touched; call it once, after {@link #finish}. */
    WithoutStalls withoutStalls(final List<Integer> slots, final List<TaskResult> all) {
        return judge.results(slots, all);
    }

    /** The results without the jobs that a break of the curve excuses; call it once, after {@link #finish}. */
    List<TaskResult> withoutBreaks(final List<Integer> slots, final List<TaskResult> all) {
        return breaksJudge.map(also -> also.results(slots, all).tasks()).orElse(List.of());
    }

    /** Jobs that overlap a gap with which the platform broke its curve, or the backlog after it; after {@link #withoutBreaks}. */
    long beyondCurve() {
        return breaksJudge.map(StallJudge::reached).orElse(0L);
    }

    private void pollSafepoints(final long untilNs) {
        if (safepoints != null) {
            try {
                safepoints.poll(untilNs);
            } catch (final IOException e) {
                safepointsWarning = "pauses of the JVM are not all seen: " + e.getMessage();
            }
        }
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job,
        final long argument) {
        onTaskEvent(type, timeNs, device, task, 0, segment, job, argument); // the monitor names the generation, and calls that one
    }

    @Override
    public void onTaskEvent(
        final int type, final long timeNs, final int device, final int task, final int generation, final int segment, final long job,
        final long argument) {
        if (!begun) {
            return; // before time zero nothing is a job
        }
        eventful = true;
        if (!changes.isEmpty()) {
            change(); // a task is known before its first event
        }
        if (type == EventType.STALL) {
            final long atNs = timeNs - argument - zeroNs;
            if (atNs + argument > 0) {
                stalls.add(atNs, argument, set.platform().devices().get(device).name(), "loop gap");
            }
        } else if (type == EventType.OWN_WAIT) {
            stalls.addOwn(new Stall(timeNs - job - zeroNs, job, set.platform().devices().get(device).name(), Stall.OWN_WAIT), argument);
        } else if (type == EventType.BEYOND_CURVE) {
            if (timeNs - zeroNs > 0) {
                breaks.add(timeNs - argument - zeroNs, argument, set.platform().devices().get(device).name(), "beyond the curve");
            }
        } else {
            judge.onTaskEvent(type, timeNs, device, task, generation, segment, job, argument);
            if (breaksJudge.isPresent()) {
                breaksJudge.get().onTaskEvent(type, timeNs, device, task, generation, segment, job, argument);
            }
            if (type == EventType.COMPLETE) {
                bounds.completed(generation, argument - zeroNs, timeNs - zeroNs);
            }
        }
        counters.onTaskEvent(type, timeNs, device, task, generation, segment, job, argument);
        if (counters.holds(task, generation)) {
            flight.onEvent(type, timeNs, device, task, segment, job, argument);
        }
        events.onTaskEvent(type, timeNs, device, task, generation, segment, job, argument);
    }

    @Override
    public void onDeadlineMiss(final String task, final long job, final long lateNs) {
        listener.onDeadlineMiss(task, job, lateNs);
    }

    @Override
    public void onOverrunSeen(final String task, final int segment, final long beyondNs) {
        listener.onOverrunSeen(task, segment, beyondNs);
    }

    @Override
    public void onError(final String task, final Throwable cause) {
        listener.onError(task, cause);
    }

    @Override
    public void onDeviceLost(final String device) {
        listener.onDeviceLost(device);
    }

    @Override
    public void onDispatcherDeath(final String device, final Throwable cause) {
        listener.onDispatcherDeath(device, cause);
    }

    @Override
    public void onRound() {
        if (monitor == null) {
            monitor = Thread.currentThread();
        }
        if (begun) {
            final long nowNs = clock.nanoTime();
            if (nowNs - sampledNs >= (eventful ? SAMPLE_NS : QUIET_SAMPLE_NS)) {
                sampledNs = nowNs;
                eventful = false;
                sampler.sample(nowNs);
            }
            if (nowNs - safepointsNs >= SAFEPOINT_NS) {
                safepointsNs = nowNs;
                pollSafepoints(Long.MAX_VALUE);
            }
        }
        change();
        counters.dropped(dropped.getAsLong());
        counters.round(clock.nanoTime());
        listener.onRound();
    }

    @Override
    public void close() {
        final Closing closing = new Closing();
        if (sampler != null) {
            closing.attempt(sampler::close);
        }
        if (safepoints != null) {
            closing.attempt(safepoints::close);
        }
        counters.end();
        file.ifPresent(open -> closing.attempt(open::close));
        closing.finish();
    }
}
