// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.internal.time.Durations;

/**
 * A recurrent chain of segments with a hard deadline, or without one ({@link ServiceClass#BEST_EFFORT}).
 *
 * <p>Response, bound and deadline count from the nominal release, so they include release jitter. Jobs of one task run one
 * after the other.
 *
 * @param name       unique, {@code [A-Za-z0-9_.-]{1,64}}
 * @param periodNs   least distance of nominal releases, nanoseconds; {@link #NO_PERIOD} of a task that is always ready
 * @param deadlineNs relative deadline, at most the period, nanoseconds; {@link #NO_DEADLINE} of a best-effort task
 * @param offsetNs   first nominal release of a periodic task, nanoseconds
 * @param jitterNs   largest delay from the nominal release to the request of the first segment, nanoseconds
 * @param release    how jobs come into being
 * @param priority   1 is the highest; {@link #NO_PRIORITY} ranks below all given ones
 * @param onOverrun  what happens when a segment runs past its WCET
 * @param onBacklog  what happens to a release while the previous job is unfinished
 * @param memory     what it occupies in an accelerator's memory; empty when that is not scheduled
 * @param model      its network; empty for a chain that only takes time
 * @param segments   at least one, in order of execution
 * @param choices    what a plan may choose instead; empty when nothing is left open
 * @param reclaim    budgets of its offered segments; empty when none is offered
 * @param serviceClass what its jobs are promised
 * @param remote     the second machine that its jobs are offered to; then the task is the local fallback, and its offset and deadline are
 *                   those of the fallback (see {@link Remote}). Empty when they are not offered
 */
