// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.time;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Tells the processor time of the thread that reads it: that clock stands still while others have the thread's core. */
public final class ThreadClock implements Clock {
    /** What a read may take: it is a system call, nanoseconds. */
    public static final long READ_NS = 2_000;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @Override
    public long nanoTime() {
        return threads.getCurrentThreadCpuTime();
    }
}
