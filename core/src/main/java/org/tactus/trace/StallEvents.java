package org.tactus.trace;

import java.util.List;

/**
 * Puts the loop gaps that dispatchers saw into a stall log. It takes events, on the monitor's thread.
 *
 * <p>A gap of the monitor's own loop is no stall of a job: a busy dispatcher may have had its core. It is only counted here,
 * or else most jobs of a busy machine would seem touched.
 */
public final class StallEvents implements EventHandler {
    private final StallLog log;
    private final long zeroNs;
    private final List<String> devices;
    private long monitorGaps;
    private long largestMonitorGapNs;

    /**
     * Makes a handler.
     *
     * @param log     takes the stalls
     * @param zeroNs  time zero of the run in the clock of the events
     * @param devices names, by index
     */
    public StallEvents(final StallLog log, final long zeroNs, final List<String> devices) {
        this.log = log;
        this.zeroNs = zeroNs;
        this.devices = List.copyOf(devices);
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        if (type != EventType.STALL) {
            return;
        }
        if (device < 0) {
            monitorGaps++;
            largestMonitorGapNs = Math.max(largestMonitorGapNs, argument);
        } else {
            log.add(timeNs - argument - zeroNs, argument, devices.get(device), "loop gap");
        }
    }

    /**
     * Counts the gaps of the monitor's own loop.
     *
     * @return gaps
     */
    public long monitorGaps() {
        return monitorGaps;
    }

    /**
     * The largest gap of the monitor's own loop, for the noise floor.
     *
     * @return nanoseconds, 0 without one
     */
    public long largestMonitorGapNs() {
        return largestMonitorGapNs;
    }
}
