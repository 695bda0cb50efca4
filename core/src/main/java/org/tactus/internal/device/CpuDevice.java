// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import org.tactus.internal.time.Clock;

/** Processor cores as a device: a segment runs on the dispatcher's own thread, which is pinned to the cores. */
public final class CpuDevice implements Device {
    private final Clock clock;
    private final String driver;
    private int status = RUNNING;
    private long startNs;
    private long endNs;
    private Throwable failure;

    /**
     * Makes the device.
     *
     * @param clock  tells when a segment ended
     * @param driver what computes, for reports
     */
    public CpuDevice(final Clock clock, final String driver) {
        this.clock = clock;
        this.driver = driver;
    }

    @Override
    public void start(final SegmentWork work, final long job, final long nowNs) {
        startNs = nowNs;
        try {
            work.run(job);
            status = DONE;
        } catch (final Throwable e) { // whatever a segment throws stops its task, not the dispatcher
            failure = e;
            status = FAILED;
        }
        endNs = clock.nanoTime();
        Thread.interrupted(); // an interrupt that a segment leaves behind is not for the next one, nor for the dispatcher's sleep
    }

    @Override
    public int poll(final long nowNs) {
        final int result = status;
        status = RUNNING;
        return result;
    }

    @Override
    public long elapsedNs(final long started, final long observedNs) {
        return endNs - startNs;
    }

    @Override
    public Throwable failure() {
        return failure;
    }

    @Override
    public boolean isSynchronous() {
        return true;
    }

    @Override
    public String driver() {
        return driver;
    }

    @Override
    public Device another() {
        return new CpuDevice(clock, driver);
    }

    @Override
    public void close() {
        // nothing is held
    }
}
