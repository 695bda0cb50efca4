// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.tactus.model.Task;
import org.tactus.result.StallCounts;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;

/**
 * Finds the jobs that a stall touched, while the run goes on and in memory that does not grow with it. It takes events; put it
 * behind the rings, on the monitor's thread. Not thread-safe.
 *
 * <p>A job that has ended waits in a window of the last {@value #DEFAULT_JOBS} jobs, since what delayed it may be seen later than
 * its end: the system's accounting is sampled every few milliseconds, a safepoint is logged when it is over. A job is judged when
 * the window is full or the run ends. A stall that is seen later than that is counted in {@link StallCounts#late}, and the job
 * counts as not touched: so a run never excuses a job that it cannot explain. A run that ends within the window is judged with
 * all that is known at its end.
 *
 * <p>A job is touched when a stall overlaps its time from nominal release to end; with {@link Reach#BACKLOG} also when the stall
 * overlaps the time without a break before, in which some job was live: then the job found a backlog that the stall made. It is left out
 * when the stalls explain it: they excuse no more than their own length, so one that is later beyond its deadline than they took together
 * is kept, and what this process or another one took excuses nothing.
 *
 * <p>Jobs whose events were dropped are missing here; {@link #results} finds out how many by comparing with the counts of the
 * dispatchers, and declares them. A task is known by its generation, so that the jobs of one that has ended still count as its own when
 * another task has its slot.
 */
public final class StallJudge implements EventHandler, StallLog.Listener {
    /** How far a stall reaches. */
    public enum Reach {
        /** Jobs that were live during the stall. */
        LIVE_JOBS,
        /** Also those released until the backlog has drained. */
        BACKLOG
    }

    /** Jobs that wait for stalls unless told otherwise. */
    public static final int DEFAULT_JOBS = StallCounts.JOBS_THAT_WAIT;
    static final int COMPLETE = 0;
    static final int ABORTED = 1;
    static final int UNFINISHED = 2;
    private static final long NONE = Long.MIN_VALUE;

    private final StallLog stalls;
    private final Reach reach;
    private final JobWindow window;
    private final IntervalUnion live;
    /** By generation, without a boxed number a job. */
    private final Int2ObjectHashMap<Kept> kept = new Int2ObjectHashMap<>();
    /** Tasks whose slots others have, in the order in which the last of their waiting jobs is judged. */
    private final ArrayDeque<Kept> leaving = new ArrayDeque<>();
    /** Generation of the task in each slot. */
    private final int[] generation;
    private final Kept[] inSlot;
    private final long[] liveNominalNs;
    private final long[] liveNumber;
    private final long[] lastEnded;
    /** Number in the window of the job of {@link #lastEnded}. */
    private final long[] lastJob;
    /** Overruns of the live job of {@link #overrunNumber}. */
    private final int[] overruns;
    private final long[] overrunNumber;
    private long zeroNs;
    private long judgedUntilNs = NONE;

    /**
     * Makes a judge.
     *
     * @param stalls       the stalls, as they are seen; tells this judge of each
     * @param reach        how far a stall reaches
     * @param taskCapacity largest task index plus 1
     */
    public StallJudge(final StallLog stalls, final Reach reach, final int taskCapacity) {
        this(stalls, reach, taskCapacity, DEFAULT_JOBS);
    }

    StallJudge(final StallLog stalls, final Reach reach, final int taskCapacity, final int jobs) {
        this.stalls = stalls;
        this.reach = reach;
        this.window = new JobWindow(jobs);
        this.live = new IntervalUnion(2 * jobs, false);
        this.generation = new int[taskCapacity];
        this.inSlot = new Kept[taskCapacity];
        this.liveNominalNs = new long[taskCapacity];
        this.liveNumber = new long[taskCapacity];
        this.lastEnded = new long[taskCapacity];
        this.lastJob = new long[taskCapacity];
        this.overruns = new int[taskCapacity];
        this.overrunNumber = new long[taskCapacity];
        Arrays.fill(liveNominalNs, NONE);
        Arrays.fill(lastEnded, NONE);
        Arrays.fill(overrunNumber, NONE);
        stalls.listener(this);
    }

    /**
     * Sets time zero of the run; call it before the first event.
     *
     * @param ns in the clock of the events; subtracted from all times
     */
    public void zero(final long ns) {
        zeroNs = ns;
    }

    /**
     * Puts a task into a slot; what was counted of the slot's last task stays. Call it before the task's first event.
     *
     * @param slot      the slot
     * @param admission generation of the task, which no other task of the run has
     * @param task      the task
     */
    public void define(final int slot, final int admission, final Task task) {
        leave(inSlot[slot]);
        inSlot[slot] = new Kept(task, generation.length);
        generation[slot] = admission;
        liveNominalNs[slot] = NONE;
        lastEnded[slot] = NONE;
        overrunNumber[slot] = NONE;
        overruns[slot] = 0;
        kept.put(admission, inSlot[slot]);
    }

