// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Decides whether a job's current segment is offered to an accelerator, and keeps the job's reclamation budgets. The package comment
 * defines the words. Every method is called by the dispatcher that owns the job and reads the records of that job only; whether the
 * accelerator is idle only the accelerator's own scheduler knows. Allocation-free.
 *
 * <p>A substitution charges its WCET to the job's budget, and what a segment on the accelerator leaves unused of its WCET returns to the
 * budget, so a job never asks for more of the accelerator than was analysed.
 */
final class Reclamation {
    private final PolicyState state;
    private final AtomicBuffer buffer;

    Reclamation(final PolicyState state) {
        this.state = state;
        this.buffer = state.buffer;
    }

    /** Fills the budgets of a job that begins. */
    void begin(final int slot) {
        final int reclaimOffset = state.reclaimOffset(slot);
        buffer.putLong(reclaimOffset + ReclaimDescriptor.LEFT_OFFSET, buffer.getLong(reclaimOffset + ReclaimDescriptor.TIME_OFFSET));
        buffer.putInt(reclaimOffset + ReclaimDescriptor.SUBSTITUTIONS_OFFSET, 0);
        buffer.putInt(reclaimOffset + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OWN);
    }

    /** Whether the job's budgets let its current segment be offered. */
    boolean mayOffer(final int slot) {
        final int segmentOffset = state.segmentOffset(state.segmentRecord(slot));
        if (buffer.getInt(segmentOffset + SegmentDescriptor.OFFER_DEVICE_OFFSET) == PolicyState.NONE) {
            return false;
        }
        final int reclaimOffset = state.reclaimOffset(slot);
        final long ns = buffer.getLong(segmentOffset + SegmentDescriptor.OFFER_WCET_OFFSET);
        return ns <= buffer.getLong(reclaimOffset + ReclaimDescriptor.LARGEST_OFFSET)
            && ns <= buffer.getLong(reclaimOffset + ReclaimDescriptor.LEFT_OFFSET)
            && substitutions(slot) < buffer.getInt(reclaimOffset + ReclaimDescriptor.MOST_OFFSET);
    }

    /** Index of the device that the task's segments are offered to. */
    int device(final int slot) {
        return buffer.getInt(state.reclaimOffset(slot) + ReclaimDescriptor.DEVICE_OFFSET);
    }

    /** Notes that the current segment is offered: the job is on its way to the accelerator. */
    void offer(final int slot) {
        buffer.putInt(state.reclaimOffset(slot) + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OFFERED);
    }

    /** Whether the job arrives with its current segment offered. */
    boolean isOffered(final int slot) {
        return buffer.getInt(state.reclaimOffset(slot) + ReclaimDescriptor.MODE_OFFSET) == ReclaimDescriptor.MODE_OFFERED;
    }

    /** Notes that the accelerator refuses the current segment, so that the job goes on to the segment's own device. */
    void refuse(final int slot) {
        buffer.putInt(state.reclaimOffset(slot) + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OWN);
    }

    /** Notes that the accelerator takes the current segment, and charges the substitution to the job's budgets. */
    void take(final int slot) {
        final int reclaimOffset = state.reclaimOffset(slot);
        final long ns = buffer.getLong(state.segmentOffset(state.segmentRecord(slot)) + SegmentDescriptor.OFFER_WCET_OFFSET);
        buffer.putLong(reclaimOffset + ReclaimDescriptor.LEFT_OFFSET, buffer.getLong(reclaimOffset + ReclaimDescriptor.LEFT_OFFSET) - ns);
        buffer.putInt(reclaimOffset + ReclaimDescriptor.SUBSTITUTIONS_OFFSET, substitutions(slot) + 1);
        buffer.putInt(reclaimOffset + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_SUBSTITUTED);
    }

    /** Notes that the current segment has ended on a device; what it left unused of its WCET on the accelerator returns to the budget. */
    void done(final int slot, final int deviceIndex, final long elapsedNs) {
        final int reclaimOffset = state.reclaimOffset(slot);
        final long unusedNs = state.wcetNs(slot) - elapsedNs;
        if (deviceIndex == buffer.getInt(reclaimOffset + ReclaimDescriptor.DEVICE_OFFSET) && unusedNs > 0) {
            buffer.putLong(reclaimOffset + ReclaimDescriptor.LEFT_OFFSET,
                buffer.getLong(reclaimOffset + ReclaimDescriptor.LEFT_OFFSET) + unusedNs);
        }
        buffer.putInt(reclaimOffset + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OWN);
    }

    /** Substitutions of the live job so far. */
    int substitutions(final int slot) {
        return buffer.getInt(state.reclaimOffset(slot) + ReclaimDescriptor.SUBSTITUTIONS_OFFSET);
    }
}
