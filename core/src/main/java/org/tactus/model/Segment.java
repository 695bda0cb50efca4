// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.List;
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
 * @param optional  true for a segment of the job's optional part, behind all of its mandatory ones
 * @param levels    in which sizes it may run, the least WCET first, which is the segment's own and alone is guaranteed; empty for one size
 */
public record Segment(int device, long wcetNs, ActualTime actual, Precision precision, double loss, Optional<Offer> offer,
    boolean preemptable, boolean optional, List<Level> levels) {
    /** The WCET of a network's segment that has not been profiled yet. */
    public static final long UNMEASURED = 0;
    /** Most levels of a segment. */
    public static final int MOST_LEVELS = 16;

    /**
     * One size in which a segment may run: a scale, a crop, a pair of workloads.
     *
     * @param wcetNs worst-case execution time, nanoseconds, or {@link #UNMEASURED} of a network
     * @param gain   how much it is worth, from 0; what a program says of a job goes before it
     * @param model  the network that computes the segment in this size, whole; empty where time passes or a program gives code
     */
    public record Level(long wcetNs, double gain, Optional<ModelSource> model) {
        /** Makes a level without a network; the parameters are the record's other components. */
        public Level(final long wcetNs, final double gain) {
            this(wcetNs, gain, Optional.empty());
        }

        /**
         * Changes the WCET.
         *
         * @param ns nanoseconds
         * @return a copy
         */
        public Level withWcetNs(final long ns) {
            return new Level(ns, gain, model);
        }
    }

    public Segment {
        levels = List.copyOf(levels);
    }

    /** Makes a mandatory segment of one size; the parameters are the record's other components. */
    public Segment(
        final int device, final long wcetNs, final ActualTime actual, final Precision precision, final double loss,
        final Optional<Offer> offer, final boolean preemptable) {
        this(device, wcetNs, actual, precision, loss, offer, preemptable, false, List.of());
    }

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
        return new Segment(other, wcetNs, actual, precision, loss, offer, preemptable, optional, levels);
    }

    /**
     * Changes the WCET, and with it that of the first level.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public Segment withWcetNs(final long ns) {
        final List<Level> sizes = new ArrayList<>(levels);
        if (!sizes.isEmpty()) {
            sizes.set(0, sizes.getFirst().withWcetNs(ns));
        }
        return new Segment(device, ns, actual, precision, loss, offer, preemptable, optional, sizes);
    }

    /**
     * Tells whether the WCET of every size is known.
     *
     * @return false while one is to be measured
     */
    public boolean isMeasured() {
        return wcetNs != UNMEASURED && levels.stream().noneMatch(level -> level.wcetNs() == UNMEASURED);
    }

    /**
     * Changes what it may be offered to.
     *
     * @param other where it may run instead
     * @return a copy
     */
    public Segment withOffer(final Optional<Offer> other) {
        return new Segment(device, wcetNs, actual, precision, loss, other, preemptable, optional, levels);
    }

    /**
     * Changes whether a preemptive device may interrupt it.
     *
     * @param may false for a segment that runs to its end
     * @return a copy
     */
    public Segment withPreemptable(final boolean may) {
        return new Segment(device, wcetNs, actual, precision, loss, offer, may, optional, levels);
    }

    /**
     * Puts the segment into a job's mandatory or optional part, and says in which sizes it may run.
     *
     * @param inOptional true for the optional part
     * @param sizes      the least WCET first; empty for one size
     * @return a copy
     */
    public Segment withLevels(final boolean inOptional, final List<Level> sizes) {
        return new Segment(device, wcetNs, actual, precision, loss, offer, preemptable, inOptional, sizes);
    }
}