    /** Packs a task's responses when the jobs that wait now have been judged: thousands of tasks may follow it. */
    private void leave(final Kept last) {
        if (last != null) {
            last.leavesAt = window.next();
            leaving.add(last);
            packThoseThatLeft();
        }
    }

    private void packThoseThatLeft() {
        while (!leaving.isEmpty() && leaving.getFirst().leavesAt <= window.oldest()) {
            leaving.removeFirst().pack();
        }
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job, final long argument) {
        onTaskEvent(type, timeNs, deviceIndex, slot, slot < 0 ? 0 : generation[slot], segment, job, argument);
    }

    @Override
    public void onTaskEvent(
        final int type, final long timeNs, final int deviceIndex, final int slot, final int admission, final int segment, final long job,
        final long argument) {
        if (slot >= 0 && admission != generation[slot]) {
            // From a ring that is drained later than the one that told of the slot's next task: only an end still counts.
            if (type == EventType.COMPLETE || type == EventType.ABORT) {
                enter(slot, admission, job, argument - zeroNs, timeNs - zeroNs, type == EventType.COMPLETE ? COMPLETE : ABORTED, 0);
            }
            return;
        }
        switch (type) {
            case EventType.RELEASE -> {
                if (job > lastEnded[slot]) {
                    liveNominalNs[slot] = argument - zeroNs;
                    liveNumber[slot] = job;
                }
            }
            case EventType.OVERRUN -> overrun(slot, job);
            case EventType.COMPLETE -> ended(slot, job, argument - zeroNs, timeNs - zeroNs, COMPLETE);
            case EventType.ABORT -> ended(slot, job, argument - zeroNs, timeNs - zeroNs, ABORTED);
            default -> { }
        }
    }

    /** Of the live job, or, when the ring of another dispatcher told its end before, of the one that ended last. */
    private void overrun(final int slot, final long job) {
        if (lastEnded[slot] != NONE && job <= lastEnded[slot]) {
            if (window.holds(lastJob[slot]) && window.number(lastJob[slot]) == job) {
                window.overrun(lastJob[slot]);
            }
            return;
        }
        overruns[slot] = overrunNumber[slot] == job ? overruns[slot] + 1 : 1;
        overrunNumber[slot] = job;
    }

    private void ended(final int slot, final long job, final long nominalNs, final long endNs, final int outcome) {
        append(slot, job, nominalNs, endNs, outcome);
        // Rings of several dispatchers are drained one after the other: the next job's release may be known already, or
        // this job's own may come later.
        lastEnded[slot] = Math.max(lastEnded[slot], job);
        if (liveNumber[slot] == job) {
            liveNominalNs[slot] = NONE;
        }
    }

    private void append(final int slot, final long job, final long nominalNs, final long endNs, final int outcome) {
        lastJob[slot] = enter(
            slot, generation[slot], job, nominalNs, endNs, outcome, overrunNumber[slot] == job ? overruns[slot] : 0);
        overruns[slot] = 0;
    }

    /** Lets a job that has ended wait for its judgement; returns its number in the window. */
    private long enter(
        final int slot, final int admission, final long job, final long nominalNs, final long endNs, final int outcome,
        final int jobOverruns) {
        if (window.isFull()) {
            judgeOldest();
        }
        if (endNs > nominalNs) {
            if (live.isFull()) {
                live.dropOldest(); // twice as many are kept as jobs wait: none of these lies in it
            }
            live.add(nominalNs, endNs);
        }
        return window.add(slot, admission, job, nominalNs, endNs, outcome, jobOverruns);
    }

    private void judgeOldest() {
        final long job = window.oldest();
        final Kept of = kept.get(window.generation(job));
        if (of != null) {
            final long fromNs = reachOf(window.nominalNs(job));
            of.take(window, job, stalls.overlaps(fromNs, window.endNs(job)), stalls.excusableNs(fromNs, window.endNs(job)));
        }
        judgedUntilNs = Math.max(judgedUntilNs, window.endNs(job));
        window.removeOldest();
        packThoseThatLeft();
        if (of != null && of.leavesAt <= job) { // its end was told late, by another ring than that of its slot's next task
            of.pack();
        }
    }

    /** From when on a stall may have made a job late. */
    private long reachOf(final long nominalNs) {
        if (reach == Reach.LIVE_JOBS) {
            return nominalNs;
        }
        long fromNs = live.beginOf(nominalNs);
        final long oldestNs = oldestLiveNs();
        if (oldestNs <= nominalNs) {
            fromNs = Math.min(fromNs, live.beginOf(oldestNs)); // it has been live all the time since
        }
        return fromNs;
    }

