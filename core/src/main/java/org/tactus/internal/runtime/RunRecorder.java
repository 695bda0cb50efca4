package org.tactus.internal.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.JobLog;
import org.tactus.internal.event.SafepointLog;
import org.tactus.internal.event.StallLog;
import org.tactus.internal.event.SystemSampler;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.time.Clock;
import org.tactus.internal.watch.CountersFile;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.Stall;

/** Keeps what the monitor drains: jobs and stalls; passes everything on. Monitor thread, then control thread. */
final class RunRecorder implements EventHandler, KernelListener, AutoCloseable {
    /** System property that names the JVM's safepoint log, when there is one. */
    static final String SAFEPOINT_LOG = "tactus.safepoints";
    private static final int SAMPLE_ROUNDS = 10;

    private final TaskSet set;
    private final RunSettings options;
    private final KernelListener listener;
    private final EventHandler events;
    private final StallLog stalls = new StallLog();
    private SystemSampler sampler;
    private final Optional<CountersFile> counters;
    /** What the control thread wants written into the counters: the monitor's thread is their only writer. */
    private final Queue<Consumer<CountersFile>> changes = new ConcurrentLinkedQueue<>();
    private LongSupplier dropped = () -> 0;
    private long rounds;
    private long longestSafepointNs;
    private volatile JobLog jobs;
    private volatile long zeroNs;

    RunRecorder(
        final TaskSet set, final RunSettings options, final Optional<CountersFile> counters, final KernelListener listener,
        final EventHandler events) {
        this.counters = counters;
        this.set = set;
        this.options = options;
        this.listener = listener;
        this.events = events;
    }

    /** Called when the dispatchers' threads run, before time zero. */
    void begin(final long zero, final LongSupplier droppedEvents) {
        zeroNs = zero;
        changes.add(file -> {
            file.zero(zero);
            dropped = droppedEvents;
        });
        final List<Integer> cores = set.platform().devices().stream().flatMap(device -> device.cores().stream()).distinct().toList();
        sampler = new SystemSampler(stalls, zero, options.kernel().stallThresholdNs(), cores);
        jobs = new JobLog(options.scratch(), options.kernel().taskCapacity(), zero);
    }

    /** Shows a task to who watches from outside. Called by the control thread after its admission, before its first release. */
    void show(final int slot, final Task task, final OptionalLong boundNs) {
        changes.add(file -> file.define(slot, task, boundNs));
    }

    /** Shows a new bound of a task. Called by the control thread. */
    void showBound(final int slot, final OptionalLong boundNs) {
        changes.add(file -> file.bound(slot, boundNs));
    }

    private void change(final CountersFile file) {
        for (Consumer<CountersFile> next = changes.poll(); next != null; next = changes.poll()) {
            next.accept(file);
        }
        file.dropped(dropped.getAsLong());
    }

    /** Noise that was measured beside the run, nanoseconds. */
    Map<String, Long> noise() {
        return longestSafepointNs > 0 ? Map.of("longestSafepointNs", longestSafepointNs) : Map.of();
    }

    JobLog jobs() {
        return jobs;
    }

    /** Ends the logs after the last event and tells the stalls. */
    List<Stall> finish(final long endNs) {
        jobs.finish(endNs);
        final String safepoints = System.getProperty(SAFEPOINT_LOG);
        if (safepoints != null) {
            try {
                longestSafepointNs = SafepointLog.read(
                    Path.of(safepoints), zeroNs, endNs, options.kernel().stallThresholdNs(), stalls);
            } catch (final IOException e) {
                longestSafepointNs = 0; // the noise line then says nothing of safepoints
            }
        }
        return stalls.stalls();
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job,
        final long argument) {
        final JobLog log = jobs;
        if (log == null) {
            return; // before time zero nothing is a job
        }
        if (type == EventType.STALL) {
            final long atNs = timeNs - argument - zeroNs;
            if (atNs + argument > 0) {
                stalls.add(atNs, argument, set.platform().devices().get(device).name(), "loop gap");
            }
        } else {
            log.onEvent(type, timeNs, device, task, segment, job, argument);
        }
        if (counters.isPresent()) {
            counters.get().onEvent(type, timeNs, device, task, segment, job, argument);
        }
        events.onEvent(type, timeNs, device, task, segment, job, argument);
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
    public void onRound() {
        if (jobs != null && ++rounds % SAMPLE_ROUNDS == 0) {
            sampler.sample(Clock.SYSTEM.nanoTime());
        }
        if (counters.isPresent()) {
            change(counters.get());
        }
        listener.onRound();
    }

    @Override
    public void close() {
        if (sampler != null) {
            try {
                sampler.close();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (jobs != null) {
            jobs.close();
        }
        if (counters.isPresent()) {
            try {
                counters.get().close();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
