// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.tactus.model.Platform;
import org.tactus.model.SharingGroups;
import org.tactus.model.Task;

/**
 * Keeps the tasks that count for admission while tasks are added and removed, in the order that decides among equals.
 *
 * <p>The rule (proof in {@code docs/proofs/schedulability.md}, section 8): a removed task counts until, after its last job has ended,
 * there was one instant at which no job was live of any hard task that shares a device with it, directly or through others
 * ({@link SharingGroups}): what best-effort jobs take from a window does not depend on when they came, and one may always be there. On
 * a single device that instant has come at the latest when one longest busy period has passed. Until then the bounds that were given
 * with it stay in force. A task that is added counts at once, and nothing waits for it.
 *
 * <p>Flags that are read one after the other are not the state of one instant. So the tasks of a group are looked at twice,
 * {@link #look} and {@link #confirm}: if no job was live in either look and no task has begun a job in between, then none was live
 * at any instant between the looks. {@link HomeReleases} publishes a job as live before it counts it, and this reads the count
 * first in the first look and last in the second, so a job that was live between the looks shows as live or as counted. A job that
 * is due while its dispatcher is in another's segment is not live yet, but has waited for that segment: a group with such a job is not
 * calm either ({@link PolicyState#isDue}).
 *
 * <p>Used by one thread at a time: in production the control thread or the monitor under a lock, in simulation the simulator.
 */
public final class ModeChanges {
    /** Stands for a busy period of unknown length: then a removed task counts until an instant without live jobs was observed. */
    public static final long UNKNOWN = Long.MAX_VALUE;
    private static final String REMOVED = " (removed)";

    private final PolicyState state;
    private final Platform platform;
    private final ToLongFunction<List<Task>> busyPeriodNs;
    /** In the order of admission, which is that of the ready queues among equals. */
    private final List<Member> members = new ArrayList<>();
    /** Groups of members since a member last joined or left; null when they must be computed anew. */
    private List<List<Member>> groups;
    private final List<List<Member>> calm = new ArrayList<>();
    private int leaving;

    /** A task that counts. */
    private static final class Member {
        private final Task task;
        private final int slot;
        private final int order;
        private boolean leaves;
        private boolean stopped;
        private long stoppedNs;
        private long jobs;

        Member(final Task task, final int slot, final int order) {
            this.task = task;
            this.slot = slot;
            this.order = order;
        }
    }

    /**
     * Starts without tasks.
     *
     * @param state        the tables that the tasks are defined in
     * @param platform     the devices
     * @param busyPeriodNs longest time for which one device can be busy without a break when it serves exactly these tasks, in
     *                     nanoseconds, or {@link #UNKNOWN}; asked for tasks that share a single device only
     */
    public ModeChanges(final PolicyState state, final Platform platform, final ToLongFunction<List<Task>> busyPeriodNs) {
        this.state = state;
        this.platform = platform;
        this.busyPeriodNs = busyPeriodNs;
    }

    /**
     * Counts a task that was defined in a slot.
     *
     * @param slot its slot
     * @param task the task
     */
    public void joined(final int slot, final Task task) {
        final int order = state.order(slot);
        final boolean last = members.isEmpty() || members.getLast().order <= order; // as a whole set is that joins in its order
        members.add(new Member(task, slot, order));
        if (!last) {
            members.sort(Comparator.comparingInt(member -> member.order));
        }
        groups = null;
    }

    /**
     * Takes back tasks that no dispatcher was told of: they have had no job, so they stop counting at once.
     *
     * @param tasks the very tasks that joined; others are ignored
     */
    public void withdrawn(final List<Task> tasks) {
        members.removeIf(member -> !member.leaves && tasks.stream().anyMatch(task -> task == member.task));
        groups = null;
    }

    /**
     * Notes that a task is being removed; it counts on.
     *
     * @param slot its slot
     */
    public void removing(final int slot) {
        for (final Member member : members) {
            if (member.slot == slot && !member.stopped && !member.leaves) {
                member.leaves = true;
                leaving++;
            }
        }
    }

