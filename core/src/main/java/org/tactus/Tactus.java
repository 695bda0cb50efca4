// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.jvm.JvmFlags;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.sim.Simulation;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;
import org.tactus.work.NetworkPort;
import org.tactus.work.SegmentCode;
import org.tactus.work.Workload;

/**
 * A task set that runs inside the embedding program. The analysis decides what is admitted, dispatchers run it, and the result sets what
 * was measured beside what was promised.
 *
 * <pre>{@code
 * try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(set).code("control", 0, job -> step()))) {
 *     ...
 *     System.out.print(tactus.stop());
 * }
 * }</pre>
 *
 * <p>{@link #release} and {@link #completed} are for any thread, take no lock and allocate nothing. All other methods may be called by any
 * thread, too, and wait for each other.
 */
public final class Tactus implements AutoCloseable {
    private final LaunchedRun launched;
    private final TaskSetRun run;

    private Tactus(final LaunchedRun launched) {
        this.launched = launched;
        this.run = launched.run;
    }

    /**
     * Prepares networks and code, starts the dispatchers and admits the whole set.
     *
     * @param context the set, what it executes, and settings; may be used again
     * @return the running set; time zero of its tasks lies shortly ahead
     * @throws TactusException          when the set is wrong or is refused, or something native fails or is missing; nothing runs then
     * @throws IllegalArgumentException when a setting is out of its range
     * @throws InterruptedException     when interrupted meanwhile; nothing runs then
     */
    public static Tactus launch(final Context context) throws InterruptedException {
        final TaskSet set = Objects.requireNonNull(context, "context: give one with the set that is to run").conclude();
        return new Tactus(LaunchedRun.launch(set, context.settings, context.workload, context.listener));
    }

    /**
     * Bounds each task's response by the tightest sound test that applies to the set.
     *
     * @param set the set; every WCET is known
     * @return a bound for each task and what makes it, or why there is none
     * @throws TactusException.InvalidSet when no test applies
     */
    public static Verdict analyze(final TaskSet set) {
        requireSet(set);
        return Failures.translated(() -> Analyses.analyze(set));
    }

    /**
     * Bounds each task's response by a named test.
     *
     * @param set  the set; every WCET is known
     * @param test its name, such as {@code chain-fp}
     * @return a bound for each task and what makes it, or why there is none
     * @throws IllegalArgumentException   when there is no such test
     * @throws TactusException.InvalidSet when the test does not apply to the set
     */
    public static Verdict analyze(final TaskSet set, final String test) {
        requireSet(set);
        Objects.requireNonNull(test, "test: give the name of a test");
        final SchedulabilityTest found = Analyses.byName(test).orElseThrow(
            () -> new IllegalArgumentException(Analyses.unknown(test)));
        return Failures.translated(() -> found.analyze(set));
    }

    /**
     * Simulates a set in virtual time with the scheduling code of production: every segment takes the time that the set gives it, sporadic
     * jobs come as early as they may.
     *
     * @param set        the set; every WCET is known
     * @param durationNs virtual nanoseconds, above 0
     * @param seed       of everything random
     * @return measured beside bound
     */
    public static RunResult simulate(final TaskSet set, final long durationNs, final long seed) {
        requireSet(set);
        if (durationNs <= 0) {
            throw new IllegalArgumentException("durationNs is " + durationNs + "; give more than 0 nanoseconds");
        }
        JvmFlags.require();
        return Failures.translated(() -> {
            Optional<Verdict> verdict;
            try {
                verdict = Optional.of(Analyses.analyze(set));
            } catch (final TestNotApplicableException e) {
                verdict = Optional.empty();
            }
            final List<OptionalLong> bounds = verdict.map(known -> known.tasks().stream().map(TaskVerdict::bound).toList())
                .orElseGet(() -> Collections.nCopies(set.tasks().size(), OptionalLong.empty()));
            return Simulation.run(set, SimulationOptions.worstCase(seed, durationNs), verdict.map(Verdict::test).orElse(""), bounds,
                EventHandler.NONE).result();
        });
    }

    /**
     * Measures the WCETs of a set's networks on this machine: the largest of some runs and 30 % more.
     *
     * @param set    the set; WCETs of networks may be missing
     * @param folder what relative paths of models count from
     * @param runs   samples of each segment, at least 1
     * @return what was measured; {@link WcetSidecar#applyTo} puts it into a set, with networks cut where they were measured
     * @throws TactusException      when a network is wrong, or something native fails or is missing
     * @throws InterruptedException when interrupted meanwhile
     */
    public static WcetSidecar profile(final TaskSet set, final Path folder, final int runs) throws InterruptedException {
        requireSet(set);
        Objects.requireNonNull(folder, "folder: give what relative paths of models count from");
        if (runs < 1) {
            throw new IllegalArgumentException("runs is " + runs + "; give at least 1");
        }
        JvmFlags.require();
        try {
            return new Profiler(new RealTimeSetup(true), runs, Profiler.DEFAULT_MARGIN, false).profile(set, folder, (task, share) -> {
            });
        } catch (final RuntimeException e) {
            throw Failures.translate(e);
        }
    }

