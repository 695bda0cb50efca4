// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/** The jobs that wait for one device, in the policy's order. Called by the device's dispatcher only. Allocation-free. */
final class ReadyQueue {
    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final KeyHeap heap;

    ReadyQueue(final PolicyState state, final int deviceIndex) {
        this.state = state;
        this.buffer = state.buffer;
        this.heap = new KeyHeap(buffer, state.readyQueueOffset(deviceIndex), state.taskCapacity);
    }

    /** Makes a task's live job ready. */
    void put(final int slot) {
        final int jobOffset = state.jobOffset(slot);
        buffer.putInt(jobOffset + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_READY);
        heap.push(buffer.getLong(jobOffset + JobDescriptor.KEY1_OFFSET), buffer.getLong(jobOffset + JobDescriptor.KEY2_OFFSET),
            buffer.getInt(state.taskOffset(slot) + TaskDescriptor.ORDER_OFFSET), slot);
    }

    /** The job that goes first, or {@link PolicyState#NONE}. */
    int first() {
        return heap.first();
    }

    /** Takes the job that goes first out, or {@link PolicyState#NONE}. */
    int take() {
        return heap.pop();
    }

    /** Takes a job out that goes out of turn. */
    void remove(final int slot) {
        heap.remove(slot);
    }

    /** Whether jobs wait and all of them are best-effort: those rank behind every hard one. */
    boolean hasOnlyBestEffort() {
        return heap.firstKey() == JobDescriptor.BEST_EFFORT && heap.size() > 0;
    }

    /** Whether a hard job waits. */
    boolean hasHard() {
        return heap.firstKey() != JobDescriptor.BEST_EFFORT; // which an empty queue answers, too
    }

    int size() {
        return heap.size();
    }
}
