// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import java.util.List;
import org.tactus.internal.analysis.Saturating;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * The memory conditions of swapping, in bytes, after {@code swapping.md}. MC1: every task can be made fully resident by taking out no
 * more of the others than their swap volumes. MC2: so can every two at once. Swap volumes count by whole chunks, and what a volume
 * is rounded up by counts as footprint too; scratch that is shared counts once, the largest. Immutable; sums saturate.
 */
public final class MemoryConditions {
    private final long overflowBytes;
    private final long[] volumeBytes;
    private final long totalVolumeBytes;
    private final int largest;
    private final int second;
    private final List<Task> tasks;

    private MemoryConditions(final List<Task> tasks, final DeviceMemory memory) {
        this.tasks = tasks;
        final int count = tasks.size();
        volumeBytes = new long[count];
        long needed = 0;
        long arena = 0;
        long total = 0;
        int first = -1;
        int next = -1;
        for (int i = 0; i < count; i++) {
            final SwapRegion region = SwapRegion.of(tasks.get(i), memory);
            volumeBytes[i] = Saturating.multiply(region.volumeChunks(), memory.chunkBytes());
            total = Saturating.add(total, volumeBytes[i]);
            needed = Saturating.add(needed, Saturating.add(region.fixedBytes(), volumeBytes[i]));
            arena = Math.max(arena, region.scratchBytes());
            if (first < 0 || volumeBytes[i] > volumeBytes[first]) {
                next = first;
                first = i;
            } else if (next < 0 || volumeBytes[i] > volumeBytes[next]) {
                next = i;
            }
        }
        overflowBytes = Saturating.add(needed, arena) - memory.capacityBytes();
        totalVolumeBytes = total;
        largest = first;
        second = next;
    }

    /**
     * Computes the conditions of a set whose tasks all run on one device with scheduled memory.
     *
     * @param set the task set
     * @return its memory conditions
     */
    public static MemoryConditions of(final TaskSet set) {
        return new MemoryConditions(set.tasks(), SwapModel.memory(set));
    }

    /**
     * Computes the conditions of the tasks that have a segment on a device, wherever their others are. What they say of memory is of this
     * device.
     *
     * @param set    the task set
     * @param device index of the device, whose memory is scheduled
     * @return the memory conditions there
     */
    public static MemoryConditions on(final TaskSet set, final int device) {
        return new MemoryConditions(set.tasks().stream()
            .filter(task -> task.segments().stream().anyMatch(segment -> segment.device() == device)).toList(),
            set.platform().devices().get(device).memory().orElseThrow());
    }

    /**
     * By how much everything together is larger than the memory.
     *
     * @return bytes; 0 or less when everything fits at once
     */
    public long overflowBytes() {
        return overflowBytes;
    }

    /**
     * Whether one task at a time can be fully resident; necessary and sufficient for SEQ and SPE.
     *
     * @return true when it holds
     */
    public boolean mc1() {
        return totalVolumeBytes - volumeBytes[largest] >= overflowBytes;
    }

    /**
     * Whether two tasks at a time can be fully resident; OVL needs it beside MC1.
     *
     * @return true when it holds; always for a single task
     */
    public boolean mc2() {
        return second < 0 || totalVolumeBytes - volumeBytes[largest] - volumeBytes[second] >= overflowBytes;
    }

    /**
     * What the other tasks can give up beside those with the largest volumes.
     *
     * @param pairs whether two tasks at a time are to be resident, as under OVL, or one
     * @return bytes
     */
    public long givenBytes(final boolean pairs) {
        return totalVolumeBytes - volumeBytes[largest] - (pairs && second >= 0 ? volumeBytes[second] : 0);
    }

    /**
     * Says which condition fails and what would mend it.
     *
     * @param pairs whether MC2 is needed beside MC1
     * @return one sentence, or an empty string when all that is needed holds
     */
    public String problem(final boolean pairs) {
        if (!mc1()) {
            return "memory condition MC1 fails: with '" + tasks.get(largest).name() + "' fully resident the other tasks can give up "
                + lacking(totalVolumeBytes - volumeBytes[largest]) + "; raise the swap volumes of the others, or the memory, by as much";
        }
        if (pairs && !mc2()) {
            return "memory condition MC2 fails: with '" + tasks.get(largest).name() + "' and '" + tasks.get(second).name()
                + "' both fully resident the other tasks can give up "
                + lacking(totalVolumeBytes - volumeBytes[largest] - volumeBytes[second])
                + "; raise the swap volumes of the others, or use the protocol seq or spe";
        }
        return "";
    }

    private String lacking(final long givenBytes) {
        return Sizes.format(givenBytes, overflowBytes) + " of the " + Sizes.format(overflowBytes, givenBytes) + " overflow, "
            + Sizes.format(overflowBytes - givenBytes) + " too little";
    }
}
