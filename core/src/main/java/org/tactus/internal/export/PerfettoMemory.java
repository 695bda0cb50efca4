// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import org.tactus.internal.event.MovesUnderWay;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** The part of a trace that is about swapped memory: per device a track of moves in, one of moves out, a counter of what is in. */
final class PerfettoMemory {
    private static final long MEBI = 1L << 20;

    private final TaskSet set;
    private final int process;
    private final PerfettoWriter out;
    private final MovesUnderWay underWay;
    private final long[] residentBytes;

    PerfettoMemory(final TaskSet set, final int process, final PerfettoWriter out) {
        this.set = set;
        this.process = process;
        this.out = out;
        final int devices = set.platform().devices().size();
        underWay = new MovesUnderWay(devices);
        residentBytes = new long[devices];
    }

    private int track(final int device, final boolean brings) {
        return 1 + set.platform().devices().size() + 2 * device + (brings ? 0 : 1);
    }

    private String counter(final int device) {
        return "resident on " + set.platform().devices().get(device).name();
    }

    /** Names the tracks and writes where the counters begin: every region is out. */
    void names() {
        for (int device = 0; device < residentBytes.length; device++) {
            underWay.clear(device);
            if (!set.swapsOn(device)) {
                continue;
            }
            final DeviceMemory memory = set.platform().devices().get(device).memory().orElseThrow();
            long arena = 0;
            for (final var task : set.tasks()) {
                if (!executesOn(device, task)) {
                    continue; // its memory is another device's
                }
                final SwapRegion region = SwapRegion.of(task, memory);
                residentBytes[device] += region.fixedBytes();
                arena = Math.max(arena, region.scratchBytes());
            }
            residentBytes[device] += arena;
            final String name = set.platform().devices().get(device).name();
            out.threadName(process, track(device, true), name + " copies in");
            out.threadName(process, track(device, false), name + " copies out");
            out.counter(counter(device), process, 0, "MiB", residentBytes[device] / MEBI);
        }
    }

    private static boolean executesOn(final int device, final Task task) {
        return task.segments().stream().anyMatch(segment -> segment.device() == device);
    }

    void begin(final int device, final int task, final boolean brings, final long ns) {
        underWay.begin(device, task, brings, ns);
    }

    void end(final int device, final int task, final String name, final int first, final long chunks, final long ns) {
        final int direction = underWay.end(device, task);
        if (direction == MovesUnderWay.NONE) {
            return; // its begin was dropped or cut
        }
        final boolean in = direction == MovesUnderWay.IN;
        final long startNs = underWay.startNs(device, direction);
        final long chunkBytes = set.platform().devices().get(device).memory().map(DeviceMemory::chunkBytes).orElse(0L);
        residentBytes[device] += (in ? chunks : -chunks) * chunkBytes;
        out.slice(name, process, track(device, in), startNs, Math.max(0, ns - startNs),
            chunks + " chunks from " + first);
        out.counter(counter(device), process, ns, "MiB", residentBytes[device] / MEBI);
    }
}
