// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.util.stream.IntStream;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * The tests at run time once more, as they are written down: every instant by instant, without lines, heaps or rooms. It reads what the
 * policy knows of jobs, but not how the policy counts them. For machines without stalls.
 */
final class PlainLevels {
    private final TaskSet set;
    private final PolicyState state;
    private final long overheadNs;
    private final long horizonNs;
    private int candidate;
    private long nowNs;

    PlainLevels(final TaskSet set, final PolicyState state) {
        this.set = set;
        this.state = state;
        overheadNs = set.dispatchNs(0) + set.charged().completionNs();
        long longest = 0;
        for (final Task task : set.tasks()) {
            longest = Math.max(longest, task.periodNs());
        }
        horizonNs = 4 * longest;
    }

    /** Whether the current segment of a task may take a time from now on, out of turn or not. */
    boolean accepts(final int slot, final long wcetNs, final long now) {
        candidate = slot;
        nowNs = now;
        final long costNs = wcetNs + overheadNs;
        return switch (set.policy()) {
            case EDF -> demand(costNs, Part.WHOLE);
            case EDF_MANDATORY_FIRST -> demand(costNs, Part.MANDATORY) && whole(costNs);
            case FIXED_PRIORITY -> inOrder(costNs);
        };
    }

    /** Which segments count. */
    private enum Part { WHOLE, MANDATORY, OPTIONAL }

    private boolean demand(final long costNs, final Part part) {
        for (long d = nowNs; d <= nowNs + horizonNs; d++) {
            long sum = costNs;
            boolean due = false;
            for (int j = 0; j < set.tasks().size(); j++) {
                final Task task = set.tasks().get(j);
                if (task.isBestEffort()) {
                    continue;
                }
                if (waits(j, part) && state.absoluteDeadlineNs(j) <= d) {
                    sum += waiting(j, part);
                    due = true;
                }
                final long jobs = dueBy(j, d);
                sum += jobs * cost(task, 0, part);
                due |= jobs > 0;
            }
            if (due && sum > d - nowNs) {
                return false;
            }
        }
        return true;
    }

    /** Optional parts that are due by d, with all mandatory work before; a sporadic one may be due just after d as well. */
    private boolean whole(final long costNs) {
        for (long d = nowNs; d <= nowNs + horizonNs; d++) {
            long work = costNs;
            long before = 0;
            long at = 0;
            boolean exact = false;
            boolean later = false;
            for (int j = 0; j < set.tasks().size(); j++) {
                final Task task = set.tasks().get(j);
                if (task.isBestEffort()) {
                    continue;
                }
                work += state.isLive(j) ? waiting(j, Part.MANDATORY) : 0;
                if (hasOptional(task) && state.isLive(j) && state.absoluteDeadlineNs(j) <= d) {
                    work += waiting(j, Part.OPTIONAL);
                    exact |= state.absoluteDeadlineNs(j) == d;
                }
                final long jobs = hasOptional(task) ? dueBy(j, d) : 0;
                work += jobs * cost(task, 0, Part.OPTIONAL);
                exact |= jobs > 0 && dueBy(j, d - 1) < jobs;
                later |= jobs > 0 && release(j) == Release.SPORADIC;
                before += arrivals(j, d - 1) * cost(task, 0, Part.MANDATORY);
                at += arrivals(j, d) * cost(task, 0, Part.MANDATORY);
            }
            if (exact && work + before > d - nowNs || later && work + at > d - nowNs) {
                return false;
            }
        }
        return true;
    }

