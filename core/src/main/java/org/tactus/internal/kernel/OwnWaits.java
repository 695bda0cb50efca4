// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.function.LongSupplier;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.internal.time.Clock;

/**
 * Tells how much of a gap a dispatcher's thread waited by itself, such as for a lock of the JVM that another thread of this process holds.
 * The system counts how often a thread gives its core away because it cannot go on. What takes the core from it, a hypervisor, an interrupt
 * or a thread above, is not in that count. So without such a switch, but for the thread's own sleeps, it
 * did not wait; with one it waited at most for as long as it did not execute, which the clock of its CPU time tells.
 *
 * <p>A sleep is not always a switch: it ends at once when work is given between its announcement and the system's call, or when its time is
 * over by then. So only one that had {@value #SURE_NS} ns before it was due to end or was woken counts as a switch. One that had
 * less and did give the core away makes a gap that follows it within a millisecond the thread's own. A wait is still missed when the thread
 * lost its core between the announcement and the call for all of a short sleep, came back on time, and waited within a millisecond.
 *
 * <p>Both take a system call. They are read before a sleep or in a spin, once a millisecond at most, and at a gap: never for a job that is
 * on time. Where they cannot tell they call too much the thread's own, and so excuse too little: what the platform took beside a wait in
 * one gap, and a segment that waited since they were read last. A wait of less than a millisecond may be missed. The dispatcher's thread is
 * the only caller. Allocates nothing.
 */
final class OwnWaits {
    /** Looks are at least so far apart. */
    static final long LOOK_NS = 1_000_000;
    /** A sleep that may last so long is one, since it begins in about a microsecond. Those between two looks into a device are longer. */
    static final long SURE_NS = 5_000;

    private final LongSupplier switches;
    private final LongSupplier cpuNs;
    /** What the count is at least as long as the thread has not waited. */
    private long expected;
    /** When both were read last, by the wall, and what the clock told. */
    private long lookedNs;
    private long readCpuNs;
    /** The same, or when a sleep behind it ended. */
    private long fromNs;
    /** Of the last sleep: when it began, and when it was to end. */
    private long asleepNs;
    private long latestNs;
    /** Whether a gap of the loop would be one of a sleep that has just ended. */
    private boolean slept;

    OwnWaits(final LongSupplier switches, final LongSupplier cpuNs) {
        this.switches = switches;
        this.cpuNs = cpuNs;
    }

    /** Of the calling thread. Calls what a gap calls, so that nothing is linked then. */
    static OwnWaits of(final ThreadAccounts accounts, final Clock clock) {
        final OwnWaits waits = new OwnWaits(accounts::ownSwitches, accounts::ownCpuNs);
        for (int i = 0; i < WarmUp.CALLS; i++) {
            waits.sleeps(clock.nanoTime(), Long.MAX_VALUE);
            waits.rose(0);
            waits.spun(clock.nanoTime(), clock);
            waits.inLoopNs(1, clock.nanoTime());
            waits.inWorkNs(1, clock.nanoTime());
        }
        return waits;
    }

    /**
     * The thread is about to sleep.
     *
     * @param nowNs   now, by the wall
     * @param untilNs when it is to rise at the latest; {@code Long.MAX_VALUE} for no limit
     */
    void sleeps(final long nowNs, final long untilNs) {
        if (nowNs - lookedNs >= LOOK_NS) {
            look(nowNs, cpuNs.getAsLong());
        }
        asleepNs = nowNs;
        latestNs = untilNs;
    }

    private void look(final long nowNs, final long executedNs) {
        expected = switches.getAsLong();
        readCpuNs = executedNs;
        lookedNs = nowNs;
        fromNs = nowNs;
    }

    /**
     * The thread has slept, or was about to.
     *
     * @param awakeNs until when nobody had woken it, by the wall
     */
    void rose(final long awakeNs) {
        if (Math.min(awakeNs, latestNs) - asleepNs >= SURE_NS) {
            expected++;
        }
        fromNs = awakeNs;
        slept = true;
    }

    /** The thread spins, and came round at a time of a clock; what it did before is no part of a gap that comes. */
    void spun(final long nowNs, final Clock clock) {
        slept = false;
        if (nowNs - lookedNs >= LOOK_NS) {
            final long executedNs = cpuNs.getAsLong();
            final long lookNs = clock.nanoTime();
            if (lookNs - nowNs < LOOK_NS) { // else there is a gap, which is asked about when the thread comes round
                look(lookNs, executedNs);
            }
        }
    }

    /**
     * For how long the thread waited in a gap between two rounds of its loop.
     *
     * @param gapNs the gap, up to now
     * @param nowNs now, by the wall
     * @return nanoseconds, at most the gap
     */
    long inLoopNs(final long gapNs, final long nowNs) {
        return ownNs(gapNs, nowNs, slept);
    }

    /** The same of a gap between two steps of a round. */
    long inWorkNs(final long gapNs, final long nowNs) {
        return ownNs(gapNs, nowNs, false);
    }

    private long ownNs(final long gapNs, final long nowNs, final boolean ofSleep) {
        final long executedNs = cpuNs.getAsLong();
        // In a sleep the thread executes nothing, so what it executed since was in the gap behind it.
        final long idleNs = (ofSleep ? gapNs : nowNs - fromNs) - (executedNs - readCpuNs);
        final long without = expected;
        look(nowNs, executedNs);
        slept = false;
        return expected > without ? Math.clamp(idleNs, 0, gapNs) : 0;
    }
}
