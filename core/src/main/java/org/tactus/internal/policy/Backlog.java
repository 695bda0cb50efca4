// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * The ring in a task's record that keeps the nominal releases which wait behind an unfinished job. Called by the home dispatcher only.
 */
final class Backlog {
    private Backlog() {
    }

    static boolean isEmpty(final AtomicBuffer buffer, final int taskOffset) {
        return size(buffer, taskOffset) == 0;
    }

    static boolean isFull(final AtomicBuffer buffer, final int taskOffset) {
        return size(buffer, taskOffset) == TaskDescriptor.BACKLOG_CAPACITY;
    }

    private static long size(final AtomicBuffer buffer, final int taskOffset) {
        return buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_TAIL_OFFSET)
            - buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_HEAD_OFFSET);
    }

    /** Adds a nominal release; the caller has made sure that the ring is not full. */
    static void put(final AtomicBuffer buffer, final int taskOffset, final long nominalNs) {
        final long tail = buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_TAIL_OFFSET);
        buffer.putLong(TaskDescriptor.backlogOffset(taskOffset, tail), nominalNs);
        // Release: the monitor, which reads the tail first, sees whole entries (OverdueReleases).
        buffer.putLongRelease(taskOffset + TaskDescriptor.BACKLOG_TAIL_OFFSET, tail + 1);
    }

    /** The oldest nominal release; the caller has made sure that the ring is not empty. */
    static long first(final AtomicBuffer buffer, final int taskOffset) {
        final long head = buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_HEAD_OFFSET);
        return buffer.getLong(TaskDescriptor.backlogOffset(taskOffset, head));
    }

    /** Takes the oldest nominal release out; the caller has made sure that the ring is not empty. */
    static long take(final AtomicBuffer buffer, final int taskOffset) {
        final long head = buffer.getLong(taskOffset + TaskDescriptor.BACKLOG_HEAD_OFFSET);
        buffer.putLong(taskOffset + TaskDescriptor.BACKLOG_HEAD_OFFSET, head + 1);
        return buffer.getLong(TaskDescriptor.backlogOffset(taskOffset, head));
    }
}
