// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.util.Arrays;
import java.util.List;

/**
 * Finds threads of this process by their names without a pause of the JVM. {@link Thread#getAllStackTraces} stops every thread until all
 * stacks are read, dispatchers included, and its own thread has no real-time level: on a machine that is busy it made deadlines be missed
 * that a measurement then counted.
 */
public final class LiveThreads {
    private LiveThreads() {
    }

    /**
     * Lists live platform threads.
     *
     * @param prefix their names begin with it
     * @return in no particular order
     */
    public static List<Thread> named(final String prefix) {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] found = new Thread[all.activeCount() + 1];
        int count = all.enumerate(found);
        while (count == found.length) { // there may be more
            found = new Thread[2 * found.length];
            count = all.enumerate(found);
        }
        return Arrays.stream(found, 0, count).filter(thread -> thread.getName().startsWith(prefix)).toList();
    }
}