    private long oldestLiveNs() {
        long oldestNs = Long.MAX_VALUE;
        for (final long nominalNs : liveNominalNs) {
            if (nominalNs != NONE && nominalNs < oldestNs) {
                oldestNs = nominalNs;
            }
        }
        return oldestNs;
    }

    @Override
    public boolean isLate(final long atNs) {
        return atNs <= judgedUntilNs;
    }

    @Override
    public long beforeDropping() {
        for (int i = window.size() / 2; i > 0; i--) {
            judgeOldest();
        }
        return window.earliestNominalNs();
    }

    /**
     * Counts the jobs that are live when the run ends. Call it once, after the last event; stalls may still come.
     *
     * @param endNs end of the run, nanoseconds since time zero
     */
    public void finish(final long endNs) {
        for (int slot = 0; slot < liveNominalNs.length; slot++) {
            if (liveNominalNs[slot] != NONE) {
                append(slot, liveNumber[slot], liveNominalNs[slot], Math.max(endNs, liveNominalNs[slot]), UNFINISHED);
                liveNominalNs[slot] = NONE;
            }
        }
    }

    /**
     * Judges all jobs that still wait, and takes the touched ones out of the results. Call it once, after {@link #finish} and the
     * last stall.
     *
     * @param admissions the generation of each result's task
     * @param all        the results of every job
     * @return the results of the other jobs
     */
    public WithoutStalls results(final List<Integer> admissions, final List<TaskResult> all) {
        while (window.size() > 0) {
            judgeOldest();
        }
        final List<TaskResult> results = new ArrayList<>();
        long touched = 0;
        long untraced = 0;
        for (int i = 0; i < all.size(); i++) {
            final Kept of = kept.get(admissions.get(i));
            results.add(of == null ? all.get(i) : of.result(all.get(i)));
            touched += of == null ? 0 : of.touched();
            untraced += Math.max(0, all.get(i).jobs() - (of == null ? 0 : of.judged));
        }
        return new WithoutStalls(results, touched, untraced, stalls.counts());
    }

    /**
     * Counts the jobs that a stall reached, those that it does not excuse included; after {@link #results}.
     *
     * @return over all tasks
     */
    public long reached() {
        return kept.values().stream().mapToLong(of -> of.overlapping).sum();
    }

    /** One task's jobs, sorted into touched and kept. */
    private static final class Kept {
        private final Task task;
        private final int taskCount;
        /** Null until a job is recorded. */
        private TaskStatistics statistics;
        /** Number in the window from which on no job of this task is expected. */
        private long leavesAt = Long.MAX_VALUE;
        private final long[] touchedByOutcome = new long[UNFINISHED + 1];
        private long touchedMisses;
        private long touchedOverruns;
        private long judged;
        /** Jobs that a stall reached, excused or not. */
        private long overlapping;

        Kept(final Task task, final int taskCount) {
            this.task = task;
            this.taskCount = taskCount;
        }

        void pack() {
            if (statistics != null) {
                statistics.pack();
            }
        }

        private TaskStatistics statistics() {
            if (statistics == null) {
                statistics = new TaskStatistics(task, taskCount);
            }
            return statistics;
        }

        void take(final JobWindow window, final long job, final boolean overlapped, final long excusableNs) {
            final int outcome = window.outcome(job);
            final long responseNs = window.endNs(job) - window.nominalNs(job);
            final boolean missed = responseNs > task.deadlineNs();
            final boolean touched = excusableNs > 0 && responseNs - excusableNs <= task.deadlineNs();
            overlapping += overlapped ? 1 : 0;
            if (outcome == COMPLETE) {
                judged++;
                if (!touched) {
                    statistics().record(responseNs, missed);
                }
            }
            if (touched) {
                touchedByOutcome[outcome]++;
                touchedMisses += missed ? 1 : 0;
                touchedOverruns += window.overruns(job);
            }
        }

        long touched() {
            return Arrays.stream(touchedByOutcome).sum();
        }

        /** What is not known is kept: a task with jobs that were not judged keeps its measured extremes. */
        TaskResult result(final TaskResult all) {
            if (touched() == 0) {
                return all;
            }
            final boolean complete = judged >= all.jobs();
            final TaskResult.Counts counts = new TaskResult.Counts(
                all.released() - touched(), all.jobs() - touchedByOutcome[COMPLETE],
                Math.max(0, all.unfinished() - touchedByOutcome[UNFINISHED]),
                Math.max(0, all.aborted() - touchedByOutcome[ABORTED]), all.skipped(),
                Math.max(0, all.misses() - touchedMisses), Math.max(0, all.overruns() - touchedOverruns),
                complete ? statistics().minNs() : all.minNs().orElse(0), complete ? statistics().maxNs() : all.maxNs().orElse(0));
            // By its name in the results, which tells the tasks that bore one name apart.
            final TaskResult result = TaskResult.of(task.withName(all.name()), all.boundNs(), counts, statistics().histogram());
            pack();
            return result;
        }
    }
}
