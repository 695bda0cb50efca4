// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Optional;

/**
 * A piece of a job on one device. On a device that is not preemptive it is the non-preemptive unit.
 *
 * @param device    index into {@link Platform#devices()}
 * @param wcetNs    worst-case execution time in nanoseconds, or {@link #UNMEASURED}
 * @param actual    what it really takes where time is modelled
 * @param precision what it computes with
 * @param loss      accuracy lost when this segment alone runs so, in percentage points
 * @param offer     where it may run instead within its task's {@link Reclaim}; empty when it may not
 * @param preemptable false for a segment that runs to its end on a preemptive device too; on other devices it means nothing
 */
public record Segment(int device, long wcetNs, ActualTime actual, Precision precision, double loss, Optional<Offer> offer,
    boolean preemptable) {
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
     * A segment that a preemptive device may interrupt.
     *
     * @param device    index into {@link Platform#devices()}
     * @param wcetNs    worst-case execution time in nanoseconds, or {@link #UNMEASURED}
     * @param actual    what it really takes where time is modelled
     * @param precision what it computes with
     * @param loss      accuracy lost when this segment alone runs so, in percentage points
     * @param offer     where it may run instead; empty when it may not
     */
    public Segment(
        final int device, final long wcetNs, final ActualTime actual, final Precision precision, final double loss,
        final Optional<Offer> offer) {
        this(device, wcetNs, actual, precision, loss, offer, true);
    }

    /**
     * Changes the device.
     *
     * @param other index of the device
     * @return a copy
     */
    public Segment withDevice(final int other) {
        return new Segment(other, wcetNs, actual, precision, loss, offer, preemptable);
    }

    /**
     * Changes the WCET.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public Segment withWcetNs(final long ns) {
        return new Segment(device, ns, actual, precision, loss, offer, preemptable);
    }

    /**
     * Changes what it may be offered to.
     *
     * @param other where it may run instead
     * @return a copy
     */
    public Segment withOffer(final Optional<Offer> other) {
        return new Segment(device, wcetNs, actual, precision, loss, other, preemptable);
    }

    /**
     * Changes whether a preemptive device may interrupt it.
     *
     * @param may false for a segment that runs to its end
     * @return a copy
     */
    public Segment withPreemptable(final boolean may) {
        return new Segment(device, wcetNs, actual, precision, loss, offer, may);
    }
}
