// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.List;
import java.util.stream.IntStream;
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
    /** Cost of the longest segment that nothing interrupts, on a preemptive device; 0 without one. */
    final long[] marked;
    /** Level of preemption of each rank under fixed priority. */
    final int[] level;
    /** Whether the device is preempted within segments. */
    final boolean preemptive;
    /** One context switch; 0 where the device is not preemptive. */
    final long switchNs;
    /** The most that a best-effort task blocks, and its file index; 0 without one. */
    final long alwaysNs;
    final long alwaysMarkedNs;
    private final int alwaysTask;
    private final int alwaysMarkedTask;
    /** Overhead of one segment: dispatch and completion. */
    final long overheadEach;

    /** Takes the tasks up in an order of all or of the hard ones; best-effort ones are kept apart. */
    DeviceModel(final TaskSet set, final int[] given) {
        this.set = set;
        order = IntStream.of(given).filter(task -> !set.tasks().get(task).isBestEffort()).toArray();
        tasks = order.length;
        period = new long[tasks];
        deadline = new long[tasks];
        jitter = new long[tasks];
        cost = new long[tasks];
        tail = new long[tasks];
        longest = new long[tasks];
        marked = new long[tasks];
        level = new int[tasks];
        final int[] levels = set.ranks();
        final Overheads machine = set.charged();
        preemptive = set.platform().devices().get(set.tasks().getFirst().segments().getFirst().device()).isPreemptive();
        switchNs = preemptive ? machine.preemptionNs() : 0;
        overheadEach = Saturating.add(set.dispatchNs(set.tasks().getFirst().segments().getFirst().device()), machine.completionNs());
        for (int i = 0; i < tasks; i++) {
            final Task task = set.tasks().get(order[i]);
            final List<Segment> segments = task.segments();
            period[i] = task.periodNs();
            deadline[i] = task.deadlineNs();
            jitter[i] = Saturating.add(task.jitterNs(), set.machineJitterNs(task));
            level[i] = levels[order[i]];
            long sum = Saturating.multiply(2, switchNs);
            long last = 0;
            for (int j = 0; j < segments.size(); j++) {
                last = Saturating.add(segments.get(j).wcetNs(), overheadEach);
                sum = Saturating.add(sum, last);
            }
            cost[i] = sum;
            tail[i] = last;
            longest[i] = longest(task, false);
            marked[i] = longest(task, true);
        }
        int any = 0;
        int whole = 0;
        long anyNs = 0;
        long wholeNs = 0;
        for (int task = 0; task < set.tasks().size(); task++) {
            if (set.tasks().get(task).isBestEffort()) {
                any = longest(set.tasks().get(task), false) > anyNs ? task : any;
                anyNs = Math.max(anyNs, longest(set.tasks().get(task), false));
                whole = longest(set.tasks().get(task), true) > wholeNs ? task : whole;
                wholeNs = Math.max(wholeNs, longest(set.tasks().get(task), true));
            }
        }
        alwaysNs = anyNs;
        alwaysTask = any;
        alwaysMarkedNs = wholeNs;
        alwaysMarkedTask = whole;
    }

    /** Cost of a task's longest segment, or of its longest one that nothing interrupts, with the switch to its thread. */
    private long longest(final Task task, final boolean onlyMarked) {
        long most = 0;
        for (final Segment segment : task.segments()) {
            if (!onlyMarked || preemptive && !segment.preemptable()) {
                most = Math.max(most, Saturating.add(segment.wcetNs(), Saturating.add(overheadEach, switchNs)));
            }
        }
        return most;
    }

    /** Stalled time of a window that begins with a request. */
    StallTime stalled() {
        return StallTime.of(set, List.of(set.tasks().getFirst().segments().getFirst().device()), StallTime.lead(set));
    }

    /** Name of a rank; of the best-effort task that blocks longest for the number of tasks. */
    String name(final int rank) {
        final int blocking = preemptive ? alwaysMarkedTask : alwaysTask;
        return set.tasks().get(rank == tasks ? blocking : order[rank]).name();
    }

    /** What of a rank's {@link #cost} is overhead, the switch back from its job, which others pay, included. */
    long overhead(final int rank) {
        return Saturating.add(Saturating.multiply(2, switchNs),
            Saturating.multiply(overheadEach, set.tasks().get(order[rank]).segments().size()));
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
