// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.policy.DoorbellDescriptor;
import org.tactus.internal.watch.MetricsEndpoint;

/**
 * Settings of a {@link TaskSetRun}.
 *
 * @param kernel        the kernel's settings
 * @param realTime      true to ask for SCHED_FIFO and locked memory
 * @param force         true to run a set that the analysis refuses; its bounds are shown where they exist
 * @param driveSporadic true to request jobs of sporadic tasks at seeded gaps of at least their period, as a run from a file does
 * @param seed          of everything random
 * @param watchable     true to let {@code tactus stat} watch the run from outside, by a file on tmpfs
 * @param jmx           true to show the run to JMX
 * @param metricsPort   port of the loopback address that serves its counters, 0 for a free one, -1 for none
 */
public record RunSettings(
    KernelOptions kernel, boolean realTime, boolean force, boolean driveSporadic, long seed, boolean watchable, boolean jmx,
    int metricsPort) {
    private static final long LEAST_RING_BYTES = 1 << 12;
    private static final int MOST_SEGMENTS = 1 << 20;

    /** For embedding: real-time where permitted, analysis decides, sporadic jobs are the program's. */
    public static final RunSettings DEFAULT = new RunSettings(
        KernelOptions.DEFAULT, true, false, false, 1, true, false, RunExposure.NO_PORT);

    /**
     * Changes whether a refused set runs.
     *
     * @param value true to run it
     * @return a copy
     */
    public RunSettings withForce(final boolean value) {
        return new RunSettings(kernel, realTime, value, driveSporadic, seed, watchable, jmx, metricsPort);
    }

    /**
     * Changes whether sporadic tasks are driven.
     *
     * @param value true to request their jobs at seeded gaps
     * @return a copy
     */
    public RunSettings withDriveSporadic(final boolean value) {
        return new RunSettings(kernel, realTime, force, value, seed, watchable, jmx, metricsPort);
    }

    /**
     * Changes the seed.
     *
     * @param value the other one
     * @return a copy
     */
    public RunSettings withSeed(final long value) {
        return new RunSettings(kernel, realTime, force, driveSporadic, value, watchable, jmx, metricsPort);
    }

    /**
     * Changes whether real-time rights are asked for.
     *
     * @param value true to ask
     * @return a copy
     */
    public RunSettings withRealTime(final boolean value) {
        return new RunSettings(kernel, value, force, driveSporadic, seed, watchable, jmx, metricsPort);
    }

    /**
     * Changes the kernel's settings.
     *
     * @param value the other ones
     * @return a copy
     */
    public RunSettings withKernel(final KernelOptions value) {
        return new RunSettings(value, realTime, force, driveSporadic, seed, watchable, jmx, metricsPort);
    }

    /**
     * Changes whether the run can be watched from outside.
     *
     * @param value true to let it
     * @return a copy
     */
    public RunSettings withWatchable(final boolean value) {
        return new RunSettings(kernel, realTime, force, driveSporadic, seed, value, jmx, metricsPort);
    }

    /**
     * Changes whether JMX shows the run.
     *
     * @param value true to show it
     * @return a copy
     */
    public RunSettings withJmx(final boolean value) {
        return new RunSettings(kernel, realTime, force, driveSporadic, seed, watchable, value, metricsPort);
    }

    /**
     * Changes which port serves the counters.
     *
     * @param value a port of the loopback address, 0 for a free one, -1 for none
     * @return a copy
     */
    public RunSettings withMetricsPort(final int value) {
        return new RunSettings(kernel, realTime, force, driveSporadic, seed, watchable, jmx, value);
    }

    /**
     * Refuses settings that are out of their ranges.
     *
     * @throws IllegalArgumentException for the first of them; it names the setting as a program does, and its range
     */
    public void requireInRange() {
        require(kernel.spinBeforeNs() >= 0, "spinBeforeNs is " + kernel.spinBeforeNs() + "; give 0 or more nanoseconds");
        require(kernel.pollNs() > 0, "pollNs is " + kernel.pollNs() + "; give more than 0 nanoseconds");
        require(metricsPort >= RunExposure.NO_PORT && metricsPort <= MetricsEndpoint.MOST_PORT,
            "metricsPort is " + metricsPort + "; give a port up to " + MetricsEndpoint.MOST_PORT
                + ", 0 for a free one, or -1 for none");
        require(kernel.stallThresholdNs() > 0, "stallThresholdNs is " + kernel.stallThresholdNs() + "; give more than 0 nanoseconds");
        require(kernel.lostAfterNs() > 0, "lostAfterNs is " + kernel.lostAfterNs() + "; give more than 0 nanoseconds");
        require(kernel.eventRingBytes() >= LEAST_RING_BYTES && Integer.bitCount(kernel.eventRingBytes()) == 1,
            "eventRingBytes is " + kernel.eventRingBytes() + "; give a power of two from " + LEAST_RING_BYTES);
        final int tasks = kernel.taskCapacity();
        final int segments = kernel.segmentCapacity();
        require(tasks >= 1 && tasks <= DoorbellDescriptor.MAX_TASKS && segments >= 1 && segments <= MOST_SEGMENTS,
            "the capacity is " + tasks + " tasks and " + segments + " segments; give at least 1 of each, and at most "
                + DoorbellDescriptor.MAX_TASKS + " and " + MOST_SEGMENTS);
    }

    private static void require(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
