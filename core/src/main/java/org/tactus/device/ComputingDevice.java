package org.tactus.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.tactus.time.Clock;

/**
 * An accelerator that is not there but answers: a thread of its own computes the segment's result, and the segment is done when its
 * modelled time has passed and the result is there. A result that comes later than the model says is an overrun, as on a real one.
 *
 * <p>The dispatcher neither waits nor wakes: it publishes a request by its number, and the thread, which looks every few microseconds,
 * publishes the number of the request that it has answered.
 */
public final class ComputingDevice implements Device {
    /** The driver that a task-set file names for this device. */
    public static final String DRIVER = "compute";
    private static final VarHandle ASKED = handle("asked");
    private static final VarHandle ANSWERED = handle("answered");
    private static final long POLL_NS = 20_000;
    private static final long JOIN_MS = 2_000;

    private final Clock clock;
    private final Runnable setup;
    private final Thread thread;
    private volatile boolean closed;
    // Written by the dispatcher before it publishes asked.
    private SegmentWork work;
    private long job;
    private long asked;
    // Written by the computing thread before it publishes answered.
    private Throwable failure;
    private long answeredNs;
    private long answered;
    // The dispatcher's own.
    private long count;
    private long startNs;
    private long endNs = Long.MAX_VALUE;

    /**
     * Makes the device and starts its thread.
     *
     * @param clock tells when a result was there
     * @param setup run first on its thread: what the machine permits it
     */
    public ComputingDevice(final Clock clock, final Runnable setup) {
        this.clock = clock;
        this.setup = setup;
        thread = Thread.ofPlatform().name("modelled-engine").daemon(true).start(this::compute);
    }

    private static VarHandle handle(final String field) {
        try {
            return MethodHandles.lookup().findVarHandle(ComputingDevice.class, field, long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private void compute() {
        setup.run();
        long seen = 0;
        while (!closed) {
            // Acquire pairs with the release in start: the work and the job were written before.
            final long request = (long) ASKED.getAcquire(this);
            if (request == seen) {
                LockSupport.parkNanos(POLL_NS);
                continue;
            }
            seen = request;
            failure = null;
            try {
                work.run(job);
            } catch (final Throwable e) { // whatever a segment throws stops its task, not the device
                failure = e;
            }
            answeredNs = clock.nanoTime();
            ANSWERED.setRelease(this, request);
        }
    }

    @Override
    public void start(final SegmentWork segment, final long number, final long nowNs) {
        work = segment;
        job = number;
        startNs = nowNs;
        endNs = nowNs + segment.modelledNs(number);
        count++;
        ASKED.setRelease(this, count);
    }

    @Override
    public int poll(final long nowNs) {
        // Acquire pairs with the release in compute: the result, its time and a failure were written before.
        if (nowNs < endNs || (long) ANSWERED.getAcquire(this) != count) {
            return RUNNING;
        }
        endNs = Long.MAX_VALUE;
        return failure == null ? DONE : FAILED;
    }

    @Override
    public long elapsedNs(final long started, final long observedNs) {
        return Math.max(work.modelledNs(job), answeredNs - startNs);
    }

    @Override
    public Throwable failure() {
        return failure;
    }

    @Override
    public boolean isSynchronous() {
        return false;
    }

    @Override
    public String driver() {
        return "modelled time, computed on the host";
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
