package org.tactus.internal.analysis;

import java.util.List;
import org.tactus.model.Overheads;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** A task set on one device as flat arrays of nanoseconds, overheads included. Index i of a task is its rank in an order. */
final class DeviceModel {
    final TaskSet set;
    /** File index of each rank. */
    final int[] order;
    final int tasks;
    final long[] period;
    final long[] deadline;
    /** Release jitter: the task's own plus the machine's. */
    final long[] jitter;
    final long[] cost;
    /** Cost of the last segment: what is left when the job can no longer be preempted. */
    final long[] tail;
    /** Cost of the longest segment: the most that the task blocks. */
    final long[] longest;
    /** Overhead of one segment: dispatch and completion. */
    final long overheadEach;

    DeviceModel(final TaskSet set, final int[] order) {
        this.set = set;
        this.order = order;
        tasks = order.length;
        period = new long[tasks];
        deadline = new long[tasks];
        jitter = new long[tasks];
        cost = new long[tasks];
        tail = new long[tasks];
        longest = new long[tasks];
        final Overheads machine = set.charged();
        overheadEach = Saturating.add(set.dispatchNs(set.tasks().getFirst().segments().getFirst().device()), machine.completionNs());
        for (int i = 0; i < tasks; i++) {
            final Task task = set.tasks().get(order[i]);
            final List<Segment> segments = task.segments();
            period[i] = task.periodNs();
            deadline[i] = task.deadlineNs();
            jitter[i] = Saturating.add(task.jitterNs(), machine.jitterNs(task.release()));
            long sum = 0;
            long most = 0;
            long last = 0;
            for (int j = 0; j < segments.size(); j++) {
                last = Saturating.add(segments.get(j).wcetNs(), overheadEach);
                sum = Saturating.add(sum, last);
                most = Math.max(most, last);
            }
            cost[i] = sum;
            tail[i] = last;
            longest[i] = most;
        }
    }

    /** Stalled time of a window that begins with a request. */
    StallTime stalled() {
        return StallTime.of(set, List.of(set.tasks().getFirst().segments().getFirst().device()), StallTime.lead(set));
    }

    String name(final int rank) {
        return set.tasks().get(order[rank]).name();
    }

    long overhead(final int rank) {
        return Saturating.multiply(overheadEach, set.tasks().get(order[rank]).segments().size());
    }

    String device() {
        return set.platform().devices().get(set.tasks().getFirst().segments().getFirst().device()).name();
    }

    /** Share of the device's time that ranks 0 to last ask for. */
    double load(final int last) {
        double sum = 0;
        for (int i = 0; i <= last; i++) {
            sum += (double) cost[i] / period[i];
        }
        return sum;
    }
}
