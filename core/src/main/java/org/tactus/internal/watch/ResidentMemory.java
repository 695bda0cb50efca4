// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.util.Arrays;
import java.util.Optional;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.MovesUnderWay;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Platform;
import org.tactus.model.Segment;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;

/**
 * Follows which bytes of the tasks are in the memory of their devices, by the events of swapping. A task begins with its swap volume out.
 * Of one thread, which counts; it allocates nothing at an event.
 */
final class ResidentMemory {
    private static final int NONE = -1;

    private final Platform platform;
    /** Of each task: its device or {@link #NONE}, the bytes that stay, the arena's, the most that come and go, what of these is in. */
    private final int[] deviceOf;
    private final long[] fixedBytes;
    private final long[] scratchBytes;
    private final long[] volumeBytes;
    private final long[] inBytes;
    private final MovesUnderWay underWay;
    /** Of each device how many moves have ended. */
    private final long[] moves;
    private final long[] chunkBytes;

    ResidentMemory(final Platform platform, final int taskCapacity) {
        this.platform = platform;
        final int devices = platform.devices().size();
        deviceOf = new int[taskCapacity];
        Arrays.fill(deviceOf, NONE);
        fixedBytes = new long[taskCapacity];
        scratchBytes = new long[taskCapacity];
        volumeBytes = new long[taskCapacity];
        inBytes = new long[taskCapacity];
        underWay = new MovesUnderWay(devices);
        moves = new long[devices];
        chunkBytes = new long[devices];
        for (int i = 0; i < devices; i++) {
            chunkBytes[i] = platform.devices().get(i).memory().map(DeviceMemory::chunkBytes).orElse(0L);
        }
    }

    /** Puts a task in the place of the one that had the index before. */
    void define(final int index, final Task task) {
        clear(index);
        final Optional<Integer> device = task.memory().isEmpty() ? Optional.empty() : task.segments().stream().map(Segment::device)
            .filter(at -> platform.devices().get(at).memory().isPresent()).findFirst();
        if (device.isPresent()) {
            final DeviceMemory memory = platform.devices().get(device.get()).memory().orElseThrow();
            final SwapRegion region = SwapRegion.of(task, memory);
            deviceOf[index] = device.get();
            fixedBytes[index] = region.fixedBytes();
            scratchBytes[index] = region.scratchBytes();
            volumeBytes[index] = (region.ringChunks() > 0 ? region.ringChunks() : region.chunks()) * memory.chunkBytes();
        }
    }

    /** Takes a task that has stopped out of its device's memory. */
    void clear(final int index) {
        underWay.forget(index);
        deviceOf[index] = NONE;
        fixedBytes[index] = 0;
        scratchBytes[index] = 0;
        volumeBytes[index] = 0;
        inBytes[index] = 0;
    }

    /** Handles an event of swapping; true when bytes have moved. */
    boolean onEvent(final int type, final int device, final int task, final long argument) {
        if (type != EventType.SWAP_END) {
            underWay.begin(device, task, type == EventType.SWAP_IN, 0);
            return false;
        }
        final int direction = underWay.end(device, task);
        if (direction == MovesUnderWay.NONE) {
            return false; // its begin was lost
        }
        moves[device]++;
        final long bytes = argument * chunkBytes[device];
        inBytes[task] = Math.clamp(inBytes[task] + (direction == MovesUnderWay.IN ? bytes : -bytes), 0, volumeBytes[task]);
        return true;
    }

    /** The device in whose memory a task lies; -1 without one. */
    int deviceOf(final int task) {
        return deviceOf[task];
    }

    /** Bytes of a task that are in memory; its share of the arena is not among them. */
    long residentBytes(final int task) {
        return fixedBytes[task] + inBytes[task];
    }

    /** The same with everything in. */
    long mostResidentBytes(final int task) {
        return fixedBytes[task] + volumeBytes[task];
    }

    /** Bytes of all tasks that are in a device's memory, the arena that they share included. */
    long deviceResidentBytes(final int device) {
        long bytes = 0;
        long arena = 0;
        for (int i = 0; i < deviceOf.length; i++) {
            if (deviceOf[i] == device) {
                bytes += residentBytes(i);
                arena = Math.max(arena, scratchBytes[i]);
            }
        }
        return bytes + arena;
    }

    long moves(final int device) {
        return moves[device];
    }
}
