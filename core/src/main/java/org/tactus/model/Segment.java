package org.tactus.model;

/**
 * The non-preemptive unit of a job: a piece of a network on one device.
 *
 * @param device index into {@link Platform#devices()}
 * @param wcetNs worst-case execution time in nanoseconds, or {@link #UNMEASURED}
 * @param actual what it really takes where time is modelled
 */
public record Segment(int device, long wcetNs, ActualTime actual) {
    /** The WCET of a model's segment that nobody has profiled yet. */
    public static final long UNMEASURED = 0;
}
