// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * The lanes of a set: each has a scheduler of its own, as in production. A device that is not preemptive has one, under the device's own
 * index; a preemptive one has one for each rank in use ({@link TaskSet#ranks}), the highest under the device's index and the others
 * behind all devices. Immutable.
 */
final class VirtualLanes {
    private final TaskSet set;
    private final int[] deviceOf;
    /** Lanes of each preemptive device, the highest rank first; null for others. */
    private final int[][] lanes;
    private final int[] ranks;
    /** Ranks that each preemptive device's lanes have, ascending. */
    private final int[][] ranksOn;

    private VirtualLanes(final TaskSet set, final int[] deviceOf, final int[][] lanes, final int[] ranks, final int[][] ranksOn) {
        this.set = set;
        this.deviceOf = deviceOf;
        this.lanes = lanes;
        this.ranks = ranks;
        this.ranksOn = ranksOn;
    }

    static VirtualLanes of(final TaskSet set) {
        final int devices = set.platform().devices().size();
        final int[] ranks = set.ranks();
        final int[][] lanes = new int[devices][];
        final int[][] ranksOn = new int[devices][];
        final List<Integer> deviceOf = new ArrayList<>();
        for (int device = 0; device < devices; device++) {
            deviceOf.add(device);
        }
        for (int device = 0; device < devices; device++) {
            if (set.platform().devices().get(device).isPreemptive()) {
                ranksOn[device] = ranksOn(set, device, ranks);
                lanes[device] = new int[Math.max(1, ranksOn[device].length)];
                lanes[device][0] = device;
                for (int lane = 1; lane < lanes[device].length; lane++) {
                    lanes[device][lane] = deviceOf.size();
                    deviceOf.add(device);
                }
            }
        }
        return new VirtualLanes(set, deviceOf.stream().mapToInt(Integer::intValue).toArray(), lanes, ranks, ranksOn);
    }

    private static int[] ranksOn(final TaskSet set, final int device, final int[] ranks) {
        final List<Integer> used = new ArrayList<>();
        for (int i = 0; i < ranks.length; i++) {
            if (set.tasks().get(i).segments().stream().anyMatch(segment -> segment.device() == device)) {
                used.add(ranks[i]);
            }
        }
        return used.stream().distinct().sorted().mapToInt(Integer::intValue).toArray();
    }

    int count() {
        return deviceOf.length;
    }

    int device(final int lane) {
        return deviceOf[lane];
    }

    /** The lanes of a preemptive device, the highest first; null for another device. */
    int[] of(final int device) {
        return lanes[device];
    }

    private int lane(final int device, final int task) {
        return lanes[device] == null ? device : lanes[device][Arrays.binarySearch(ranksOn[device], ranks[task])];
    }

    /** A task whose segments name lanes in place of devices. */
    Task mapped(final int index, final Task task) {
        if (count() == lanes.length) {
            return task; // no device has several
        }
        return task.withSegments(
            task.segments().stream().map(segment -> segment.withDevice(lane(segment.device(), index))).toList());
    }

    /** Whether a segment, once started, keeps its device whoever comes. */
    boolean isMarked(final int task, final int segment) {
        return !set.tasks().get(task).segments().get(segment).preemptable();
    }
}
