package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/** The tests for one device under EDF as they stand in {@code schedulability.md}, section 6: every due date of every task. An oracle. */
final class PlainDeviceEdf {
    static final long INFINITE = Long.MAX_VALUE;
    private static final long MOST_STEPS = 1 << 22;
    private static final double MOST_LOAD = 1 + 1e-9;

    private final DeviceModel model;
    private final boolean preemptive;
    private final long tick;
    private final long[] bound;
    private final long[] count;
    /** Ranks by the earliest deadline that a job can have in a window, longest first. */
    private final Integer[] byDeadline;
    private final int[] longestOf;
    /** Number of tasks that have no job due by the point in time under study; shrinks as that moves on. */
    private int later;
    private long steps;

    PlainDeviceEdf(final DeviceModel model, final boolean preemptive, final long tick) {
        this.model = model;
        this.preemptive = preemptive;
        this.tick = tick;
        bound = new long[model.tasks];
        count = new long[model.tasks];
        byDeadline = new Integer[model.tasks];
        Arrays.setAll(byDeadline, i -> i);
        Arrays.sort(byDeadline, Comparator.comparingLong(i -> -firstDue(i)));
        longestOf = new int[model.tasks];
        rankBlockers();
    }

    long[] bounds() {
        return bound;
    }

    double load() {
        return model.load(model.tasks - 1);
    }

    /**
     * Bounds all tasks.
     *
     * @param slack how far past its deadline a response is followed, nanoseconds; 0 to stop at the first miss
     * @return false when a response passes deadline + slack, or when the guard stops it: then some bound is INFINITE
     */
    boolean solve(final long slack) {
        Arrays.fill(bound, 0);
        Arrays.fill(count, 0);
        steps = MOST_STEPS;
        later = model.tasks;
        final long busy = load() > MOST_LOAD ? INFINITE : busyPeriod();
        if (busy == INFINITE) {
            Arrays.fill(bound, INFINITE);
            return false;
        }
        final PriorityQueue<long[]> events = new PriorityQueue<>(Math.max(1, model.tasks), Comparator.comparingLong(e -> e[0]));
        long lastDeadline = 0;
        for (int j = 0; j < model.tasks; j++) {
            events.add(new long[] {firstDue(j), j});
            lastDeadline = Math.max(lastDeadline, Saturating.add(busy, model.deadline[j]));
        }
        long demand = 0;
        while (!events.isEmpty() && events.peek()[0] < lastDeadline) {
            final long d = events.peek()[0];
            while (events.peek()[0] == d) {
                final long[] event = events.poll();
                final int j = (int) event[1];
                count[j]++;
                demand = Saturating.add(demand, model.cost[j]);
                event[0] = Saturating.add(d, model.period[j]);
                events.add(event);
            }
            for (int i = 0; i < model.tasks; i++) {
                if (count[i] == 0 || d - model.deadline[i] >= busy) {
                    continue;
                }
                final long base = Saturating.add(blocking(d), model.set.overheads().stallNs());
                if (Saturating.add(base, demand) - (d - model.deadline[i]) <= bound[i]) {
                    continue;
                }
                final long most = Saturating.add(model.deadline[i], slack);
                if (!examine(i, d, base, most)) {
                    bound[i] = INFINITE;
                    return false;
                }
            }
            steps--;
            if (steps <= 0) {
                Arrays.fill(bound, INFINITE);
                return false;
            }
        }
        return true;
    }

    /** Bounds the response of a job of i whose deadline is d after the start of its deadline-busy period. */
    private boolean examine(final int i, final long d, final long base, final long most) {
        final long release = d - model.deadline[i];
        final long tail = preemptive ? 0 : model.tail[i];
        final long start = Saturating.add(base, Saturating.multiply(count[i], model.cost[i]) - tail);
        long x = start;
        while (x + tail - release <= most) {
            if (steps-- <= 0) {
                return false;
            }
            long next = start;
            for (int k = 0; k < model.tasks; k++) {
                if (k != i && count[k] > 0) {
                    final long arrived = (x + model.jitter[k] - (preemptive ? 1 : 0)) / model.period[k] + 1;
                    next = Saturating.add(next, Saturating.multiply(Math.min(arrived, count[k]), model.cost[k]));
                }
            }
            if (next == x) {
                if (x + tail - release > bound[i]) {
                    bound[i] = x + tail - release;
                }
                return true;
            }
            x = next;
        }
        return false;
    }

    /**
     * Longest segment of a task that has no job due by d in the window: one of its jobs may have started just before. A task that
     * has such a job does not block beside interfering, for its earlier jobs are done when a later one starts; and interfering it
     * takes at least as long.
     */
    private long blocking(final long d) {
        final int who = blocker(d);
        return who < 0 ? 0 : Math.max(0, model.longest[who] - tick);
    }

    /** Who has that segment, or -1. */
    private int blocker(final long d) {
        while (later > 0 && firstDue(byDeadline[later - 1]) <= d) {
            later--;
        }
        if (preemptive || later == 0) {
            return -1;
        }
        return longestOf[later - 1];
    }

    /** For each number of tasks due last: which of them has the longest segment. */
    private void rankBlockers() {
        int first = byDeadline[0];
        for (int at = 0; at < byDeadline.length; at++) {
            first = model.longest[byDeadline[at]] > model.longest[first] ? byDeadline[at] : first;
            longestOf[at] = first;
        }
    }

    /** Earliest deadline, from the start of a window, of a job that arrives in it. */
    private long firstDue(final int i) {
        return model.deadline[i] - model.jitter[i];
    }

    private long busyPeriod() {
        long x = model.set.overheads().stallNs();
        for (int k = 0; k < model.tasks; k++) {
            x = Saturating.add(x, model.cost[k]);
        }
        while (steps-- > 0) {
            long next = model.set.overheads().stallNs();
            for (int k = 0; k < model.tasks; k++) {
                next = Saturating.add(next,
                    Saturating.multiply(Saturating.ceilDivide(x + model.jitter[k], model.period[k]), model.cost[k]));
            }
            if (next == x) {
                return x;
            }
            if (next > Long.MAX_VALUE / 8) {
                return INFINITE;
            }
            x = next;
        }
        return INFINITE;
    }
}
