// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Optional;

/**
 * The non-preemptive unit of a job: a piece of a network on one device.
 *
 * @param device    index into {@link Platform#devices()}
 * @param wcetNs    worst-case execution time in nanoseconds, or {@link #UNMEASURED}
 * @param actual    what it really takes where time is modelled
 * @param precision what it computes with
 * @param loss      accuracy lost when this segment alone runs so, in percentage points
 * @param offer     where it may run instead within its task's {@link Reclaim}; empty when it may not
 */
public record Segment(int device, long wcetNs, ActualTime actual, Precision precision, double loss, Optional<Offer> offer) {
    /** The WCET of a network's segment that has not been profiled yet. */
    public static final long UNMEASURED = 0;

    /**
     * A segment in fp32 that is not offered.
     *
     * @param device index into {@link Platform#devices()}
     * @param wcetNs worst-case execution time in nanoseconds, or {@link #UNMEASURED}
     * @param actual what it really takes where time is modelled
     */
    public Segment(final int device, final long wcetNs, final ActualTime actual) {
        this(device, wcetNs, actual, Precision.FP32, 0, Optional.empty());
    }

    /**
     * Changes the WCET.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public Segment withWcetNs(final long ns) {
        return new Segment(device, ns, actual, precision, loss, offer);
    }

    /**
     * Changes what it may be offered to.
     *
     * @param other where it may run instead
     * @return a copy
     */
    public Segment withOffer(final Optional<Offer> other) {
        return new Segment(device, wcetNs, actual, precision, loss, other);
    }
}
