// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.tactus.analysis.Verdict;
import org.tactus.bindings.linux.CoreRivals;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.jvm.JvmDefects;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.lifecycle.EndingLock;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.policy.OfferLedger;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.Preemptions;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.internal.watch.TaskCounts;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/**
 * Runs a task set inside the embedding program: analysis decides what is admitted, the kernel runs it, a result sets measured
 * beside bound. Control methods are for one thread at a time; {@link #release(RunHandle)} is for any. {@link org.tactus.Tactus} and the
 * command line drive it:
 * <pre>{@code
 * try (TaskSetRun run = TaskSetRun.open(set, RunSettings.DEFAULT, works, KernelListener.NONE)) {
 *     run.start();
 *     ...
 *     RunResult result = run.stop();
 * }
 * }</pre>
 */
public final class TaskSetRun implements AutoCloseable {
    static final long LEAD_NS = 50_000_000L;
    /** Before time zero the dispatchers get a command for each task, which a loaded machine takes long over. */
    private static final long START_LEAD_NS = 100_000_000L;
    private static final long START_LEAD_PER_TASK_NS = 20_000;

    private final TaskSet set;
    private final RunSettings options;
    private final WorkFactory factory;
    private final Kernel kernel;
    private final RunRecorder recorder;
    private final RunResources resources;
    private final List<Device> devices;
    /** Every task that was ever admitted, in that order. */
    private final AdmittedTasks admitted = new AdmittedTasks();
    private final RunNotes notes = new RunNotes();
    private final AdmissionControl admission;
    private final RunJoining joining;
    private final RunSummary summary;
    private final Surroundings surroundings = new Surroundings();
    /** Kept when the run has ended, for every later call. */
    private final ResponseHistograms histograms = new ResponseHistograms();
    /** Null before the end; a listener looks without the lock, while another thread ends the run. */
    private volatile RunResult result;
    private SporadicDriver sporadic;
    /** Null before the start. */
    private RunExposure exposure;
    private volatile boolean startedOnce;
    /** Of the calls that start, end and change the run. */
    private final EndingLock lock = new EndingLock();
    /** From the first call on that ends a run which has begun. */
    private volatile boolean ending;
    private volatile boolean closed;
    /** When the set was admitted; from then on its bounds hold. */
    private long begunNs;
    private long zeroNs;

    private TaskSetRun(
        final TaskSet set, final RunSettings options, final WorkFactory factory, final KernelListener listener,
        final EventHandler events) {
        this.set = options.kernel().shareAccelerators() ? set.withSharedThread() : set;
        this.options = options;
        this.factory = factory;
        set.requireUnitsWhereSwapped();
        Preemptions.require(set);
        Surroundings.requireCores(set);
        PolicyState.requireCapacity(set.tasks().size());
        JvmDefects.known().ifPresent(notes::warn);
        final RealTimeSetup setup = new RealTimeSetup(options.realTime(), surroundings::doubt);
        resources = new RunResources(this.set, options, setup, notes);
        devices = resources.devices();
        try {
            admission = new AdmissionControl(this.set, devices, options.force());
            recorder = new RunRecorder(this.set, options, resources.counters(), Clock.SYSTEM, listener, events);
            kernel = new Kernel(this.set, devices, resources.hotState(), options.kernel(),
                admission, setup, recorder, recorder, Clock.SYSTEM);
            joining = new RunJoining(this, this.set, devices, options.seed(), kernel, admission, admitted, recorder, notes);
            summary = new RunSummary(this.set, options, factory, devices, kernel, admission, admitted, recorder, notes, surroundings);
        } catch (final Throwable e) {
            resources.abandon(e);
            throw e;
        }
    }

    /**
     * Prepares a kernel for a set; nothing runs yet.
     *
     * @param set      the set
     * @param options  settings
     * @param factory  prepares tasks' segments
     * @param listener told of misses, overruns, errors and lost devices, off the hot path
     * @param events   takes every event besides, on the monitor thread
     * @return the kernel, to be started
     * @throws InvalidTaskSetException for a device or a swapped task that this version cannot run
     */
    public static TaskSetRun open(
        final TaskSet set, final RunSettings options, final WorkFactory factory, final KernelListener listener,
        final EventHandler events) {
        return new TaskSetRun(set, options, factory, listener, events);
    }

