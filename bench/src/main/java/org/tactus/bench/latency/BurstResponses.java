// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import org.HdrHistogram.Histogram;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;

/**
 * Responses of tasks that are released together, segment after segment, counted in a span of time. The most urgent task's job stands for
 * how late the thread began, the least urgent one's for all that came while the burst ran; what the segments ahead of a job take is no
 * delay, so all jobs count alike: as what is left of the response without the executions of the burst up to its own.
 *
 * <p>Events come on the monitor's thread; {@link #count} may be called by another one, the histograms be read when the run has ended.
 */
final class BurstResponses implements EventHandler {
    private static final long MOST_NS = 10_000_000_000L;
    private static final int DIGITS = 3;

    /** Responses of the least urgent task, nanoseconds, in the span. */
    final Histogram last = new Histogram(MOST_NS, DIGITS);
    /** Delays of all jobs, nanoseconds, in the span. */
    final Histogram delays = new Histogram(MOST_NS, DIGITS);
    /** Delays of all jobs before. */
    final Histogram earlier = new Histogram(MOST_NS, DIGITS);
    private final int tasks;
    private final long segmentNs;
    /** Written before {@link #fromNs}, which publishes it. */
    private long untilNs;
    private volatile long fromNs = Long.MAX_VALUE;

    /**
     * Makes empty histograms.
     *
     * @param tasks     of a burst, in the order of their urgency, in the first slots
     * @param segmentNs what each executes
     */
    BurstResponses(final int tasks, final long segmentNs) {
        this.tasks = tasks;
        this.segmentNs = segmentNs;
    }

    /** Counts the jobs that are released in a time, nanoseconds of the run's clock; it begins now or later. */
    void count(final long beginNs, final long endNs) {
        untilNs = endNs;
        fromNs = beginNs;
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job, final long argument) {
        if (type != EventType.COMPLETE || slot >= tasks) {
            return;
        }
        final long responseNs = Math.clamp(timeNs - argument, 0, MOST_NS);
        final long delayNs = Math.max(0, responseNs - (slot + 1) * segmentNs);
        if (argument < fromNs) {
            earlier.recordValue(delayNs);
            return;
        }
        if (argument >= untilNs) {
            return;
        }
        delays.recordValue(delayNs);
        if (slot == tasks - 1) {
            last.recordValue(responseNs);
        }
    }
}