    /**
     * Admits another task while the others run; the first job of a periodic one is released shortly afterwards. Its segments take their
     * time, or run what was given to an earlier task of this name, at the launch or by {@link #add(Task, Workload)}. Where memory is
     * swapped, it returns when the others have made room for what never leaves of the task.
     *
     * @param task the task; {@link TaskSet#task} makes one for the devices of a set
     * @return what to name it by
     * @throws TactusException       when the analysis refuses it, or it is wrong, or a device that it needs is lost; the others run on
     * @throws IllegalStateException when the run was stopped
     */
    public TaskHandle add(final Task task) {
        return launched.add(required(task));
    }

    private static Task required(final Task task) {
        return Objects.requireNonNull(task, "task: give the task that is to be added");
    }

    /**
     * Admits another task with code or a port of its own.
     *
     * @param task     the task; {@link TaskSet#task} makes one for the devices of a set
     * @param workload what its segments execute, this time only; where it gives nothing, they take their time, or run what the launched
     *                 workload gives a task of this name
     * @return what to name it by
     * @throws TactusException       when the analysis refuses it, or it is wrong, or a device that it needs is lost; the others run on
     * @throws IllegalStateException when the run was stopped
     */
    public TaskHandle add(final Task task, final Workload workload) {
        return launched.add(required(task), Objects.requireNonNull(workload, "workload: give one, or call add(task)"));
    }

    /**
     * Starts to remove a task: no further job is released, and a live one ends after its running segment. The bounds that were given with
     * it stay in force until an instant without a live job of any task that shares devices with it. A task that is gone is left as it is.
     *
     * @param task the task
     * @throws IllegalArgumentException when it is another {@code Tactus}'s
     */
    public void remove(final TaskHandle task) {
        run.remove(own(task));
    }

    /**
     * Requests a job of a sporadic task. Any thread, at any time; lock-free, allocation-free.
     *
     * @param task the task
     * @return what became of the request
     */
    public ReleaseResult release(final TaskHandle task) {
        return ReleaseResult.of(run.release(own(task)));
    }

    /**
     * Jobs of a task that were completed so far; of a running task the count may be a moment old. Any thread; allocates nothing.
     *
     * @param task the task
     * @return a count
     * @throws IllegalArgumentException when it is another {@code Tactus}'s
     */
    public long completed(final TaskHandle task) {
        return run.completed(own(task));
    }

    /**
     * What was counted of a task so far: jobs, misses, overruns, the least and the largest response. While it runs, the counts may be a
     * moment old and need not be of one instant. Any thread; waits for a call that is under way.
     *
     * @param task the task
     * @return the counts, also of a task that is gone
     * @throws IllegalArgumentException when it is another {@code Tactus}'s
     */
    public TaskResult.Counts counts(final TaskHandle task) {
        return run.counts(task.handle());
    }

    /**
     * Finds the statistics of a task, to be looked at again and again while it runs: percentiles so far, counts, residency. Looking at them
     * allocates nothing. Any thread, a listener too; this call waits until the monitor answers, in its next round.
     *
     * @param task the task
     * @return its statistics as they stand at each look, also of a task that is gone
     * @throws IllegalArgumentException when it is another {@code Tactus}'s
     * @throws IllegalStateException    when the monitor does not answer within five seconds, because a listener does not return
     */
    public TaskHandle.Statistics statistics(final TaskHandle task) {
        return new TaskHandle.Statistics(run.view(own(task)));
    }

    /**
     * Finds the task that was admitted last under a name; it may have ended since.
     *
     * @param name the task's name
     * @return what to name it by
     * @throws IllegalArgumentException when no task was ever admitted under it; the message lists those that were
     */
    public TaskHandle handle(final String name) {
        return new TaskHandle(run.handle(name));
    }

    /**
     * Returns the verdict of the analysis on the tasks that count now, which include removed tasks whose bounds are still in force.
     *
     * @return empty when no test applies and the set was forced
     */
    public Optional<Verdict> verdict() {
        return run.verdict();
    }

    /**
     * What the system granted: scheduling class and cores, by thread.
     *
     * @return a copy
     */
    public Map<String, String> granted() {
        return run.granted();
    }

