// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Decides whether a job's current segment is offered to an accelerator's idle time, and keeps the job's budgets. Every method is
 * called by the dispatcher that owns the job and reads the job's own records only; that the accelerator is idle is its own
 * scheduler's knowledge. Allocation-free.
 *
 * <p>What the job is charged for a substitution is its WCET; what an earlier segment on the accelerator left unused of its WCET is
 * given back, so that a job never asks for more of the accelerator than was analysed.
 */
final class Reclamation {
    private final PolicyState state;
    private final AtomicBuffer buffer;

    Reclamation(final PolicyState state) {
        this.state = state;
        this.buffer = state.buffer;
    }

    /** Fills the budgets of a job that begins. */
    void begin(final int task) {
        final int at = state.reclaim(task);
        buffer.putLong(at + ReclaimDescriptor.LEFT_OFFSET, buffer.getLong(at + ReclaimDescriptor.TIME_OFFSET));
        buffer.putInt(at + ReclaimDescriptor.TAKEN_OFFSET, 0);
        buffer.putInt(at + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OWN);
    }

    /** Whether the current segment may be offered, by the job's budgets. */
    boolean admits(final int task) {
        final int segment = state.segment(state.segmentRecord(task));
        if (buffer.getInt(segment + SegmentDescriptor.OFFER_DEVICE_OFFSET) == PolicyState.NONE) {
            return false;
        }
        final int at = state.reclaim(task);
        final long ns = buffer.getLong(segment + SegmentDescriptor.OFFER_WCET_OFFSET);
        return ns <= buffer.getLong(at + ReclaimDescriptor.LARGEST_OFFSET) && ns <= buffer.getLong(at + ReclaimDescriptor.LEFT_OFFSET)
            && buffer.getInt(at + ReclaimDescriptor.TAKEN_OFFSET) < buffer.getInt(at + ReclaimDescriptor.MOST_OFFSET);
    }

    /** Where the task's offers go. */
    int device(final int task) {
        return buffer.getInt(state.reclaim(task) + ReclaimDescriptor.DEVICE_OFFSET);
    }

    /** The current segment is on its way to be offered. */
    void offer(final int task) {
        buffer.putInt(state.reclaim(task) + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OFFERED);
    }

    /** Whether the current segment came to be offered. */
    boolean isOffered(final int task) {
        return buffer.getInt(state.reclaim(task) + ReclaimDescriptor.MODE_OFFSET) == ReclaimDescriptor.MODE_OFFERED;
    }

    /** The current segment goes to its own device. */
    void refuse(final int task) {
        buffer.putInt(state.reclaim(task) + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OWN);
    }

    /** The current segment runs where it was offered; the budgets pay. */
    void accept(final int task) {
        final int at = state.reclaim(task);
        final long ns = buffer.getLong(state.segment(state.segmentRecord(task)) + SegmentDescriptor.OFFER_WCET_OFFSET);
        buffer.putLong(at + ReclaimDescriptor.LEFT_OFFSET, buffer.getLong(at + ReclaimDescriptor.LEFT_OFFSET) - ns);
        buffer.putInt(at + ReclaimDescriptor.TAKEN_OFFSET, buffer.getInt(at + ReclaimDescriptor.TAKEN_OFFSET) + 1);
        buffer.putInt(at + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_SUBSTITUTED);
    }

    /** The current segment has ended on a device: what it left unused on the accelerator comes back to the budget. */
    void done(final int task, final int device, final long elapsedNs) {
        final int at = state.reclaim(task);
        final long unusedNs = state.wcetNs(task) - elapsedNs;
        if (device == buffer.getInt(at + ReclaimDescriptor.DEVICE_OFFSET) && unusedNs > 0) {
            buffer.putLong(at + ReclaimDescriptor.LEFT_OFFSET, buffer.getLong(at + ReclaimDescriptor.LEFT_OFFSET) + unusedNs);
        }
        buffer.putInt(at + ReclaimDescriptor.MODE_OFFSET, ReclaimDescriptor.MODE_OWN);
    }

    /** Substitutions of the live job so far. */
    int taken(final int task) {
        return buffer.getInt(state.reclaim(task) + ReclaimDescriptor.TAKEN_OFFSET);
    }
}
