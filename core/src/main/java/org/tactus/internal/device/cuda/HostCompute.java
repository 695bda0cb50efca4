// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.generated.cuda.CUhostFn;
import org.tactus.internal.lifecycle.Undo;

/**
 * Lets the host compute the networks of a software GPU, on the thread that the driver uses for functions of the host, while a kernel in the
 * stream takes the time that a real GPU would take. There is one computation at a time; the dispatcher queues it, and looks at its failure
 * when the stream is past it.
 */
final class HostCompute implements AutoCloseable {
    private static final VarHandle WORK;
    private static final VarHandle FAILURE;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORK = lookup.findVarHandle(HostCompute.class, "work", CudaNetworkWork.class);
            FAILURE = lookup.findVarHandle(HostCompute.class, "failure", Throwable.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CudaStreams streams;
    private final Runnable setup;
    private final Undo made = new Undo();
    private final long side;
    private final long fork;
    private final long join;
    private final long function;
    private boolean isSetUp;
    // Written by the dispatcher before the call is queued.
    private CudaNetworkWork work;
    // Written by the driver's thread before the stream goes on.
    private Throwable failure;

    /**
     * Prepares the side stream. The context is current.
     *
     * @param streams the driver's calls
     * @param setup   run first on the driver's thread: what the machine permits it
     */
    HostCompute(final CudaStreams streams, final Runnable setup) {
        this.streams = streams;
        this.setup = setup;
        final Arena arena = Arena.ofShared();
        made.add(arena::close);
        try {
            function = CUhostFn.allocate(this::compute, arena).address();
            side = streams.create(0);
            made.add(() -> streams.destroy(side));
            fork = streams.createEvent(false);
            made.add(() -> streams.destroyEvent(fork));
            join = streams.createEvent(false);
            made.add(() -> streams.destroyEvent(join));
        } catch (final Throwable e) {
            made.run(e);
            throw e;
        }
    }

    /** On the driver's thread; what left it would end the JVM. */
    private void compute(final long job) {
        Throwable broken = null;
        try {
            if (!isSetUp) {
                isSetUp = true;
                setup.run();
            }
            // Acquire pairs with the release in forkFrom: everything that the work reads was written before.
            ((CudaNetworkWork) WORK.getAcquire(this)).compute(job);
        } catch (final Throwable e) {
            broken = e;
        }
        // Release pairs with the acquire in failure; the results are the driver's to publish, by the event behind this call.
        FAILURE.setRelease(this, broken);
    }

    /**
     * Lets {@link #side} begin where the stream is now. Dispatcher; allocates nothing; {@link #joinTo} follows.
     *
     * @param segment what {@link #call} computes
     * @param stream  the device's stream
     */
    void forkFrom(final CudaNetworkWork segment, final long stream) {
        FAILURE.setRelease(this, null);
        WORK.setRelease(this, segment);
        streams.record(fork, stream);
        streams.waitFor(side, fork);
    }

    /** Queues the computation on the side stream. */
    void call(final long job) {
        streams.callHost(side, function, job);
    }

    /** The stream on which the computation and its copies are queued. */
    long side() {
        return side;
    }

    /** What is queued in the stream from here on waits for the computation. */
    void joinTo(final long stream) {
        streams.record(join, side);
        streams.waitFor(stream, join);
    }

    /** Why the last computation broke; null when it did not. Dispatcher, when the stream is past it. */
    Throwable failure() {
        return (Throwable) FAILURE.getAcquire(this);
    }

    @Override
    public void close() {
        made.runOrThrow();
    }
}