    /**
     * Returns what is wrong with the run or with its machine although the set runs, one sentence each.
     *
     * @return a copy, in the order in which it was noticed
     */
    public List<String> warnings() {
        return run.warnings();
    }

    /**
     * Releases no further jobs, lets the live ones end, stops the threads and tells what happened. A second call returns the same result.
     * Live jobs get twice the longest deadline and 50 ms; what is stuck then is left alone, and the warnings say so.
     *
     * @return measured beside bound; printed, it is the table
     * @throws InterruptedException when interrupted: the run has ended all the same, and another call returns its result
     */
    public RunResult stop() throws InterruptedException {
        return launched.stop();
    }

    /**
     * The distributions of all responses, in nanoseconds, by the task's name; call it after {@link #stop}.
     *
     * @return in the order of admission; where a name was used again, the earlier ones are {@code NAME~1} and so on
     * @throws IllegalStateException while the set runs
     */
    public Map<String, Histogram> histograms() {
        return run.histograms();
    }

    /** Ends the run without more time for live jobs, unless it was stopped before, and gives everything back. May be called again. */
    @Override
    public void close() {
        launched.close();
    }

    private static void requireSet(final TaskSet set) {
        Objects.requireNonNull(set, "set: give a task set");
    }

    private static RunHandle own(final TaskHandle task) {
        return Objects.requireNonNull(task, "task: give a handle that add or handle has returned").handle();
    }

    /**
     * The set to launch, what it executes, and settings. Every setter returns the context; {@link Tactus#launch} checks all of them. Not
     * thread-safe.
     */
    public static final class Context {
        private TaskSet taskSet;
        private Workload workload = new Workload();
        private TactusListener listener = TactusListener.NONE;
        private RunSettings settings = RunSettings.DEFAULT;

        /** Makes a context with every setting at its default and no set. */
        public Context() {
            // the fields say it
        }

        /**
         * Sets what is launched. Must be given.
         *
         * @param set the set; every WCET is known
         * @return this
         */
        public Context taskSet(final TaskSet set) {
            taskSet = set;
            return this;
        }

        /**
         * Sets what the segments execute, in place of all that {@link #code} and {@link #port} gave before. Default: segments take their
         * time, networks lie relative to the working directory.
         *
         * @param what the workload
         * @return this
         */
        public Context workload(final Workload what) {
            workload = Objects.requireNonNull(what, "workload: give one, or leave the call out");
            return this;
        }

        /**
         * Gives a segment of a CPU device its code; the same as {@link Workload#code} of the workload.
         *
         * @param task    name of a task without a model
         * @param segment index of the segment in the task, from 0
         * @param what    the code
         * @return this
         */
        public Context code(final String task, final int segment, final SegmentCode what) {
            workload.code(task, segment, what);
            return this;
        }

        /**
         * Gives the segment of a task on a GPU its code, with libraries that allocate by the CUDA driver; the same as {@link Workload#gpu}
         * of the workload.
         *
         * @param task name of a task without a model, of one segment on a device of kind {@code cuda}, with {@code memory}
         * @param what opens the code at the launch
         * @return this
         */
        public Context gpu(final String task, final Workload.GpuCode.Factory what) {
            workload.gpu(task, what);
            return this;
        }

        /**
         * Gives a network its port; the same as {@link Workload#port} of the workload.
         *
         * @param task name of a task with a model
         * @param port makes the port
         * @return this
         */
        public Context port(final String task, final NetworkPort.Factory port) {
            workload.port(task, port);
            return this;
        }

        /**
         * Lets the program say job by job what a task's levels are worth; the same as {@link Workload#gains} of the workload.
         *
         * @param task     name of a task with levels
         * @param receiver given where to write the gains
         * @return this
         */
        public Context gains(final String task, final Consumer<Workload.Gains> receiver) {
            workload.gains(task, receiver);
            return this;
        }

        /**
         * Sets the listener for misses, overruns, errors and lost devices. Default: {@link TactusListener#NONE}.
         *
         * @param who called by the monitor's thread
         * @return this
         */
        public Context listener(final TactusListener who) {
            listener = Objects.requireNonNull(who, "listener: give one, or TactusListener.NONE");
            return this;
        }

        /**
         * Sets whether to ask for SCHED_FIFO, pinned threads and locked memory. What is not granted is told by {@link Tactus#granted}.
         *
         * @param value default true
         * @return this
         */
        public Context realTime(final boolean value) {
            settings = settings.withRealTime(value);
            return this;
        }

