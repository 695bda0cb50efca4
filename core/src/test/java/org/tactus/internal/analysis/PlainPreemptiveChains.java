// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tactus.model.Overheads;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * The formulas of sections 2, 3 and 10 of {@code schedulability.md} written down plainly, for sets without offers, stalls and shared
 * threads: shares no code with the tests that users run. Each {@link Omission} leaves one thing out that a bound needs.
 */
public final class PlainPreemptiveChains {
    /** No bound. */
    public static final long NONE = Long.MAX_VALUE;
    private static final int MOST_STEPS = 100_000;

    /** What a wrong analysis would forget. */
    public enum Omission {
        /** A segment that nothing interrupts blocks those above it. */
        MARKED_BLOCKING,
        /** Tasks of one level take turns between segments only. */
        PEER_BLOCKING,
        /** A job that has started its last segment is still interrupted. */
        LATE_INTERFERENCE,
        /** A switch to the job that interrupts. */
        SWITCH,
        /** The switch back. */
        SWITCH_BACK,
        /** Best-effort tasks block where nothing is interrupted. */
        BEST_EFFORT
    }

    private record Run(int device, long costNs, long tailNs) {
    }

    private record Piece(int device, long costNs, boolean whole) {
    }

    private final TaskSet set;
    private final boolean budgeted;
    private final Set<Omission> without;
    private final List<Integer> order;
    private final int[] level;
    private final Overheads machine;
    private final List<List<Run>> runs = new ArrayList<>();
    private final List<List<Piece>> pieces = new ArrayList<>();
    private final long[] bound;

    /** Takes up a set, of which some things are forgotten. */
    public PlainPreemptiveChains(final TaskSet set, final boolean budgeted, final Set<Omission> without) {
        this.set = set;
        this.budgeted = budgeted;
        this.without = without.isEmpty() ? EnumSet.noneOf(Omission.class) : EnumSet.copyOf(without);
        order = IntStream.range(0, set.tasks().size()).boxed().sorted(set::compareFixedPriority).toList();
        level = set.ranks();
        machine = set.charged();
        for (int i = 0; i < set.tasks().size(); i++) {
            cut(set.tasks().get(i));
        }
        bound = new long[set.tasks().size()];
        Arrays.fill(bound, NONE);
    }

    private boolean preemptive(final int device) {
        return set.platform().devices().get(device).isPreemptive();
    }

    private long switchNs(final int device) {
        return preemptive(device) ? machine.preemptionNs() : 0;
    }

    private void cut(final Task task) {
        final List<Run> row = new ArrayList<>();
        final List<Piece> all = new ArrayList<>();
        final int home = task.segments().getFirst().device();
        for (int j = 0; j < task.segments().size(); j++) {
            final Segment segment = task.segments().get(j);
            final int device = segment.device();
            final boolean begins = j == 0 || task.segments().get(j - 1).device() != device;
            final long front = begins && j > 0 ? machine.handOffNs() : 0;
            long tail = segment.wcetNs() + set.dispatchNs(device) + machine.completionNs();
            tail += j == task.segments().size() - 1 && device != home ? machine.handOffNs() : 0;
            final long mine = without.contains(Omission.SWITCH) ? 0 : switchNs(device);
            if (begins) {
                row.add(new Run(device, front + tail + mine, tail));
            } else {
                final Run before = row.removeLast();
                row.add(new Run(device, before.costNs() + tail, tail));
            }
            all.add(new Piece(device, front + tail + mine, !preemptive(device) || !segment.preemptable()));
        }
        runs.add(row);
        pieces.add(all);
    }

    /** Bounds by file index; {@link #NONE} from the first task that fails on, or of all with a budget. */
    public long[] bounds() {
        for (final int i : order) {
            if (set.tasks().get(i).isBestEffort()) {
                break;
            }
            final long response = response(i);
            if (response > set.tasks().get(i).deadlineNs()) {
                if (budgeted) {
                    Arrays.fill(bound, NONE);
                }
                break;
            }
            bound[i] = response;
        }
        return bound;
    }

