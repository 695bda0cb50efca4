// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.kernel.OwnTime;
import org.tactus.internal.time.Clock;

/**
 * Times executions on the calling thread without what is taken from it meanwhile: by the clock of the thread's CPU time where the work
 * never gave its core away, else by the scheduler's account of the time in which the thread waited for others to leave its core, or for the
 * throttling of real-time threads to end. What an interrupt takes neither knows, unless the kernel accounts for it; that stays in the
 * times. One thread.
 *
 * <p>Only for work that this thread does alone: of several threads the others would go on while this one waits.
 */
final class ExecutionTimer {
    private final LongSupplier clock;
    private final Supplier<OptionalLong> waited;
    private final Optional<OwnTime> own;
    private OptionalLong waitedBefore = OptionalLong.empty();
    private long beginNs;
    private long longestNs;
    private long takenNs;

    ExecutionTimer(final LongSupplier clock, final Optional<OwnTime> own, final Supplier<OptionalLong> waited) {
        this.clock = clock;
        this.own = own;
        this.waited = waited;
    }

    /** Times with or without the waits, as the work is the thread's alone or not. */
    static ExecutionTimer of(final boolean alone) {
        return new ExecutionTimer(Clock.SYSTEM::nanoTime,
            alone ? ThreadAccounts.ofCallingThread().flatMap(OwnTime::of) : Optional.empty(),
            alone ? PlatformAccounts::waitedByThisThread : OptionalLong::empty);
    }

    /** What the times leave out, for people. */
    String leavesOut() {
        return own.isPresent() ? "what is taken from the thread (its CPU clock)"
            : waited.get().isPresent() ? "waits for other threads (schedstat)" : "nothing";
    }

    void begin() {
        waitedBefore = waited.get();
        own.ifPresent(time -> {
            time.slept(); // what lies between two executions is nobody's
            time.begin();
        });
        beginNs = clock.getAsLong();
    }

    /** Nanoseconds since {@link #begin} in which the work was executed. */
    long elapsedNs() {
        final long wallNs = clock.getAsLong() - beginNs;
        long executedNs = own.isPresent() ? own.get().elapsedNs(wallNs) : wallNs;
        final OptionalLong now = waitedBefore.isPresent() ? waited.get() : OptionalLong.empty();
        if (now.isPresent()) {
            executedNs = Math.min(executedNs, wallNs - Math.max(0, now.getAsLong() - waitedBefore.getAsLong()));
        }
        executedNs = Math.max(0, executedNs);
        longestNs = Math.max(longestNs, wallNs);
        takenNs += wallNs - executedNs;
        return executedNs;
    }

    /** The longest execution by the wall, with what was taken from it. */
    long longestNs() {
        return longestNs;
    }

    /** What was taken from all executions together. */
    long takenNs() {
        return takenNs;
    }
}