    /**
     * Prepares a kernel for a set, for a program that needs no events.
     *
     * @param set      the set
     * @param options  settings
     * @param factory  prepares tasks' segments
     * @param listener told of misses, overruns, errors and lost devices, off the hot path
     * @return the kernel, to be started
     * @throws InvalidTaskSetException for a device or a swapped task that this version cannot run
     */
    public static TaskSetRun open(final TaskSet set, final RunSettings options, final WorkFactory factory, final KernelListener listener) {
        return open(set, options, factory, listener, EventHandler.NONE);
    }

    /**
     * Warms the path up, starts the dispatchers and admits the whole set; time zero lies shortly ahead. When this throws anything but that
     * it was called before, everything is closed.
     *
     * @throws AdmissionRefusedException when the analysis refuses the set, with the reason; nothing runs then
     * @throws IllegalStateException     when it was started before, has been stopped, or was closed
     * @throws InterruptedException      when interrupted meanwhile; nothing runs then
     */
    public void start() throws InterruptedException {
        lock.lock();
        try {
            startNow();
        } finally {
            lock.unlock();
        }
    }

    private void startNow() throws InterruptedException {
        if (startedOnce || closed || result != null) {
            throw new IllegalStateException("it was " + (closed ? "closed" : result != null ? "stopped" : "started before")
                + ", and one of these runs once; open another");
        }
        startedOnce = true;
        try {
            startOnce();
        } catch (final Throwable e) {
            final Undo started = new Undo();
            started.add(this::close);
            started.run(e);
            throw e;
        }
    }

    private void startOnce() throws InterruptedException {
        PathRehearsal.begin();
        final Optional<String> refusal = admission.refusal(set);
        if (refusal.isPresent()) {
            recorder.refused(set.name(), refusal.get());
            throw new AdmissionRefusedException(refusal.get());
        }
        final int[] given = prepareAndAdmit();
        final List<RunHandle> driven = new ArrayList<>();
        for (int i = 0; i < given.length; i++) {
            final RunHandle handle = joining.remember(given[i], set.tasks().get(i), begunNs);
            if (set.tasks().get(i).release() == Release.SPORADIC) {
                driven.add(handle);
            }
        }
        if (options.driveSporadic()) {
            sporadic = new SporadicDriver(this::release, driven, set.tasks().stream()
                .filter(task -> task.release() == Release.SPORADIC).mapToLong(Task::periodNs).toArray(), zeroNs, options.seed());
            sporadic.start();
        }
    }

    /** Prepares the works, starts the threads and admits the set; the works are closed when any of that fails. */
    private int[] prepareAndAdmit() throws InterruptedException {
        final List<List<SegmentWork>> works = new ArrayList<>();
        try {
            factory.prepareAll(set, devices, options.seed(), works);
            DeviceRemarks.take(set, devices).forEach(notes::warn);
            PathRehearsal.await();
            kernel.start();
            surroundings.look(set, options.realTime(), new CoreRivals());
            rememberGranted();
            recorder.open();
            exposure = new RunExposure(options, set, recorder.counters(), notes);
            System.gc(); // the garbage of preparing is collected now, not in the middle of a run
            return kernel.addAll(set.tasks(), works, slots -> {
                joining.tellPlaces(factory, set.tasks(), slots);
                return begin();
            });
        } catch (final Throwable e) {
            RunJoining.close(works, e);
            throw e;
        }
    }

    /** Sets time zero, when all that is slow has been done. */
    private long begin() {
        begunNs = Clock.SYSTEM.nanoTime();
        zeroNs = begunNs + START_LEAD_NS + set.tasks().size() * START_LEAD_PER_TASK_NS;
        recorder.begin(zeroNs, kernel::droppedEvents);
        return zeroNs;
    }

