package org.tactus;

import java.util.List;
import org.tactus.kernel.KernelListener;
import org.tactus.model.TaskSet;
import org.tactus.trace.EventHandler;
import org.tactus.trace.EventType;
import org.tactus.trace.JobLog;
import org.tactus.trace.Stall;
import org.tactus.trace.StallLog;

/** Keeps what the monitor drains: jobs and stalls; passes everything on. Monitor thread, then control thread. */
final class RunRecorder implements EventHandler, KernelListener, AutoCloseable {
    private final TaskSet set;
    private final TactusOptions options;
    private final KernelListener listener;
    private final EventHandler events;
    private final StallLog stalls = new StallLog();
    private volatile JobLog jobs;
    private volatile long zeroNs;

    RunRecorder(final TaskSet set, final TactusOptions options, final KernelListener listener, final EventHandler events) {
        this.set = set;
        this.options = options;
        this.listener = listener;
        this.events = events;
    }

    void begin(final long zero) {
        zeroNs = zero;
        jobs = new JobLog(options.scratch(), options.kernel().taskCapacity(), zero);
    }

    JobLog jobs() {
        return jobs;
    }

    /** Ends the logs after the last event and tells the stalls. */
    List<Stall> finish(final long endNs) {
        jobs.finish(endNs);
        return stalls.stalls();
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job,
        final long argument) {
        final JobLog log = jobs;
        if (log == null) {
            return; // before time zero nothing is a job
        }
        if (type == EventType.STALL) {
            final long atNs = timeNs - argument - zeroNs;
            if (atNs + argument > 0) {
                stalls.add(atNs, argument, set.platform().devices().get(device).name(), "loop gap");
            }
        } else {
            log.onEvent(type, timeNs, device, task, segment, job, argument);
        }
        events.onEvent(type, timeNs, device, task, segment, job, argument);
    }

    @Override
    public void onDeadlineMiss(final String task, final long job, final long lateNs) {
        listener.onDeadlineMiss(task, job, lateNs);
    }

    @Override
    public void onOverrunSeen(final String task, final int segment, final long beyondNs) {
        listener.onOverrunSeen(task, segment, beyondNs);
    }

    @Override
    public void onError(final String task, final Throwable cause) {
        listener.onError(task, cause);
    }

    @Override
    public void onDeviceLost(final String device) {
        listener.onDeviceLost(device);
    }

    @Override
    public void onRound() {
        listener.onRound();
    }

    @Override
    public void close() {
        if (jobs != null) {
            jobs.close();
        }
    }
}
