// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.PrintStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tactus.internal.kernel.KernelListener;

/** Says on standard error what the monitor sees: missed deadlines, as many as a reader can follow, and whatever breaks, once. */
final class Complaints implements KernelListener {
    private final PrintStream err;
    private final MissLog misses;
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    Complaints(final PrintStream err) {
        this.err = err;
        this.misses = new MissLog(err, System::nanoTime);
    }

    MissLog misses() {
        return misses;
    }

    private void say(final String key, final String text) {
        if (said.add(key)) {
            err.println(text);
        }
    }

    @Override
    public void onDeadlineMiss(final String task, final long job, final long lateNs) {
        misses.missed(task, job, lateNs);
    }

    @Override
    public void onRound() {
        misses.round();
    }

    @Override
    public void onError(final String task, final Throwable cause) {
        say("error " + task, task + " stops: " + text(cause));
    }

    @Override
    public void onDispatcherDeath(final String device, final Throwable cause) {
        say("death " + device, "the dispatcher of " + device + " has died: " + text(cause));
    }

    /** The message says all of an exception of ours; an error of the program's or the JVM's often has none. */
    private static String text(final Throwable cause) {
        return cause == null ? "the cause is not known" : cause.getMessage() == null || cause instanceof Error
            ? cause.toString() : cause.getMessage();
    }

    @Override
    public void onDeviceLost(final String device) {
        say("lost " + device, device + " does not come back; its tasks stop");
    }
}
