// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.PrintStream;
import java.util.function.LongSupplier;
import org.tactus.internal.time.Durations;

/**
 * Writes a line for each missed deadline, but no flood: {@value #BURST} lines at once, then {@value #A_SECOND} a second. What is left
 * out is counted in a line of its own, once a second. Of one thread, the monitor's, until {@link #end}.
 */
final class MissLog {
    static final int BURST = 10;
    static final int A_SECOND = 2;
    private static final long SECOND_NS = 1_000_000_000;

    private final PrintStream out;
    private final LongSupplier clockNs;
    private final long beganNs;
    /** Lines that may be written now, in nanoseconds that one takes to come back. */
    private long creditNs = BURST * (SECOND_NS / A_SECOND);
    private long seenNs;
    private long leftOut;
    private long toldNs;
    private volatile long firstNs;
    private volatile boolean missed;

    MissLog(final PrintStream out, final LongSupplier clockNs) {
        this.out = out;
        this.clockNs = clockNs;
        this.beganNs = clockNs.getAsLong();
        this.seenNs = beganNs;
        this.toldNs = beganNs;
    }

    /**
     * Tells a miss.
     *
     * @param job    number of the job, or -1 when it may not have begun
     * @param lateNs how late it is, or is so far
     */
    void missed(final String task, final long job, final long lateNs) {
        final long nowNs = clockNs.getAsLong();
        if (!missed) {
            firstNs = nowNs;
            missed = true;
        }
        creditNs = Math.min(BURST * (SECOND_NS / A_SECOND), creditNs + nowNs - seenNs);
        seenNs = nowNs;
        if (creditNs < SECOND_NS / A_SECOND) {
            leftOut++;
            return;
        }
        creditNs -= SECOND_NS / A_SECOND;
        out.println("deadline miss of " + task + ": " + (job < 0 ? "a job that waits" : "job " + job) + ", " + Durations.format(lateNs)
            + " late");
    }

    /** Tells now and then how many lines were left out. Called at each round of the monitor. */
    void round() {
        if (leftOut > 0 && clockNs.getAsLong() - toldNs >= SECOND_NS) {
            tell();
        }
    }

    /** Tells what is left to tell, when the monitor has ended. */
    void end() {
        if (leftOut > 0) {
            tell();
        }
    }

    private void tell() {
        out.println("and " + leftOut + (leftOut == 1 ? " other deadline was" : " other deadlines were") + " missed");
        leftOut = 0;
        toldNs = clockNs.getAsLong();
    }

    /** Whether a deadline was missed. Any thread. */
    boolean hasMissed() {
        return missed;
    }

    /** When the first miss was told, in the clock's nanoseconds; of use when there was one. Any thread. */
    long firstNs() {
        return firstNs;
    }
}
