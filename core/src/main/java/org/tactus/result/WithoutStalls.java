package org.tactus.result;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.tactus.internal.event.JobLog;
import org.tactus.internal.event.JobLogDescriptor;
import org.tactus.internal.event.StallLog;
import org.tactus.internal.event.TaskStatistics;
import org.tactus.model.Task;

/**
 * Results without the jobs that a detected platform stall touched.
 *
 * <p>A job is touched when its time from nominal release to end overlaps a stall. A stall also delays jobs that come after it
 * while the backlog drains; with {@link Reach#BACKLOG} a stall lasts until the first instant at which no logged job is live,
 * so that those count as touched too. Everything that the log does not know is kept: a job missing in the log, or waiting in
 * the backlog at the end, still counts with its miss, and a task with missing jobs keeps its measured maximum.
 *
 * <p>Jobs of a task that was removed, and whose slot another task has taken, count in neither.
 *
 * @param tasks    in the set's order
 * @param touched  jobs left out, over all tasks
 * @param untraced completed jobs that the log does not know, over all tasks: their stalls could not be checked
 */
public record WithoutStalls(List<TaskResult> tasks, long touched, long untraced) {

    /** How far a stall reaches. */
    public enum Reach {
        /** Jobs that were live during the stall. */
        LIVE_JOBS,
        /** Also those released until the backlog has drained. */
        BACKLOG
    }

    /** Copies the list. */
    public WithoutStalls {
        tasks = List.copyOf(tasks);
    }

    /**
     * Takes the touched jobs out of the results.
     *
     * @param model  the tasks, by index in the log
     * @param all    the results of every job, in the same order
     * @param log    every job, finished
     * @param stalls earliest first
     * @param reach  how far a stall reaches
     * @return the results of the other jobs
     */
    public static WithoutStalls filter(
        final List<Task> model, final List<TaskResult> all, final JobLog log, final List<Stall> stalls, final Reach reach) {
        if (stalls.isEmpty()) {
            return new WithoutStalls(all, 0, untraced(all, log));
        }
        final List<long[]> stalled = reach == Reach.BACKLOG
            ? extend(StallLog.union(stalls), liveIntervals(log)) : StallLog.union(stalls);
        final Kept[] kept = new Kept[model.size()];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = new Kept(model.get(i), model.size());
        }
        final long[] begins = stalled.stream().mapToLong(interval -> interval[0]).toArray();
        final long[] ends = stalled.stream().mapToLong(interval -> interval[1]).toArray();
        for (long record = 0; record < log.size(); record++) {
            if (log.task(record) < kept.length && log.isCurrent(record)) {
                kept[log.task(record)].take(log, record, overlaps(begins, ends, log.nominalNs(record), log.endNs(record)));
            }
        }
        final List<TaskResult> results = new ArrayList<>();
        long touched = 0;
        long untraced = 0;
        for (int i = 0; i < kept.length; i++) {
            results.add(kept[i].result(all.get(i)));
            touched += kept[i].touched();
            untraced += Math.max(0, all.get(i).jobs() - kept[i].logged);
        }
        return new WithoutStalls(results, touched, untraced);
    }

    private static long untraced(final List<TaskResult> all, final JobLog log) {
        long complete = 0;
        for (long record = 0; record < log.size(); record++) {
            if (log.outcome(record) == JobLogDescriptor.COMPLETE && log.isCurrent(record)) {
                complete++;
            }
        }
        return Math.max(0, all.stream().mapToLong(TaskResult::jobs).sum() - complete);
    }

    /** Disjoint sorted intervals: only the last one that begins at or before the job's end can overlap it. */
    private static boolean overlaps(final long[] begins, final long[] ends, final long fromNs, final long toNs) {
        final int found = Arrays.binarySearch(begins, toNs);
        final int last = found >= 0 ? found : -found - 2;
        return last >= 0 && ends[last] >= fromNs;
    }

    /** Times during which at least one logged job was live. */
    private static List<long[]> liveIntervals(final JobLog log) {
        final List<long[]> intervals = new ArrayList<>();
        for (long record = 0; record < log.size(); record++) {
            final long[] last = intervals.isEmpty() ? null : intervals.getLast();
            final long fromNs = log.nominalNs(record);
            final long toNs = log.endNs(record);
            if (last != null && fromNs >= last[0] && fromNs < last[1]) {
                last[1] = Math.max(last[1], toNs);
            } else {
                intervals.add(new long[] {fromNs, toNs});
            }
        }
        return merge(intervals);
    }

    private static List<long[]> merge(final List<long[]> intervals) {
        intervals.sort(Comparator.comparingLong(interval -> interval[0]));
        final List<long[]> merged = new ArrayList<>();
        long[] last = null;
        for (final long[] interval : intervals) {
            if (last != null && interval[0] < last[1]) {
                last[1] = Math.max(last[1], interval[1]);
            } else {
                last = interval.clone();
                merged.add(last);
            }
        }
        return merged;
    }

    private static List<long[]> extend(final List<long[]> stalled, final List<long[]> live) {
        final List<long[]> extended = new ArrayList<>();
        int next = 0;
        for (final long[] stall : stalled) {
            while (next < live.size() && live.get(next)[1] < stall[1]) {
                next++;
            }
            final boolean drains = next < live.size() && live.get(next)[0] <= stall[1];
            extended.add(new long[] {stall[0], drains ? Math.max(stall[1], live.get(next)[1] - 1) : stall[1]});
        }
        return merge(extended);
    }

    /** One task's jobs, sorted into touched and kept. */
    private static final class Kept {
        private final Task task;
        private final TaskStatistics statistics;
        private final long[] touchedByOutcome = new long[JobLogDescriptor.UNFINISHED + 1];
        private long touchedMisses;
        private long touchedOverruns;
        private long logged;

        Kept(final Task task, final int taskCount) {
            this.task = task;
            this.statistics = new TaskStatistics(task, taskCount);
        }

        void take(final JobLog log, final long record, final boolean touched) {
            final int outcome = log.outcome(record);
            final long responseNs = log.endNs(record) - log.nominalNs(record);
            final boolean missed = responseNs > task.deadlineNs();
            if (outcome == JobLogDescriptor.COMPLETE) {
                logged++;
                if (!touched) {
                    statistics.record(responseNs, missed);
                }
            }
            if (touched) {
                touchedByOutcome[outcome]++;
                touchedMisses += missed ? 1 : 0;
                touchedOverruns += log.overruns(record);
            }
        }

        long touched() {
            return Arrays.stream(touchedByOutcome).sum();
        }

        TaskResult result(final TaskResult all) {
            if (touched() == 0) {
                return all;
            }
            final boolean complete = logged >= all.jobs();
            final TaskResult.Counts counts = new TaskResult.Counts(
                all.released() - touched(), all.jobs() - touchedByOutcome[JobLogDescriptor.COMPLETE],
                Math.max(0, all.unfinished() - touchedByOutcome[JobLogDescriptor.UNFINISHED]),
                Math.max(0, all.aborted() - touchedByOutcome[JobLogDescriptor.ABORTED]), all.skipped(),
                Math.max(0, all.misses() - touchedMisses), Math.max(0, all.overruns() - touchedOverruns),
                complete ? statistics.minNs() : all.minNs().orElse(0), complete ? statistics.maxNs() : all.maxNs().orElse(0));
            return TaskResult.of(task, all.boundNs(), counts, statistics.histogram());
        }
    }
}