    private void rememberGranted() {
        kernel.granted().forEach(line -> notes.granted(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2)));
        surroundings.tell(notes);
    }

    /**
     * Admits another task while the others run.
     *
     * @param task the task; its devices are the set's
     * @return what to name it by
     * @throws AdmissionRefusedException when the analysis refuses, with the reason
     * @throws InvalidTaskSetException   when it names a device that the set has not
     */
    public RunHandle add(final Task task) {
        return add(task, factory);
    }

    /**
     * Admits another task while the others run, with segments of its own making.
     *
     * @param task   the task; its devices are the set's
     * @param making prepares its segments
     * @return what to name it by
     * @throws AdmissionRefusedException when the analysis refuses, with the reason
     * @throws InvalidTaskSetException   when it names a device that the set has not
     */
    public RunHandle add(final Task task, final WorkFactory making) {
        if (!lock.lockUnless(() -> ending)) { // a listener that adds a task must not keep the end waiting, which waits for its thread
            throw new IllegalStateException(ended(task));
        }
        try {
            if (closed || result != null) {
                throw new IllegalStateException(ended(task));
            }
            return joining.add(task, making);
        } finally {
            lock.unlock();
        }
    }

    private String ended(final Task task) {
        return "it was " + (closed ? "closed" : "stopped") + "; open another to run '" + task.name() + "'";
    }

    /**
     * Starts to remove a task. It counts for admissions, and the bounds that were given with it stay in force, until after its last
     * job there was an instant without a live job of any task that shares devices with it. A task that is gone, or of a run that has
     * ended, is left as it is, and so is another one that has its slot or its name.
     *
     * @param task the task
     * @throws IllegalArgumentException when it is another {@link TaskSetRun}'s
     */
    public void remove(final RunHandle task) {
        requireOwn(task);
        kernel.remove(task.slot(), task.generation());
    }

    /**
     * Starts to remove the task that was admitted last under a name.
     *
     * @param name the task
     * @throws IllegalArgumentException when no task was ever admitted under it
     */
    public void remove(final String name) {
        remove(handle(name));
    }

    private void requireOwn(final RunHandle task) {
        if (!task.belongsTo(this)) {
            throw new IllegalArgumentException("task " + task + " was admitted by another Tactus; name one of "
                + String.join(", ", admitted.names()));
        }
    }

    /**
     * Requests a job of a sporadic task. Any thread, at any time; lock-free, allocation-free.
     *
     * @param task the task
     * @return one of {@link SporadicGate}'s codes; {@link SporadicGate#UNKNOWN} for the task of another run
     */
    public int release(final RunHandle task) {
        return task.belongsTo(this) ? kernel.release(task.slot(), task.generation()) : SporadicGate.UNKNOWN;
    }

    /**
     * Makes the ledger of a task that is offered to a second machine: who sends its offers keeps it, one thread at a time.
     *
     * @param task the task
     * @return a ledger without offers
     * @throws IllegalArgumentException when it is another {@link TaskSetRun}'s
     */
    public OfferLedger ledger(final RunHandle task) {
        requireOwn(task);
        return new OfferLedger(kernel.offers(), task.slot(), task.generation());
    }

    /**
     * Finds the task that was admitted last under a name; it may have ended since.
     *
     * @param name the task
     * @return what to name it by
     * @throws IllegalArgumentException when no task was ever admitted under it, such as before the start
     */
    public RunHandle handle(final String name) {
        return admitted.last(name).orElseThrow(() -> new IllegalArgumentException("there is no task '" + name + "'; there are "
            + (admitted.names().isEmpty() ? "none before the start" : String.join(", ", admitted.names()))));
    }

    /**
     * Jobs of a task that were completed so far; approximate while it runs. Allocates nothing while the task is there.
     *
     * @param task the task
     * @return a count
     * @throws IllegalArgumentException when it is another {@link TaskSetRun}'s
     */
    public long completed(final RunHandle task) {
        requireOwn(task);
        return kernel.completed(task.slot(), task.generation());
    }

    /**
     * What was counted of a task so far. While it runs, the counts may be a moment old and need not be of one instant.
     *
     * @param task the task
     * @return the counts, also of a task that is gone
     * @throws IllegalArgumentException when it is another {@link TaskSetRun}'s
     */
    public TaskResult.Counts counts(final RunHandle task) {
        requireOwn(task);
        return kernel.counts(task.slot(), task.generation());
    }

    /**
     * Finds the counts of a task, to be looked at again and again; they stay when the task and the run have ended.
     *
     * @param task the task
     * @return its counts as they stand at each look
     * @throws IllegalArgumentException when it is another {@link TaskSetRun}'s
     * @throws IllegalStateException    when the monitor does not answer, because a listener does not return
     */
    public TaskCounts view(final RunHandle task) {
        requireOwn(task); // without the lock: a listener that asks must not keep the end waiting, which waits for its thread
        return recorder.view(task.slot(), task.generation()).orElseGet(() -> TaskCounts.of(
            kernel.counts(task.slot(), task.generation()), kernel.report(task.slot(), task.generation()).responses()));
    }

    /**
     * What the analysis says of the tasks that run now.
     *
     * @return empty when no test applies and the set was forced
     */
    public Optional<Verdict> verdict() {
        return admission.verdict();
    }

    /**
     * What the system granted, by thread.
     *
     * @return a copy
     */
    public Map<String, String> granted() {
        return notes.granted();
    }

    /**
     * What is not as it should be and did not keep the set from running.
     *
     * @return one sentence each, in the order in which it was noticed
     */
    public List<String> warnings() {
        return notes.warnings();
    }

    /**
     * Time zero of the offsets.
     *
     * @return nanoseconds of the system clock
     */
    public long zeroNs() {
        return zeroNs;
    }

    /**
     * Releases no further jobs, lets the live ones end, stops the threads and tells what happened. A second call, also after
     * {@link #close}, returns the same result; that of a run that did not begin has no tasks. Any thread.
     *
     * <p>Live jobs get twice the longest deadline (of a best-effort task: period) and 50 ms to end, threads
     * {@link Kernel#STOP_NS} and {@link ThreadEnd#PATIENCE_NS};
     * then what is stuck is left alone, and the result says so. What remains is the time that the result takes to compute.
     *
     * @return measured beside bound
     * @throws InterruptedException when interrupted before or meanwhile: the live jobs got no more time, the run has ended all the
     *                              same, and another call returns its result
     */
    public RunResult stop() throws InterruptedException {
        beginEnd();
        lock.lock();
        try {
            return stopNow();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody add a task any more, nor wait for the room of one; without the lock, which a thread that adds has. */
    private void beginEnd() {
        ending = startedOnce;
        if (ending) {
            kernel.endJoining();
        }
    }

    private RunResult stopNow() throws InterruptedException {
        if (result == null) {
            final long longestNs = admitted.all().stream().mapToLong(entry -> entry.task().horizonNs()).max().orElse(0);
            end(Math.min(longestNs, Long.MAX_VALUE / 4) * 2 + LEAD_NS);
            if (Thread.interrupted()) {
                throw new InterruptedException("the run was ended without waiting for its live jobs; another stop() returns its result");
            }
        }
        return result;
    }

    /** Ends the run and keeps what there is to tell of it; an interrupt stays pending. */
    private void end(final long drainNs) {
        beginEnd(); // again: the run may have been started since the look without the lock
        if (sporadic != null) {
            sporadic.stop();
        }
        final long endNs = zeroNs == 0 ? 0 : Clock.SYSTEM.nanoTime() - zeroNs;
        if (kernel.isStarted() && !kernel.stop(drainNs)) {
            notes.warn("a dispatcher is stuck in a call, or waits for a segment, that does not return; its memory is left to"
                + " the process until it does");
        }
        surroundings.look(set, options.realTime(), new CoreRivals()); // one that came meanwhile
        rememberGranted(); // the monitor may have said its line after the start
        final boolean interrupted = Thread.interrupted(); // which would close the files that the result is made from
        try {
            admitted.all().forEach(entry -> histograms.keep(entry.namedApart().name(),
                kernel.report(entry.handle().slot(), entry.handle().generation()).responses()));
            result = summary.result(zeroNs, endNs);
        } finally {
            recorder.end();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The HdrHistograms of all responses, by task name, tasks that were removed included; call it after {@link #stop} or {@link #close}.
     * Where a name was used again, the earlier ones are told apart as in the results: {@code a~1}.
     *
     * @return in the order of admission; read-only, and each look makes a histogram anew, since they are kept compressed
     * @throws IllegalStateException before
     */
    public Map<String, Histogram> histograms() {
        if (result == null) {
            throw new IllegalStateException("the histograms are still written to; call stop() before");
        }
        return histograms;
    }

    /**
     * Ends the run, without more time for live jobs unless it was stopped before, and gives everything back; {@link #stop} goes on to
     * return the result. A second call does nothing. An interrupt changes nothing and stays pending. Any thread.
     *
     * @throws RuntimeException what the first thing threw that could not be closed; all others are closed
     */
    @Override
    public void close() {
        beginEnd();
        lock.lock();
        try {
            closeNow();
        } finally {
            lock.unlock();
        }
    }

    private void closeNow() {
        if (closed) {
            return;
        }
        closed = true;
        final boolean interrupted = Thread.interrupted(); // which would close files in the middle of writing
        final Closing closing = new Closing();
        if (result == null) {
            closing.attempt(() -> end(0));
        }
        if (exposure != null) {
            closing.attempt(exposure::close);
        }
        closing.attempt(kernel::close);
        closing.attempt(recorder::close);
        closing.attempt(resources::close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        closing.finish();
    }
}