        /**
         * Sets whether a set runs that the analysis refuses; its bounds are shown where they exist.
         *
         * @param value default false
         * @return this
         */
        public Context force(final boolean value) {
            settings = settings.withForce(value);
            return this;
        }

        /**
         * Sets whether Tactus itself requests the jobs of sporadic tasks, at seeded gaps from one to two periods.
         *
         * @param value default false: the program requests them by {@link Tactus#release}
         * @return this
         */
        public Context driveSporadic(final boolean value) {
            settings = settings.withDriveSporadic(value);
            return this;
        }

        /**
         * Sets whether {@code tactus stat} can watch the run from another process of the same user, by a file in {@code /dev/shm}.
         *
         * @param value default true
         * @return this
         */
        public Context watchable(final boolean value) {
            settings = settings.withWatchable(value);
            return this;
        }

        /**
         * Sets whether JMX shows the run, as {@code org.tactus:type=Run,name=SET,run=N}.
         *
         * @param value default false
         * @return this
         */
        public Context jmx(final boolean value) {
            settings = settings.withJmx(value);
            return this;
        }

        /**
         * Sets on which port of the loopback address the counters are served to Prometheus, at {@code /metrics}; {@link Tactus#granted} has
         * the address. A port that cannot be had is a warning.
         *
         * @param port up to 65,535; 0 takes a free one; default -1: none
         * @return this
         */
        public Context metricsPort(final int port) {
            settings = settings.withMetricsPort(port);
            return this;
        }

        /**
         * Sets whether dispatchers always spin when they have nothing to do: the shortest reaction, for a whole core each. Otherwise they
         * sleep until shortly before the next release, and briefly while a job may arrive at any moment.
         *
         * @param value default false
         * @return this
         */
        public Context spin(final boolean value) {
            return kernel(settings.kernel().withIdle(value ? KernelOptions.Idle.SPIN : KernelOptions.Idle.SLEEP_THEN_SPIN));
        }

        /**
         * Sets whether the dispatchers of all accelerators share one thread. The analysis charges the turns of the others.
         *
         * @param value default false
         * @return this
         */
        public Context shareAccelerators(final boolean value) {
            return kernel(settings.kernel().withSharedAccelerators(value));
        }

        /**
         * Sets the seed of everything random: drawn execution times, gaps of driven sporadic tasks, inputs without a port.
         *
         * @param value default 1
         * @return this
         */
        public Context seed(final long value) {
            settings = settings.withSeed(value);
            return this;
        }

        /**
         * Sets how long before a known release a dispatcher stops sleeping and spins.
         *
         * @param ns nanoseconds, not negative; default 150,000
         * @return this
         */
        public Context spinBeforeNs(final long ns) {
            return kernel(settings.kernel().withSpinBeforeNs(ns));
        }

        /**
         * Sets how long a dispatcher sleeps at most while its accelerator executes what only a look shows the end of. For everything else
         * it is woken.
         *
         * @param ns nanoseconds, above 0; default 20,000
         * @return this
         */
        public Context pollNs(final long ns) {
            return kernel(settings.kernel().withPollNs(ns));
        }

        /**
         * Sets from which length on a gap in a dispatcher's loop is called a stall of the platform.
         *
         * @param ns nanoseconds, above 0; default 1,000,000
         * @return this
         */
        public Context stallThresholdNs(final long ns) {
            return kernel(settings.kernel().withStallThresholdNs(ns));
        }

        /**
         * Sets how long a segment may run beyond its WCET before its device is declared lost.
         *
         * @param ns nanoseconds, above 0; default 5,000,000,000
         * @return this
         */
        public Context lostAfterNs(final long ns) {
            return kernel(settings.kernel().withLostAfterNs(ns));
        }

        /**
         * Sets the size of each dispatcher's ring of events. Events that find it full are dropped and counted.
         *
         * @param bytes a power of two, at least 4,096; default 1,048,576
         * @return this
         */
        public Context eventRingBytes(final int bytes) {
            return kernel(settings.kernel().withEventRingBytes(bytes));
        }

        /**
         * Sets how much fits at a time.
         *
         * @param tasks    from 1 to 4,096; default 256
         * @param segments from 1 to 1,048,576, over all tasks; default 4,096
         * @return this
         */
        public Context capacity(final int tasks, final int segments) {
            return kernel(settings.kernel().withCapacity(tasks, segments));
        }

        private Context kernel(final KernelOptions options) {
            settings = settings.withKernel(options);
            return this;
        }

        private TaskSet conclude() {
            if (taskSet == null) {
                throw new IllegalArgumentException("taskSet is not given; give the set that is to run");
            }
            settings.requireInRange();
            return taskSet;
        }
    }
}
