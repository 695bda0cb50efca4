// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.Optional;
import java.util.function.LongSupplier;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.internal.time.Clock;

/**
 * Tells how long a segment on the dispatcher's own thread executed, without what the platform or other threads took from it meanwhile, by
 * the clock of the thread's CPU time. That clock is a system call of some microseconds on a virtual machine, so it is read at most once
 * before a segment, and after it only when the segment's time by the wall is more than its WCET: only then does it matter. A thread that
 * spins looks at it now and then instead, and a segment that begins shortly after such a look does not read it: what executes in between
 * counts as the segment's, and what is taken in between is taken for taken from the segment, at most {@link #FRESH_NS}.
 *
 * <p>What a segment waits for by itself, such as a lock or a file, is its own time although the CPU's clock stands still. So a segment that
 * gave the core away gets its whole time by the wall; that it did is seen by the count of such switches. They change also when the
 * dispatcher sleeps, and when an earlier segment or what lies between two waited: while a thread waits, its clock falls behind the wall. So
 * the count is read anew before a segment only when the clock has fallen behind since the last look, which costs nothing in a thread that
 * executes without a break. The dispatcher's thread is the only caller; the counts are exact after it has ended.
 */
public final class OwnTime {
    /** How long the clock is tried before it is believed. */
    private static final long TRIAL_NS = 2_000_000;
    /** A clock that shows less than this share of the time in which the thread executed for sure is not believed, in thousandths. */
    private static final long LEAST_SHARE = 990;
    private static final long GAP_NS = 1_000;
    /** How often a thread that spins looks at the clock. */
    static final long LOOK_NS = 100_000;
    /** How old a look may be for a segment to begin by it. */
    static final long FRESH_NS = 2 * LOOK_NS;
    /** Shorter gaps between the wall and the clock are those of reading both; a wait takes two switches, which are longer. */
    private static final long BEHIND_NS = 1_000;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final LongSupplier cpuNs;
    private final LongSupplier switches;
    private long switchesBefore;
    private long beganNs;
    private long lookedCpuNs;
    private long lookedNs = NEVER;
    /** The last read of the clock outside a segment since the count of switches was taken: by the wall, and what it told. */
    private long readNs = NEVER;
    private long readCpuNs;
    private long lengthened;
    private long takenNs;
    private long longestTakenNs;

    OwnTime(final LongSupplier cpuNs, final LongSupplier switches) {
        this.cpuNs = cpuNs;
        this.switches = switches;
        slept();
    }

    /**
     * By the accounts of the calling thread, when its clock shows at least the time in which it is seen to execute.
     *
     * @param accounts the calling thread's
     * @return empty when the clock cannot be believed
     */
    public static Optional<OwnTime> of(final ThreadAccounts accounts) {
        for (int i = 0; i < WarmUp.CALLS; i++) {
            accounts.ownCpuNs();
            accounts.ownSwitches();
        }
        return isBelieved(accounts::ownCpuNs, Clock.SYSTEM::nanoTime)
            ? Optional.of(new OwnTime(accounts::ownCpuNs, accounts::ownSwitches)) : Optional.empty();
    }

    /** Compares a thread's CPU clock with a spin whose gaps are seen: what is left of it was executed for sure. */
    static boolean isBelieved(final LongSupplier cpuNs, final LongSupplier wall) {
        final long cpuBeforeNs = cpuNs.getAsLong();
        final long beginNs = wall.getAsLong();
        long lastNs = beginNs;
        long gapsNs = 0;
        while (lastNs - beginNs < TRIAL_NS) {
            final long nowNs = wall.getAsLong();
            gapsNs += nowNs - lastNs > GAP_NS ? nowNs - lastNs : 0;
            lastNs = nowNs;
        }
        final long executedNs = lastNs - beginNs - gapsNs;
        return cpuBeforeNs >= 0 && 1_000 * (cpuNs.getAsLong() - cpuBeforeNs) >= LEAST_SHARE * executedNs;
    }

    /** The thread has slept: that switch was no segment's. */
    public void slept() {
        switchesBefore = switches.getAsLong();
        lookedNs = NEVER;
        readNs = NEVER;
    }

    /**
     * The thread spins; looks at the clock when the last look is old. The wall is read after it, so that nothing that is taken between both
     * is believed to have been executed.
     *
     * @param nowNs now, by the wall
     * @param wall  the clock of {@code nowNs}
     */
    void spun(final long nowNs, final Clock wall) {
        if (nowNs - lookedNs >= LOOK_NS) {
            lookedCpuNs = cpuNs.getAsLong();
            lookedNs = wall.nanoTime();
            countIfBehind(lookedNs, lookedCpuNs);
        }
    }

    /** The clock was read at a time by the wall; counts the switches that lie before it when there may be one since the last read. */
    private void countIfBehind(final long nowNs, final long nowCpuNs) {
        if (readNs != NEVER && nowNs - readNs - (nowCpuNs - readCpuNs) > BEHIND_NS) {
            switchesBefore = switches.getAsLong();
        }
        readNs = nowNs;
        readCpuNs = nowCpuNs;
    }

    /**
     * A segment begins; the clock is not read when there was a look shortly before.
     *
     * @param decidedNs when it was decided, by the wall
     * @return its start in the clock of the CPU time, or at most {@link #FRESH_NS} after it
     */
    long begin(final long decidedNs) {
        if (lookedCpuNs < 0 || decidedNs - lookedNs > FRESH_NS) {
            countIfBehind(decidedNs, begin());
            return beganNs;
        }
        beganNs = lookedCpuNs + Math.max(0, decidedNs - lookedNs);
        return beganNs;
    }

    /**
     * A segment begins.
     *
     * @return its start in the clock of the CPU time
     */
    public long begin() {
        beganNs = cpuNs.getAsLong();
        return beganNs;
    }

    /**
     * How long the segment that began last executed.
     *
     * @param wallNs since its beginning
     * @return nanoseconds, at most {@code wallNs}
     */
    public long elapsedNs(final long wallNs) {
        final long nowNs = cpuNs.getAsLong();
        final long now = switches.getAsLong();
        if (now != switchesBefore || nowNs < 0 || beganNs < 0) {
            switchesBefore = now;
            return wallNs;
        }
        return Math.min(wallNs, nowNs - beganNs);
    }

    /** Notes that a segment was longer than its WCET only by what was taken from it. */
    void lengthened(final long ns) {
        lengthened++;
        takenNs += ns;
        longestTakenNs = Math.max(longestTakenNs, ns);
    }

    /** Segments that were longer than their WCETs only by what was taken from them. */
    long lengthened() {
        return lengthened;
    }

    /** What was taken from them together. */
    long takenNs() {
        return takenNs;
    }

    /** The most that was taken from one of them. */
    long longestTakenNs() {
        return longestTakenNs;
    }
}
