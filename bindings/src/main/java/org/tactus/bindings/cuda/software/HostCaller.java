// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.generated.cuda.CUhostFn;

/**
 * Calls what streams call on the host: one function at a time, on a thread of its own, never under the driver's monitor. The GPU's thread
 * asks by a number, the caller's thread answers with it.
 */
final class HostCaller implements Runnable {
    private static final VarHandle ASKED = handle("asked");
    private static final VarHandle ANSWERED = handle("answered");
    /** Has the caller when what the calling stream had queued was dropped meanwhile. */
    private static final SoftwareStream DROPPED = new SoftwareStream(0);

    private final SoftwareGpu gpu;
    private final Thread thread = Thread.ofPlatform().name("software-gpu-host").daemon(true).unstarted(this);
    private volatile boolean open = true;
    /** The stream whose first command is under way; null when none is. Under the driver's monitor, like the count. */
    private SoftwareStream stream;
    private long count;
    // Written by the GPU's thread before it publishes asked.
    private MemorySegment function = MemorySegment.NULL;
    private long argument;
    private long asked;
    // Written by the caller's thread before it publishes answered.
    private long endNs;
    private long answered;

    HostCaller(final SoftwareGpu gpu) {
        this.gpu = gpu;
    }

    private static VarHandle handle(final String field) {
        try {
            return MethodHandles.lookup().findVarHandle(HostCaller.class, field, long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    void start() {
        thread.start();
    }

    /** Ends the thread, when the function that it is in returns. */
    void stop() {
        open = false;
        LockSupport.unpark(thread);
        SoftwareGpu.join(thread);
    }

    /** Takes a stream's first command a step further; true when the function has returned. By the GPU's thread, under the monitor. */
    boolean isCalled(final SoftwareStream of) {
        // Acquire pairs with the release in run: what the function wrote, and when it ended.
        final boolean idle = (long) ANSWERED.getAcquire(this) == count;
        if (idle && stream == of) {
            stream = null;
            return true;
        }
        if (idle && (stream == null || stream == DROPPED)) {
            stream = of;
            if (function.address() != of.argument(0)) {
                function = MemorySegment.ofAddress(of.argument(0));
            }
            argument = of.argument(1);
            count++;
            ASKED.setRelease(this, count);
            LockSupport.unpark(thread);
        }
        return false;
    }

    /** When the function that {@link #isCalled} told of returned. */
    long endNs() {
        return endNs;
    }

    /** Drops the streams' commands, without waiting for a function that is under way. Under the monitor. */
    void drop() {
        stream = stream == null ? null : DROPPED;
    }

    @Override
    public void run() {
        long seen = 0;
        while (open) {
            // Acquire pairs with the release in isCalled: the function and its argument were written before.
            final long request = (long) ASKED.getAcquire(this);
            if (request == seen) {
                LockSupport.park(this);
                continue;
            }
            seen = request;
            CUhostFn.invoke(function, argument);
            endNs = System.nanoTime();
            ANSWERED.setRelease(this, request);
            gpu.wake();
        }
    }
}
