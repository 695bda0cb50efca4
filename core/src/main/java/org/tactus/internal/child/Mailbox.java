// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tactus.bindings.linux.Futex;

/**
 * One process's view of the memory that {@link MailboxDescriptor} lays out. One thread of the parent at a time calls {@link #request} and
 * {@link #awaitAnswer}, the child's serving thread {@link #awaitRequest} and {@link #reply}. Allocates nothing, but for the text of a
 * failure.
 *
 * <p>Neither side spins: both may be pinned to one core, at one level of SCHED_FIFO, where one that spins keeps the other from the core
 * for ever. No wake-up is lost: who goes to sleep has a full fence between its word that it sleeps and its last look for what it awaits,
 * and who gives it that has one between the giving and the look at that word, so at least one of the two sees the other's store.
 */
final class Mailbox {
    /** No request has this number. */
    static final long CLOSED = -1;

    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment memory;
    /** Nothing will come any more: the child has ended, or its network is unloaded. Of this process. */
    private volatile boolean closed;

    Mailbox(final MemorySegment memory) {
        this.memory = memory;
    }

    /** Publishes a request and wakes the child if it sleeps. Parent; the request before has been answered. */
    void request(final long number) {
        LONG.setRelease(memory, (long) MailboxDescriptor.REQUEST_OFFSET, number); // the child reads the input tensors behind it
        wake(MailboxDescriptor.CHILD_ASLEEP_OFFSET);
    }

    /** Waits for the answer to a request; false when the child has ended without one. Parent. */
    boolean awaitAnswer(final long number) {
        while (answer() != number) {
            if (closed) {
                return answer() == number; // what it answered before it ended counts
            }
            announce(MailboxDescriptor.PARENT_ASLEEP_OFFSET);
            if (answer() != number && !closed) {
                Futex.awaitShared(memory.address() + MailboxDescriptor.PARENT_ASLEEP_OFFSET, 1);
            }
            INT.setOpaque(memory, (long) MailboxDescriptor.PARENT_ASLEEP_OFFSET, 0);
        }
        return true;
    }

    private long answer() {
        return (long) LONG.getAcquire(memory, (long) MailboxDescriptor.ANSWER_OFFSET); // the output tensors are read behind it
    }

    int status() {
        return (int) INT.getOpaque(memory, (long) MailboxDescriptor.STATUS_OFFSET);
    }

    /** Why it failed; whatever stands there, a text of at most a thousand bytes. Parent. */
    String text() {
        final int bytes = Math.clamp((int) INT.getOpaque(memory, (long) MailboxDescriptor.TEXT_BYTES_OFFSET), 0,
            MailboxDescriptor.MOST_TEXT_BYTES);
        return new String(memory.asSlice(MailboxDescriptor.TEXT_OFFSET, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** Lets a thread of this process that waits, and every later one, wait no longer. Any thread. */
    void close() {
        closed = true;
        wake(MailboxDescriptor.PARENT_ASLEEP_OFFSET);
        wake(MailboxDescriptor.CHILD_ASLEEP_OFFSET);
    }

    /** Waits for the request after one; {@link #CLOSED} when none will come. Child. */
    long awaitRequest(final long last) {
        long request = (long) LONG.getAcquire(memory, (long) MailboxDescriptor.REQUEST_OFFSET);
        while (request == last && !closed) {
            announce(MailboxDescriptor.CHILD_ASLEEP_OFFSET);
            if ((long) LONG.getAcquire(memory, (long) MailboxDescriptor.REQUEST_OFFSET) == last && !closed) {
                Futex.awaitShared(memory.address() + MailboxDescriptor.CHILD_ASLEEP_OFFSET, 1);
            }
            INT.setOpaque(memory, (long) MailboxDescriptor.CHILD_ASLEEP_OFFSET, 0);
            request = (long) LONG.getAcquire(memory, (long) MailboxDescriptor.REQUEST_OFFSET);
        }
        return closed ? CLOSED : request;
    }

    /** Answers a request, and wakes the parent if it sleeps. Child; text is null without a failure. */
    void reply(final long number, final int status, final String text) {
        if (text != null) {
            final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            final byte[] written = Arrays.copyOf(bytes, Math.min(bytes.length, MailboxDescriptor.MOST_TEXT_BYTES));
            MemorySegment.copy(written, 0, memory, ValueLayout.JAVA_BYTE, MailboxDescriptor.TEXT_OFFSET, written.length);
            INT.setOpaque(memory, (long) MailboxDescriptor.TEXT_BYTES_OFFSET, written.length);
        }
        INT.setOpaque(memory, (long) MailboxDescriptor.STATUS_OFFSET, status);
        LONG.setRelease(memory, (long) MailboxDescriptor.ANSWER_OFFSET, number); // the parent reads the rest, and the tensors, behind it
        wake(MailboxDescriptor.PARENT_ASLEEP_OFFSET);
    }

    private void announce(final int asleepOffset) {
        INT.setVolatile(memory, (long) asleepOffset, 1);
        VarHandle.fullFence(); // see the class
    }

    private void wake(final int asleepOffset) {
        VarHandle.fullFence(); // see the class
        if ((int) INT.getOpaque(memory, (long) asleepOffset) != 0 && INT.compareAndSet(memory, (long) asleepOffset, 1, 0)) {
            Futex.wakeShared(memory.address() + asleepOffset);
        }
    }
}
