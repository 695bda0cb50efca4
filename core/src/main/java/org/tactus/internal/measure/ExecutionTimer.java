// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.tactus.internal.time.Clock;

/**
 * Times executions on the calling thread without the time in which it waited for other threads to leave its core, or for the system's
 * throttling of real-time threads to end: the scheduler accounts for these waits. What a hypervisor or an interrupt takes it does not know,
 * and that stays in the times. One thread.
 *
 * <p>Only for work that this thread does alone: of several threads the others would go on while this one waits.
 */
final class ExecutionTimer {
    private final LongSupplier clock;
    private final Supplier<OptionalLong> waited;
    private OptionalLong waitedBefore = OptionalLong.empty();
    private long beginNs;

    ExecutionTimer(final LongSupplier clock, final Supplier<OptionalLong> waited) {
        this.clock = clock;
        this.waited = waited;
    }

    /** Times with or without the waits, as the work is the thread's alone or not. */
    static ExecutionTimer of(final boolean alone) {
        return new ExecutionTimer(Clock.SYSTEM::nanoTime, alone ? PlatformAccounts::waitedByThisThread : OptionalLong::empty);
    }

    /** What the times leave out, for people. */
    String leavesOut() {
        return waited.get().isPresent() ? "waits for other threads (schedstat)" : "nothing";
    }

    void begin() {
        waitedBefore = waited.get();
        beginNs = clock.getAsLong();
    }

    /** Nanoseconds since {@link #begin}. */
    long elapsedNs() {
        final long wallNs = clock.getAsLong() - beginNs;
        final OptionalLong now = waitedBefore.isPresent() ? waited.get() : OptionalLong.empty();
        return now.isEmpty() ? wallNs : Math.max(0, wallNs - Math.max(0, now.getAsLong() - waitedBefore.getAsLong()));
    }
}
