// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The groups of tasks that share devices with each other, directly or through others: no task delays one of another group.
 *
 * <p>A task uses the devices of its segments and those that segments are offered to. Two devices whose cores overlap count as one:
 * their dispatchers, and what computes for them, take the core's time from each other.
 */
public final class SharingGroups {
    private SharingGroups() {
    }

    /**
     * Groups the tasks of a set.
     *
     * @param set the set
     * @return indices of the tasks of each group, ascending; the groups by their first task
     */
    public static List<List<Integer>> of(final TaskSet set) {
        return of(set.platform(), set.tasks());
    }

    /**
     * Groups tasks.
     *
     * @param platform the devices
     * @param tasks    the tasks
     * @return indices of the tasks of each group, ascending; the groups by their first task
     */
    public static List<List<Integer>> of(final Platform platform, final List<Task> tasks) {
        final int[] parent = new int[platform.devices().size()];
        for (int device = 0; device < parent.length; device++) {
            parent[device] = device;
            for (int other = 0; other < device; other++) {
                if (overlap(platform.devices().get(device), platform.devices().get(other))) {
                    join(parent, device, other);
                }
            }
        }
        for (final Task task : tasks) {
            final int first = task.segments().getFirst().device();
            for (final Segment segment : task.segments()) {
                join(parent, first, segment.device());
                if (segment.offer().isPresent()) {
                    join(parent, first, segment.offer().get().device());
                }
            }
        }
        final List<List<Integer>> groups = new ArrayList<>();
        final int[] groupOf = new int[parent.length];
        for (int i = 0; i < tasks.size(); i++) {
            final int root = find(parent, tasks.get(i).segments().getFirst().device());
            if (groupOf[root] == 0) {
                groups.add(new ArrayList<>());
                groupOf[root] = groups.size();
            }
            groups.get(groupOf[root] - 1).add(i);
        }
        return groups;
    }

    /**
     * The tasks of one group as a set of their own, on the same platform.
     *
     * @param set   the set
     * @param group indices of its tasks
     * @return the set
     */
    public static TaskSet subset(final TaskSet set, final List<Integer> group) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), group.stream().map(set.tasks()::get).toList());
    }

    private static boolean overlap(final DeviceSpec a, final DeviceSpec b) {
        final Set<Integer> shared = new HashSet<>(a.cores());
        shared.retainAll(b.cores());
        return !shared.isEmpty();
    }

    private static void join(final int[] parent, final int a, final int b) {
        parent[find(parent, a)] = find(parent, b);
    }

    private static int find(final int[] parent, final int device) {
        int root = device;
        while (parent[root] != root) {
            root = parent[root];
        }
        return root;
    }
}
