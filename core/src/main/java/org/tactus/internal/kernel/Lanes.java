// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.tactus.internal.policy.Preemptions;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Expands a platform into dispatchers: one for each device, and for a preemptive device one for each rank of a task there, its
 * lanes, with some to spare for ranks that come later. A rank is a priority and a relative deadline, so tasks that are equal in both share
 * a lane and are not preempted by each other.
 *
 * <p>Inside the kernel a device index names a dispatcher. The first dispatcher of a device has the device's own index in the platform;
 * further lanes have the indices behind the platform's. Everything that leaves the kernel names the platform's devices.
 *
 * <p>Control thread, unless a method says otherwise.
 */
final class Lanes {
    /** Lanes that one device may have: fewer than SCHED_FIFO has below a dispatcher's. */
    static final int MOST = 64;
    private static final int SPARE = 4;

    private final TaskSet base;
    private final int[] deviceOf;
    private final int[][] dispatchersOf;
    /** By dispatcher; null where it is no lane. */
    private final Lane[] lanes;
    private final LaneTable[] tables;
    /** By dispatcher; null while the lane has no rank. */
    private final Rank[] ranks;
    private final int[] users;

    /** What tasks of one lane have in common. */
    private record Rank(int priority, long deadlineNs) implements Comparable<Rank> {
        private static final Comparator<Rank> ORDER = Comparator.comparingInt(Rank::priority).thenComparingLong(Rank::deadlineNs);

        static Rank of(final Task task) {
            return new Rank(task.priority(), task.deadlineNs());
        }

        @Override
        public int compareTo(final Rank other) {
            return ORDER.compare(this, other);
        }
    }

    /** A lane and the level that it is moved to. */
    record Move(Lane lane, int level) {
    }

    /**
     * Makes the lanes for the tasks of a set, which are to be placed later.
     *
     * @throws InvalidTaskSetException when a preemptive device would need more lanes than there are levels, or the policy is EDF
     */
    Lanes(final TaskSet base, final ThreadSetup setup) {
        this.base = base;
        final int devices = base.platform().devices().size();
        final int count = count(base);
        deviceOf = new int[count];
        dispatchersOf = new int[devices][];
        lanes = new Lane[count];
        tables = new LaneTable[devices];
        ranks = new Rank[count];
        users = new int[count];
        int next = devices;
        for (int device = 0; device < devices; device++) {
            final int here = lanesOn(base, device);
            final int[] indices = new int[here];
            for (int i = 0; i < here; i++) {
                indices[i] = i == 0 ? device : next++;
                deviceOf[indices[i]] = device;
            }
            dispatchersOf[device] = indices;
            if (isPreemptive(device)) {
                // A preemption is a switch to the other thread and one back.
                tables[device] = new LaneTable(here, 2 * base.overheads().preemptionNs());
                for (int i = 0; i < here; i++) {
                    lanes[indices[i]] = new Lane(tables[device], i, setup, here);
                }
                int lane = 0;
                for (final Rank rank : ranksOn(base, device)) {
                    rank(indices[lane++], rank);
                }
                moves(device).forEach(move -> move.lane().levelAtStart(move.level()));
            }
        }
    }

    /** Dispatchers that a set's platform needs. */
    static int count(final TaskSet base) {
        Preemptions.require(base);
        return IntStream.range(0, base.platform().devices().size()).map(device -> lanesOn(base, device)).sum();
    }

    private static int lanesOn(final TaskSet base, final int device) {
        if (!base.platform().devices().get(device).isPreemptive()) {
            return 1;
        }
        final String field = "platform.devices[" + device + "].preemption";
        final String name = base.platform().devices().get(device).name();
        if (base.platform().devices().get(device).cores().size() != 1) {
            throw new InvalidTaskSetException(field, "'" + name + "' is preemptive, and its jobs take turns on one core; name that core,"
                + " such as 'cores: [1]'");
        }
        final int needed = ranksOn(base, device).size();
        if (needed > MOST) {
            throw new InvalidTaskSetException(field, "the tasks on '" + name + "' have " + needed + " different priorities and deadlines,"
                + " and a preemptive device has " + MOST + " levels; give more of them the same priority and deadline, or write"
                + " 'preemption: segments'");
        }
        return Math.min(needed + SPARE, MOST);
    }

    private static TreeSet<Rank> ranksOn(final TaskSet base, final int device) {
        final TreeSet<Rank> ranks = new TreeSet<>();
        base.tasks().stream().filter(task -> TaskTable.devicesOf(task).contains(device)).map(Rank::of).forEach(ranks::add);
        return ranks;
    }

    private boolean isPreemptive(final int device) {
        return base.platform().devices().get(device).isPreemptive();
    }

    int count() {
        return deviceOf.length;
    }

    /** The platform's device of a dispatcher. Any thread. */
    int deviceOf(final int dispatcher) {
        return deviceOf[dispatcher];
    }

