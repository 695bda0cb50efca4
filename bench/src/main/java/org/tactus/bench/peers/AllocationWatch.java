// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import org.tactus.bench.latency.LiveThreads;

/** Counts what threads allocate between two instants, by their names. Control thread. */
public final class AllocationWatch {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final String prefix;
    private final Map<String, Long> before;

    /**
     * Begins to count.
     *
     * @param prefix names of the threads that count begin with it
     */
    public AllocationWatch(final String prefix) {
        this.prefix = prefix;
        this.before = allocated(prefix);
    }

    private static Map<String, Long> allocated(final String prefix) {
        final Map<String, Long> bytes = new TreeMap<>();
        for (final Thread thread : LiveThreads.named(prefix)) {
            bytes.merge(thread.getName(), THREADS.getThreadAllocatedBytes(thread.threadId()), Long::sum);
        }
        return bytes;
    }

    /**
     * What was allocated since then.
     *
     * @param jobs that were executed meanwhile
     * @return bytes a job by thread; threads that have come or gone meanwhile are left out
     */
    public Map<String, Double> bytesByJob(final long jobs) {
        final Map<String, Long> now = allocated(prefix);
        final Map<String, Double> bytes = new TreeMap<>();
        before.forEach((thread, then) -> {
            if (now.containsKey(thread)) {
                bytes.put(thread, (double) (now.get(thread) - then) / Math.max(1, jobs));
            }
        });
        return bytes;
    }
}
