package org.tactus.internal.runtime;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.time.Clock;

/** Requests jobs of sporadic tasks at seeded gaps from one to two periods, on a thread of its own. */
final class SporadicDriver implements Runnable {
    private final Kernel kernel;
    private final int[] slots;
    private final long[] periodsNs;
    private final long[] nextNs;
    private final RandomGenerator random;
    private final Thread thread = Thread.ofPlatform().name("tactus-sporadic").daemon(true).unstarted(this);
    private volatile boolean running = true;

    SporadicDriver(final Kernel kernel, final int[] slots, final long[] periodsNs, final long zeroNs, final long seed) {
        this.kernel = kernel;
        this.slots = slots;
        this.periodsNs = periodsNs;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.nextNs = new long[slots.length];
        Arrays.setAll(nextNs, i -> zeroNs + random.nextLong(periodsNs[i]));
    }

    void start() {
        thread.start();
    }

    void stop() throws InterruptedException {
        running = false;
        LockSupport.unpark(thread);
        thread.join();
    }

    @Override
    public void run() {
        while (running && slots.length > 0) {
            int first = 0;
            for (int i = 1; i < nextNs.length; i++) {
                first = nextNs[i] < nextNs[first] ? i : first;
            }
            final long waitNs = nextNs[first] - Clock.SYSTEM.nanoTime();
            if (waitNs > 0) {
                LockSupport.parkNanos(waitNs);
            } else {
                kernel.release(slots[first]);
                nextNs[first] = Clock.SYSTEM.nanoTime() + periodsNs[first] + random.nextLong(periodsNs[first]);
            }
        }
    }
}
