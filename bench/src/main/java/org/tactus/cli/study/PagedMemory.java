// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.study;

import java.util.Arrays;
import org.tactus.model.DeviceMemory;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Demand paging as a GPU's oversubscription does it, modelled: a job touches all pages of its task in order; one that is absent is
 * fetched, and when memory is full the least recently used page of anybody is written back first. Knows no deadlines. Used by one
 * thread, in the order of the jobs.
 */
final class PagedMemory {
    /** Pages of a chunk: 2 MiB of 32 MiB. */
    private static final int PAGES_A_CHUNK = 16;
    private static final int NONE = -1;

    private final long faultNs;
    private final long inNs;
    private final long outNs;
    private final int[] firstPage;
    private final int capacity;
    private final boolean[] present;
    private final int[] older;
    private final int[] newer;
    private int oldest = NONE;
    private int newest = NONE;
    private int count;
    private long faults;

    /**
     * Makes an empty memory.
     *
     * @param set     tasks with footprints; bytes of a page and copy times are shares of the device's chunk
     * @param memory  the device's memory
     * @param faultNs handling of one fault besides the copies, nanoseconds
     */
    PagedMemory(final TaskSet set, final DeviceMemory memory, final long faultNs) {
        this.faultNs = faultNs;
        inNs = memory.chunkInNs() / PAGES_A_CHUNK;
        outNs = memory.chunkOutNs() / PAGES_A_CHUNK;
        final long pageBytes = memory.chunkBytes() / PAGES_A_CHUNK;
        firstPage = new int[set.tasks().size() + 1];
        for (int i = 0; i < set.tasks().size(); i++) {
            final long bytes = set.tasks().get(i).memory().map(TaskMemory::footprintBytes).orElse(0L);
            firstPage[i + 1] = firstPage[i] + Math.toIntExact(Math.ceilDiv(bytes, pageBytes));
        }
        capacity = Math.toIntExact(memory.capacityBytes() / pageBytes);
        final int pages = firstPage[firstPage.length - 1];
        present = new boolean[pages];
        older = new int[pages];
        newer = new int[pages];
        Arrays.fill(older, NONE);
        Arrays.fill(newer, NONE);
    }

    /** The longest that paging can add to a job of a task: every page is absent and memory is full. */
    long worstNs(final int task) {
        return (firstPage[task + 1] - firstPage[task]) * (faultNs + inNs + outNs);
    }

    /** Touches all pages of a task; nanoseconds that this takes. */
    long touchNs(final int task) {
        long ns = 0;
        for (int page = firstPage[task]; page < firstPage[task + 1]; page++) {
            if (present[page]) {
                unlink(page);
            } else {
                ns += faultNs + inNs;
                faults++;
                if (count == capacity) {
                    ns += outNs;
                    present[oldest] = false;
                    unlink(oldest);
                } else {
                    count++;
                }
                present[page] = true;
            }
            older[page] = newest;
            newer[page] = NONE;
            if (newest != NONE) {
                newer[newest] = page;
            } else {
                oldest = page;
            }
            newest = page;
        }
        return ns;
    }

    private void unlink(final int page) {
        if (older[page] == NONE) {
            oldest = newer[page];
        } else {
            newer[older[page]] = newer[page];
        }
        if (newer[page] == NONE) {
            newest = older[page];
        } else {
            older[newer[page]] = older[page];
        }
    }

    /** Pages fetched so far. */
    long faults() {
        return faults;
    }
}