    private boolean inOrder(final long costNs) {
        final int[] order = IntStream.range(0, set.tasks().size()).boxed().sorted(set::compareFixedPriority).mapToInt(i -> i).toArray();
        for (int at = 0; at < order.length; at++) {
            final int j = order[at];
            final Task task = set.tasks().get(j);
            if (task.isBestEffort()) {
                continue;
            }
            long own = 0;
            if (state.isLive(j)) {
                own = waiting(j, Part.WHOLE);
                final long dueNs = state.absoluteDeadlineNs(j);
                if (own == 0 ? nowNs + costNs > dueNs : start(order, at, costNs + own - tail(task)) + tail(task) > dueNs) {
                    return false;
                }
            }
            for (int q = 0; q < 200; q++) {
                final long releaseNs = next(j) + q * task.periodNs();
                final long s = start(order, at, costNs + own + q * cost(task, 0, Part.WHOLE));
                if (s < releaseNs) {
                    break;
                }
                if (start(order, at, costNs + own + (q + 1) * cost(task, 0, Part.WHOLE) - tail(task)) + tail(task)
                    > releaseNs + task.deadlineNs()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The first instant at which some work, and all of the tasks before one in the order that came up to it, is done. */
    private long start(final int[] order, final int at, final long workNs) {
        long s = nowNs;
        while (s < nowNs + 20 * horizonNs) {
            long sum = workNs;
            for (int k = 0; k < at; k++) {
                final Task task = set.tasks().get(order[k]);
                if (!task.isBestEffort()) {
                    sum += (state.isLive(order[k]) ? waiting(order[k], Part.WHOLE) : 0) + arrivals(order[k], s) * cost(task, 0, Part.WHOLE);
                }
            }
            if (nowNs + sum <= s) {
                return s;
            }
            s = nowNs + sum;
        }
        return Long.MAX_VALUE / 4;
    }

    private boolean waits(final int j, final Part part) {
        return state.isLive(j) && (part == Part.WHOLE || !set.tasks().get(j).segments().get(state.segmentIndex(j)).optional());
    }

    /** What the waiting job still has to do, without the segment of the candidate. */
    private long waiting(final int j, final Part part) {
        final Task task = set.tasks().get(j);
        final int from = state.segmentIndex(j);
        final boolean current = j == candidate && counts(task.segments().get(from), part);
        return cost(task, from, part) - (current ? task.segments().get(from).wcetNs() + overheadNs : 0);
    }

    private long cost(final Task task, final int from, final Part part) {
        return task.segments().stream().skip(from).filter(segment -> counts(segment, part))
            .mapToLong(segment -> segment.wcetNs() + overheadNs).sum();
    }

    private long tail(final Task task) {
        return task.segments().getLast().wcetNs() + overheadNs;
    }

    private static boolean counts(final Segment segment, final Part part) {
        return part == Part.WHOLE || segment.optional() == (part == Part.OPTIONAL);
    }

    private static boolean hasOptional(final Task task) {
        return task.segments().getLast().optional();
    }

    private long dueBy(final int j, final long d) {
        final Task task = set.tasks().get(j);
        return Math.max(0, Math.floorDiv(d - next(j) - task.deadlineNs(), task.periodNs()) + 1);
    }

    private long arrivals(final int j, final long until) {
        return Math.max(0, Math.floorDiv(until - next(j), set.tasks().get(j).periodNs()) + 1);
    }

    private Release release(final int j) {
        return (state.buffer.getInt(state.taskOffset(j) + TaskDescriptor.FLAGS_OFFSET) & TaskDescriptor.FLAG_SPORADIC) != 0
            ? Release.SPORADIC : Release.PERIODIC;
    }

    /** The earliest nominal release of the next job: as planned, or a period after the last arrival and not longer ago than unseen. */
    private long next(final int j) {
        final Task task = set.tasks().get(j);
        if (release(j) == Release.PERIODIC) {
            return state.buffer.getLong(state.taskOffset(j) + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        }
        final long unseen = nowNs - task.jitterNs() - state.releaseJitterNs();
        final long consumed = state.buffer.getLong(state.taskOffset(j) + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
        return TaskDescriptor.isArrival(consumed) ? Math.max(unseen, consumed + task.periodNs()) : unseen;
    }
}
