package org.tactus.device;

/** An accelerator that is not there: it takes the time that the segment's model says, and completes later. */
public final class ModelledDevice implements Device {
    private static final long IDLE = Long.MAX_VALUE;

    private long endNs = IDLE;
    private long lastNs;

    @Override
    public void start(final SegmentWork work, final long job, final long startNs) {
        lastNs = work.modelledNs(job);
        endNs = startNs + lastNs;
    }

    @Override
    public int poll(final long nowNs) {
        if (nowNs < endNs) {
            return RUNNING;
        }
        endNs = IDLE;
        return DONE;
    }

    @Override
    public long elapsedNs(final long startNs, final long observedNs) {
        return lastNs;
    }

    @Override
    public Throwable failure() {
        return null;
    }

    @Override
    public boolean isSynchronous() {
        return false;
    }

    @Override
    public String driver() {
        return "modelled";
    }

    @Override
    public void close() {
        // nothing is held
    }
}