    /**
     * Whether some task is being removed and still counts. Cheap.
     *
     * @return true while there is one
     */
    public boolean isPending() {
        return leaving > 0;
    }

    /**
     * The tasks that were removed and still count.
     *
     * @return their names
     */
    public List<String> counting() {
        return members.stream().filter(member -> member.leaves).map(member -> member.task.name()).toList();
    }

    /**
     * The tasks that count: the candidate for the analysis is these and, behind them, what is to be added.
     *
     * @return in the order that decides among equals; those whose slots are free again bear a name that no other task has
     */
    public List<Task> counted() {
        final List<Task> tasks = new ArrayList<>();
        for (final Member member : members) {
            tasks.add(member.stopped ? member.task.withName(member.task.name() + REMOVED) : member.task);
        }
        return tasks;
    }

    /**
     * Notes which of the tasks that are being removed have ended their last jobs. Their slots may be used anew from then on, not
     * before.
     *
     * @param nowNs now
     */
    public void noteStopped(final long nowNs) {
        for (final Member member : members) {
            if (member.leaves && !member.stopped && state.isStopped(member.slot)) {
                member.stopped = true;
                member.stoppedNs = nowNs;
            }
        }
    }

    /**
     * Stops counting the removed tasks for which enough time has passed, and takes the first of two looks for the others.
     *
     * @param nowNs now
     * @return true when a second look is worth it; the caller then waits longer than a store takes to be seen by another core, and
     *     calls {@link #confirm}
     */
    public boolean look(final long nowNs) {
        calm.clear();
        if (leaving == 0) {
            return false;
        }
        noteStopped(nowNs);
        letGoByTime(nowNs);
        for (final List<Member> group : groups()) {
            if (group.stream().anyMatch(member -> member.stopped) && isCalm(group, nowNs)) {
                calm.add(group);
            }
        }
        return !calm.isEmpty();
    }

    private boolean isCalm(final List<Member> group, final long nowNs) {
        for (final Member member : group) {
            if (!member.stopped && !member.task.isBestEffort()) {
                member.jobs = state.jobCount(member.slot); // the count first, see the class
                if (state.isDue(member.slot, nowNs) || state.isLive(member.slot)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Takes the second look, and stops counting the removed tasks whose group had no live job between the two looks.
     *
     * @return true when a task has stopped counting
     */
    public boolean confirm() {
        boolean gone = false;
        for (final List<Member> group : calm) {
            if (isStillCalm(group)) {
                gone |= letGo(group.stream().filter(member -> member.stopped).toList());
            }
        }
        calm.clear();
        return gone;
    }

    private boolean isStillCalm(final List<Member> group) {
        for (final Member member : group) {
            if (!member.stopped && !member.task.isBestEffort()
                && (state.isLive(member.slot) || state.jobCount(member.slot) != member.jobs)) {
                return false;
            }
        }
        return true;
    }

    private void letGoByTime(final long nowNs) {
        for (final List<Member> group : groups()) {
            if (group.stream().anyMatch(member -> member.stopped) && isOnOneDevice(group)) {
                final long longestNs = busyPeriodNs.applyAsLong(group.stream().map(member -> member.task).toList());
                letGo(group.stream().filter(member -> member.stopped && nowNs - member.stoppedNs > longestNs).toList());
            }
        }
    }

    private static boolean isOnOneDevice(final List<Member> group) {
        final int deviceIndex = group.getFirst().task.segments().getFirst().device();
        return group.stream().flatMap(member -> member.task.segments().stream())
            .allMatch(segment -> segment.device() == deviceIndex && segment.offer().isEmpty());
    }

    private boolean letGo(final List<Member> gone) {
        leaving -= gone.size();
        if (members.removeAll(gone)) {
            groups = null;
            return true;
        }
        return false;
    }

    private List<List<Member>> groups() {
        if (groups == null) {
            groups = new ArrayList<>();
            for (final List<Integer> group : SharingGroups.of(platform, members.stream().map(member -> member.task).toList())) {
                groups.add(group.stream().map(members::get).toList());
            }
        }
        return groups;
    }
}
