// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.time.Durations;

/**
 * Prints what every thread does when a section takes longer than its limit. A call of a driver that does not come back cannot be ended
 * from inside the process, so this is all that can be learnt of it here. Begun and closed by the thread that runs the section.
 */
final class SectionWatchdog implements AutoCloseable {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean barked;

    /**
     * Begins to watch.
     *
     * @param section the section's name
     * @param limitNs how long it may take, nanoseconds
     * @param print   takes the threads' stacks
     */
    SectionWatchdog(final String section, final long limitNs, final PrintStream print) {
        thread = Thread.ofPlatform().name("verify-gpu-watchdog").daemon(true).start(() -> watch(section, limitNs, print));
    }

    private void watch(final String section, final long limitNs, final PrintStream print) {
        try {
            if (!ended.await(limitNs, TimeUnit.NANOSECONDS)) {
                barked = true;
                print.println("verify-gpu: '" + section + "' has not ended within " + Durations.format(limitNs) + "; its threads:");
                print.println(threads());
                print.flush();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody interrupts it; the section is then no longer watched
        }
    }

    /** What every thread of this process does. */
    static String threads() {
        final StringBuilder text = new StringBuilder();
        for (final ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            text.append('"').append(thread.getThreadName()).append("\" ").append(thread.getThreadState())
                .append(thread.getLockName() == null ? "" : " on " + thread.getLockName() + (thread.getLockOwnerName() == null ? ""
                    : " held by \"" + thread.getLockOwnerName() + '"')).append(System.lineSeparator());
            for (final StackTraceElement frame : thread.getStackTrace()) {
                text.append("    at ").append(frame).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    /** Whether the limit has passed. */
    boolean hasBarked() {
        return barked;
    }

    /** Ends the watch, and waits until what it may be printing is printed. */
    @Override
    public void close() {
        ended.countDown();
        ThreadEnd.await(thread, Long.MAX_VALUE);
    }
}