    /** The dispatchers of a device; not to be changed. Any thread. */
    int[] dispatchersOf(final int device) {
        return dispatchersOf[device];
    }

    /** The lane of a dispatcher, or null. Any thread. */
    Lane lane(final int dispatcher) {
        return lanes[dispatcher];
    }

    /** What messages call a dispatcher: the device, with the rank where it is a lane. */
    String name(final int dispatcher) {
        final String device = base.platform().devices().get(deviceOf[dispatcher]).name();
        final Rank rank = ranks[dispatcher];
        return rank == null ? device
            : device + (rank.priority == Task.NO_PRIORITY ? " (lane " + lanes[dispatcher].number() : " (priority " + rank.priority) + ')';
    }

    /**
     * Gives tasks their lanes: copies whose segments name dispatchers. {@link #leave} takes it back.
     *
     * @param isLost which dispatchers no task can run on
     * @throws AdmissionRefusedException when no lane is left for a task's rank; then nothing has changed
     */
    List<Task> place(final List<Task> additions, final IntPredicate isLost) {
        final List<Task> placed = new ArrayList<>();
        try {
            for (final Task task : additions) {
                placed.add(place(task, isLost));
            }
        } catch (final AdmissionRefusedException e) {
            leave(placed);
            throw e;
        }
        return placed;
    }

    private Task place(final Task task, final IntPredicate isLost) {
        final int[] target = new int[dispatchersOf.length];
        for (int device = 0; device < target.length; device++) {
            target[device] = isPreemptive(device) && TaskTable.devicesOf(task).contains(device)
                ? laneFor(task, device, isLost) : device;
        }
        final Task placed = count() == dispatchersOf.length ? task // no device has several
            : task.withSegments(task.segments().stream().map(segment -> segment.withDevice(target[segment.device()])).toList());
        TaskTable.devicesOf(placed).forEach(dispatcher -> users[dispatcher]++);
        return placed;
    }

    private int laneFor(final Task task, final int device, final IntPredicate isLost) {
        final Rank wanted = Rank.of(task);
        int empty = -1;
        for (final int dispatcher : dispatchersOf[device]) {
            if (wanted.equals(ranks[dispatcher])) {
                return dispatcher;
            }
            final boolean better = empty == -1 || ranks[empty] != null && ranks[dispatcher] == null;
            if (users[dispatcher] == 0 && better && !isLost.test(dispatcher)) {
                empty = dispatcher;
            }
        }
        if (empty == -1) {
            throw new AdmissionRefusedException("preemptive device '" + base.platform().devices().get(device).name() + "' has "
                + dispatchersOf[device].length + " lanes, one for each priority and deadline in use, and all are taken; give '"
                + task.name() + "' the priority and the deadline of a task that is there, or remove one");
        }
        rank(empty, wanted);
        return empty;
    }

    private void rank(final int dispatcher, final Rank rank) {
        ranks[dispatcher] = rank;
        tables[deviceOf[dispatcher]].rank(lanes[dispatcher].number(), rank.priority, rank.deadlineNs);
    }

    /** Takes tasks out of their lanes, which keep their ranks until others need them. */
    void leave(final List<Task> placed) {
        placed.forEach(task -> TaskTable.devicesOf(task).forEach(dispatcher -> users[dispatcher]--));
    }

    /**
     * The moves that bring the lanes of a device to the levels of their ranks, in an order that keeps each lane above all lower ones at
     * every step: first the lanes that rise, from the highest on, then those that sink, from the lowest on. A lane without a rank has no
     * task, and waits below all others.
     */
    List<Move> moves(final int device) {
        final int[] ranked = Arrays.stream(dispatchersOf[device])
            .filter(dispatcher -> lanes[dispatcher] != null && ranks[dispatcher] != null).boxed()
            .sorted(Comparator.comparing(dispatcher -> ranks[dispatcher])).mapToInt(Integer::intValue).toArray();
        final List<Move> moves = new ArrayList<>();
        for (int i = 0; i < ranked.length; i++) {
            if (lanes[ranked[i]].level() > i + 1) {
                moves.add(new Move(lanes[ranked[i]], i + 1));
            }
        }
        for (int i = ranked.length - 1; i >= 0; i--) {
            if (lanes[ranked[i]].level() < i + 1) {
                moves.add(new Move(lanes[ranked[i]], i + 1));
            }
        }
        return moves;
    }

    /** The platform's devices whose lanes have levels to be changed. */
    List<Integer> unsettled() {
        return IntStream.range(0, dispatchersOf.length).filter(device -> !moves(device).isEmpty()).boxed().toList();
    }

    /** The specification of a dispatcher's device. */
    DeviceSpec spec(final int dispatcher) {
        return base.platform().devices().get(deviceOf[dispatcher]);
    }
}
