// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.time.Clock;

/** Requests jobs of sporadic tasks at seeded gaps from one to two periods, on a thread of its own. */
final class SporadicDriver implements Runnable {
    private final Consumer<RunHandle> release;
    private final List<RunHandle> tasks;
    private final long[] periodsNs;
    private final long[] nextNs;
    private final RandomGenerator random;
    private final Thread thread = Thread.ofPlatform().name("tactus-sporadic").daemon(true).unstarted(this);
    private volatile boolean running = true;

    SporadicDriver(
        final Consumer<RunHandle> release, final List<RunHandle> tasks, final long[] periodsNs, final long zeroNs, final long seed) {
        this.release = release;
        this.tasks = List.copyOf(tasks);
        this.periodsNs = periodsNs;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.nextNs = new long[tasks.size()];
        Arrays.setAll(nextNs, i -> zeroNs + random.nextLong(periodsNs[i]));
    }

    void start() {
        thread.start();
    }

    /** Ends the thread, whatever interrupts the calling one. */
    void stop() {
        running = false;
        LockSupport.unpark(thread);
        ThreadEnd.await(thread, ThreadEnd.PATIENCE_NS);
    }

    @Override
    public void run() {
        while (running && !tasks.isEmpty()) {
            int first = 0;
            for (int i = 1; i < nextNs.length; i++) {
                first = nextNs[i] < nextNs[first] ? i : first;
            }
            final long waitNs = nextNs[first] - Clock.SYSTEM.nanoTime();
            if (waitNs > 0) {
                LockSupport.parkNanos(waitNs);
            } else {
                release.accept(tasks.get(first));
                nextNs[first] = Clock.SYSTEM.nanoTime() + periodsNs[first] + random.nextLong(periodsNs[first]);
            }
        }
    }
}
