// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.tactus.bindings.linux.ThreadAccounts;

/**
 * Finds a dispatcher's thread that executes without coming back to its loop, in code that no segment's limit watches. What counts is the
 * time that the thread itself has executed, so one that sleeps, is preempted or is stalled by the platform is never taken for stuck.
 * Monitor.
 */
final class RoundWatch {
    private static final long NOT_SEEN = -1;

    private final long limitNs;
    private long rounds = NOT_SEEN;
    private long sinceNs;
    private boolean stuck;

    /** Stuck is who has executed for longer than this since its last round. */
    RoundWatch(final long limitNs) {
        this.limitNs = limitNs;
    }

    /**
     * Looks once, at how often it came round or began a segment; in a segment of its own the thread is watched by that segment's limit.
     * True from the look on that found it stuck.
     */
    boolean look(final long seenRounds, final boolean inSegment, final ThreadAccounts accounts) {
        if (stuck || accounts == null) {
            return stuck;
        }
        final long executedNs = accounts.cpuNs();
        if (seenRounds != rounds || inSegment || executedNs < 0) {
            rounds = seenRounds;
            sinceNs = executedNs;
            return false;
        }
        stuck = executedNs - sinceNs > limitNs;
        return stuck;
    }
}