public record Task(
    String name, long periodNs, long deadlineNs, long offsetNs, long jitterNs, Release release, int priority,
    OverrunAction onOverrun, BacklogAction onBacklog, Optional<TaskMemory> memory, Optional<ModelSource> model,
    List<Segment> segments, Optional<Choices> choices, Optional<Reclaim> reclaim, ServiceClass serviceClass,
    Optional<Remote> remote) {
    /** Relative deadline of a task that has none: no clock reaches it. */
    public static final long NO_DEADLINE = Limits.MAX_TIME_NS;
    /** Period of a task that has none, since its jobs are released {@link Release#AT_COMPLETION}: no clock reaches it. */
    public static final long NO_PERIOD = Limits.MAX_TIME_NS;
    /** No priority was given: the deadline, then the file order, decides among such tasks. */
    public static final int NO_PRIORITY = Integer.MAX_VALUE;

    /** What the jobs of a task are promised. */
    public enum ServiceClass {
        /** Each job ends by its deadline. */
        HARD("hard"),
        /** Nothing: its jobs use what hard tasks leave of each device, among themselves in the order of their nominal releases. */
        BEST_EFFORT("best-effort");

        private final String text;

        ServiceClass(final String text) {
            this.text = text;
        }

        /**
         * The word that files and reports use.
         *
         * @return {@code hard} or {@code best-effort}
         */
        public String text() {
            return text;
        }
    }

    /**
     * Where the jobs of a task are offered before they run here. A job is offered at its nominal release; the task is what runs when no
     * answer has come tau later: its nominal releases are those instants, its deadline is what is left then, and its segments are the
     * local fallback. Every test sees a task of period T, deadline D - tau and the fallback's WCETs.
     *
     * @param peer      {@code HOST:PORT} of the second machine
     * @param tauNs     how long an answer is waited for, from the nominal release of the offer, nanoseconds, above 0
     * @param gain      what an answer is worth
     * @param localGain what a fallback is worth
     */
    public record Remote(String peer, long tauNs, double gain, double localGain) {
    }

    /** Settles what a class and a kind of release leave open, and keeps a copy of the segments. */
    public Task {
        deadlineNs = serviceClass == ServiceClass.BEST_EFFORT ? NO_DEADLINE : deadlineNs;
        periodNs = release == Release.AT_COMPLETION ? NO_PERIOD : periodNs;
        segments = List.copyOf(segments);
    }

    /** Makes a task that is not offered to a second machine; the parameters are the record's other components. */
    public Task(
        final String name, final long periodNs, final long deadlineNs, final long offsetNs, final long jitterNs, final Release release,
        final int priority, final OverrunAction onOverrun, final BacklogAction onBacklog, final Optional<TaskMemory> memory,
        final Optional<ModelSource> model, final List<Segment> segments, final Optional<Choices> choices, final Optional<Reclaim> reclaim,
        final ServiceClass serviceClass) {
        this(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory, model, segments, choices,
            reclaim, serviceClass, Optional.empty());
    }

    /** Makes a hard task; the parameters are the record's other components. */
    public Task(
        final String name, final long periodNs, final long deadlineNs, final long offsetNs, final long jitterNs, final Release release,
        final int priority, final OverrunAction onOverrun, final BacklogAction onBacklog, final Optional<TaskMemory> memory,
        final Optional<ModelSource> model, final List<Segment> segments, final Optional<Choices> choices, final Optional<Reclaim> reclaim) {
        this(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory, model, segments, choices,
            reclaim, ServiceClass.HARD);
    }

    /**
     * Makes a task that leaves nothing open and offers nothing: {@code choices} and {@code reclaim} are empty, and the parameters are the
     * record's other components.
     */
    public Task(
        final String name, final long periodNs, final long deadlineNs, final long offsetNs, final long jitterNs, final Release release,
        final int priority, final OverrunAction onOverrun, final BacklogAction onBacklog, final Optional<TaskMemory> memory,
        final Optional<ModelSource> model, final List<Segment> segments) {
        this(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory, model, segments,
            Optional.empty(), Optional.empty());
    }

    /**
     * Names a level of a segment as if it were a task: no task bears such a name.
     *
     * @param task    name of the task
     * @param segment index in it, from 0
     * @param level   index of the level, from 0
     * @return such as {@code front/1/2}
     */
    public static String levelName(final String task, final int segment, final int level) {
        return task + '/' + segment + '/' + level;
    }

    /**
     * The network of a level, as a task of that one segment, so that it is measured and prepared as every network is.
     *
     * @param segment index of a segment, from 0
     * @param level   index of a level of it, from 0
     * @return the task, under {@link #levelName}; empty where the level has no network
     */
    public Optional<Task> levelNetwork(final int segment, final int level) {
        final Segment.Level size = segments.get(segment).levels().get(level);
        return size.model().map(network -> new Task(levelName(name, segment, level), periodNs, deadlineNs, offsetNs, jitterNs, release,
            priority, onOverrun, onBacklog, Optional.empty(), size.model(),
            List.of(segments.get(segment).withLevels(false, List.of()).withWcetNs(size.wcetNs())), Optional.empty(), Optional.empty(),
            serviceClass));
    }

    /**
     * The networks of all levels, in order.
     *
     * @return a task of one segment for each
     */
    public List<Task> levelNetworks() {
        final List<Task> networks = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            for (int k = 0; k < segments.get(i).levels().size(); k++) {
                levelNetwork(i, k).ifPresent(networks::add);
            }
        }
        return networks;
    }

    /**
     * Changes the segments; choices that another plan may still make stay.
     *
     * @param chain at least one
     * @return a copy
     */
    public Task withSegments(final List<Segment> chain) {
        return new Task(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory, model, chain,
            choices, reclaim, serviceClass, remote);
    }

    /**
     * Settles the segments: nothing is left open.
     *
     * @param chain   at least one
     * @param budgets of those that are offered; empty when none is
     * @return a copy
     */
    public Task settled(final List<Segment> chain, final Optional<Reclaim> budgets) {
        return new Task(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory, model, chain,
            Optional.empty(), budgets, serviceClass, remote);
    }

    /**
     * Changes the budgets of the offered segments.
     *
     * @param budgets the budgets
     * @return a copy
     */
    public Task withReclaim(final Optional<Reclaim> budgets) {
        return new Task(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory, model, segments,
            choices, budgets, serviceClass, remote);
    }

    /**
     * Changes the memory demand.
     *
     * @param demand the demand
     * @return a copy
     */
    public Task withMemory(final TaskMemory demand) {
        return new Task(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, Optional.of(demand),
            model, segments, choices, reclaim, serviceClass, remote);
    }

    /**
     * Changes the network.
     *
     * @param source the network, cut into as many segments as the task has
     * @return a copy
     */
    public Task withModel(final ModelSource source) {
        return new Task(name, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory,
            Optional.of(source), segments, choices, reclaim, serviceClass, remote);
    }

    /**
     * Changes the name.
     *
     * @param other the name
     * @return a copy
     */
    public Task withName(final String other) {
        return new Task(other, periodNs, deadlineNs, offsetNs, jitterNs, release, priority, onOverrun, onBacklog, memory, model, segments,
            choices, reclaim, serviceClass, remote);
    }

    /**
     * Changes how jobs come into being.
     *
     * @param how periodic or sporadic
     * @return a copy
     */
    public Task withRelease(final Release how) {
        return how == release ? this : new Task(name, periodNs, deadlineNs, offsetNs, jitterNs, how, priority, onOverrun, onBacklog,
            memory, model, segments, choices, reclaim, serviceClass, remote);
    }

    /**
     * Changes period, deadline and jitter.
     *
     * @param period   nanoseconds
     * @param deadline nanoseconds
     * @param jitter   nanoseconds
     * @return a copy
     */
    public Task withTimesNs(final long period, final long deadline, final long jitter) {
        return new Task(name, period, deadline, offsetNs, jitter, release, priority, onOverrun, onBacklog, memory, model, segments,
            choices, reclaim, serviceClass, remote);
    }

    /**
     * Changes how long an offered task waits for an answer; what its deadline leaves is its fallback's.
     *
     * @param tauNs nanoseconds, above 0 and below the deadline of the whole job
     * @return a copy
     * @throws IllegalArgumentException when the task is not offered, or the wait leaves nothing
     */
    public Task withTauNs(final long tauNs) {
        final Remote from = remote.orElseThrow(
            () -> new IllegalArgumentException("task '" + name + "' is not offered to a second machine"));
        final long longerNs = tauNs - from.tauNs();
        if (tauNs <= 0 || longerNs >= deadlineNs) {
            throw new IllegalArgumentException("a wait of " + Durations.exact(tauNs) + " is out of range; task '" + name + "' has "
                + Durations.exact(deadlineNs + from.tauNs()) + " in all");
        }
        return new Task(name, periodNs, deadlineNs - longerNs, offsetNs + longerNs, jitterNs, release, priority, onOverrun, onBacklog,
            memory, model, segments, choices, reclaim, serviceClass,
            Optional.of(new Remote(from.peer(), tauNs, from.gain(), from.localGain())));
    }

    /**
     * Tells whether the task has no deadline and no bound.
     *
     * @return true for {@link ServiceClass#BEST_EFFORT}
     */
    public boolean isBestEffort() {
        return serviceClass == ServiceClass.BEST_EFFORT;
    }

    /**
     * Tells whether the task has no period: its next job is released when the one before it has ended, so one is always there.
     *
     * @return true for {@link Release#AT_COMPLETION}
     */
    public boolean isAlwaysReady() {
        return release == Release.AT_COMPLETION;
    }

    /**
     * The time in which jobs of the task are expected to end, for those who size memory or wait: no promise.
     *
     * @return the relative deadline; of a best-effort task the period, or the sum of its WCETs where it has none; nanoseconds, above 0
     */
    public long horizonNs() {
        if (!isAlwaysReady()) {
            return isBestEffort() ? periodNs : deadlineNs;
        }
        long sumNs = 1;
        for (final Segment segment : segments) {
            sumNs = Math.min(NO_PERIOD, sumNs + Math.max(0, segment.wcetNs()));
        }
        return sumNs;
    }

    /**
     * The most messages about this task that a device's dispatcher gets between two starts of segments there: a release or the arrival
     * of its job, the way home of a job that ended elsewhere, and each offered segment, which may be turned away. Proof in
     * {@code docs/proofs/schedulability.md}.
     *
     * @param device index of the device
     * @return 0 when the task never comes there
     */
    int arrivalsOn(final int device) {
        final int home = segments.getFirst().device();
        boolean uses = false;
        int offers = 0;
        for (final Segment segment : segments) {
            uses |= segment.device() == device;
            offers += reclaim.isPresent() && segment.offer().isPresent() && segment.offer().get().device() == device ? 1 : 0;
        }
        final Segment last = segments.getLast();
        final boolean endsElsewhere = last.device() != home
            || reclaim.isPresent() && last.offer().isPresent() && last.offer().get().device() != home;
        return (uses ? 1 : 0) + (home == device && endsElsewhere ? 1 : 0) + offers;
    }

    /**
     * Changes the priority.
     *
     * @param value 1 is the highest; {@link #NO_PRIORITY} ranks below all given ones
     * @return a copy
     */
    public Task withPriority(final int value) {
        return new Task(name, periodNs, deadlineNs, offsetNs, jitterNs, release, value, onOverrun, onBacklog, memory, model, segments,
            choices, reclaim, serviceClass, remote);
    }
}
