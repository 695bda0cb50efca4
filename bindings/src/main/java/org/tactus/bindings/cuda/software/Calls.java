// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_CONTEXT;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_INITIALIZED;

import java.util.concurrent.locks.LockSupport;

/** What the calls share: whether the driver is initialised, the primary context, and which threads have it. */
final class Calls {
    /** Number of the one device. */
    static final int DEVICE = 0;
    private static final long CONTEXT = 0x43L << 56;
    private static final int SPINS = 200;

    final SoftwareGpu gpu;
    final SoftwareSettings settings;
    /** The context that is current on a thread: one word each, so that a look-up allocates nothing. */
    private final ThreadLocal<long[]> current = ThreadLocal.withInitial(() -> new long[1]);
    /** Held by a call on chunks for all of its time, where the driver has one lock. */
    private final Object driverLock = new Object();
    private volatile boolean initialised;
    private long generation = 1;
    private int retained;

    Calls(final SoftwareGpu gpu) {
        this.gpu = gpu;
        this.settings = gpu.settings;
    }

    void initialise() {
        initialised = true;
    }

    /** What a call without a context answers before it looks at its arguments. */
    int ready() {
        return initialised ? 0 : CUDA_ERROR_NOT_INITIALIZED();
    }

    /** What a call that needs a context answers before it looks at its arguments. Under the monitor. */
    int inContext() {
        if (!initialised) {
            return CUDA_ERROR_NOT_INITIALIZED();
        }
        if (retained == 0 || current.get()[0] != context()) {
            return CUDA_ERROR_INVALID_CONTEXT();
        }
        return gpu.error();
    }

    private long context() {
        return CONTEXT | generation;
    }

    /** Retains the primary context and answers its handle. Under the monitor. */
    long retain() {
        retained++;
        return context();
    }

    /** Releases the primary context; true when it was the last time and the context is gone. Under the monitor. */
    boolean release() {
        if (--retained > 0) {
            return false;
        }
        generation++; // handles of the context that is gone are stale on every thread
        return true;
    }

    boolean isRetained() {
        return retained > 0;
    }

    /** Makes a context the calling thread's; false when there is no such one. Under the monitor. */
    boolean makeCurrent(final long context) {
        if (context != 0 && (retained == 0 || context != context())) {
            return false;
        }
        current.get()[0] = context;
        return true;
    }

    /** Lets the calling thread spend what a call costs by the model, what it took so far included. */
    static void spend(final long startNs, final long costNs) {
        while (costNs > 0 && System.nanoTime() - startNs < costNs) {
            Thread.onSpinWait();
        }
    }

    /** Lets the calling thread spend what a call on chunks costs, and keeps out who queues work, where the driver has one lock. */
    void spendOnChunks(final long startNs, final long costNs) {
        final long wholeNs = costNs + settings.traits().mappedChunkNs() * gpu.mappedChunks();
        if (settings.traits().driverLock()) {
            synchronized (driverLock) {
                spend(startNs, wholeNs);
            }
        } else {
            spend(startNs, wholeNs);
        }
    }

    /** Waits while a call on chunks holds the driver's lock. Outside the monitor. */
    void enter() {
        if (settings.traits().driverLock()) {
            synchronized (driverLock) {
                return;
            }
        }
    }

    /** Waits until all that was queued is done, where the driver does so before it takes memory away. Outside the monitor. */
    void awaitWork() {
        for (int round = 0; settings.traits().waitsForKernels() && !gpu.isQuiet();) {
            round = pause(round);
        }
    }

    /** Waits a little; the more often, the longer. */
    static int pause(final int round) {
        if (round < SPINS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(1_000);
        }
        return round + 1;
    }
}