    private long response(final int i) {
        final Task task = set.tasks().get(i);
        final long jitter = task.jitterNs() + set.machineJitterNs(task);
        final List<Run> mine = runs.get(i);
        final int devices = set.platform().devices().size();
        final long[][] cap = new long[set.tasks().size()][devices];
        long own = 0;
        for (final Run run : mine) {
            final boolean ends = ends(run);
            final long alone = run.costNs() - (ends ? 0 : run.tailNs()) + blocking(i, run.device(), 1, 0, false);
            final long window = fixed(alone, run.device(), i, task.deadlineNs(), ends);
            for (final int k : above(i)) {
                cap[k][run.device()] = window == NONE ? NONE / 4
                    : Math.min(NONE / 4, cap[k][run.device()] + work(k, run.device(), window, ends));
            }
            own += run.costNs();
        }
        final boolean ends = ends(mine.getLast());
        final long tail = ends ? 0 : mine.getLast().tailNs();
        long x = own - tail;
        for (int step = 0; step < MOST_STEPS; step++) {
            if (jitter + x + tail > task.deadlineNs()) {
                return NONE;
            }
            long next = own - tail + machine.stallNs();
            for (int r = 0; r < devices; r++) {
                final int here = r;
                final int visits = (int) mine.stream().filter(run -> run.device() == here).count();
                next += blocking(i, r, visits, x, budgeted);
                for (final int k : above(i)) {
                    next += visits == 0 ? 0 : Math.min(cap[k][r], work(k, r, x, ends));
                }
            }
            if (next == x) {
                return jitter + x + tail;
            }
            x = next;
        }
        return NONE;
    }

    /** Whether interference goes on until a run ends; else until its last segment starts. */
    private boolean ends(final Run run) {
        return preemptive(run.device()) && !without.contains(Omission.LATE_INTERFERENCE);
    }

    private List<Integer> above(final int i) {
        return order.subList(0, order.indexOf(i));
    }

    private long fixed(final long base, final int r, final int i, final long limit, final boolean ends) {
        long x = base;
        while (x <= limit) {
            long next = base + machine.stallNs();
            for (final int k : above(i)) {
                next += work(k, r, x, ends);
            }
            if (next == x) {
                return x;
            }
            x = next;
        }
        return NONE;
    }

    private long work(final int k, final int r, final long x, final boolean ends) {
        final List<Run> here = runs.get(k).stream().filter(run -> run.device() == r).toList();
        if (here.isEmpty()) {
            return 0;
        }
        final long cost = here.stream().mapToLong(Run::costNs).sum();
        final long period = set.tasks().get(k).periodNs();
        final long back = without.contains(Omission.SWITCH_BACK) || without.contains(Omission.SWITCH) ? 0 : switchNs(r) * here.size();
        final int home = runs.get(k).getFirst().device();
        final boolean returns = preemptive(r) && home == r && runs.get(k).getLast().device() != r;
        final long way = returns ? set.dispatchNs(r) + 2 * (without.contains(Omission.SWITCH) ? 0 : switchNs(r)) : 0;
        return count(x + bound[k] - cost, period, ends) * cost + count(x + bound[k], period, ends) * back
            + (way == 0 ? 0 : (count(x + bound[k], period, ends) + 1) * way);
    }

    /** Nominal releases in a window, without the instant at its end or with it. */
    private static long count(final long length, final long period, final boolean ends) {
        return ends ? (length + period - 1) / period : length / period + 1;
    }

    private long blocking(final int i, final int r, final int visits, final long x, final boolean counted) {
        final List<long[]> candidates = new ArrayList<>();
        for (int l = 0; l < set.tasks().size(); l++) {
            final boolean soft = set.tasks().get(l).isBestEffort();
            if (order.indexOf(l) <= order.indexOf(i) || soft && without.contains(Omission.BEST_EFFORT)) {
                continue;
            }
            for (final Piece piece : pieces.get(l)) {
                final boolean marked = piece.whole() && !(preemptive(r) && without.contains(Omission.MARKED_BLOCKING));
                final boolean peer = level[l] == level[i] && !without.contains(Omission.PEER_BLOCKING);
                if (piece.device() == r && (marked || peer)) {
                    final Task task = set.tasks().get(l);
                    final long times = soft || !counted ? visits
                        : Math.min(visits, (x + task.deadlineNs() + task.periodNs() - 1) / task.periodNs());
                    candidates.add(new long[] {piece.costNs(), times});
                }
            }
        }
        candidates.sort((a, b) -> Long.compare(b[0], a[0]));
        long left = visits;
        long sum = 0;
        for (final long[] candidate : candidates) {
            final long times = Math.min(left, candidate[1]);
            sum += times * candidate[0];
            left -= times;
        }
        return sum;
    }
}
