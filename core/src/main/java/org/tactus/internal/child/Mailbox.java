// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tactus.bindings.linux.Futex;

/**
 * One process's view of the memory that {@link MailboxDescriptor} lays out. The parent's dispatcher calls {@link #request} and
 * {@link #answer}, the child's serving thread {@link #await} and {@link #reply}. Allocates nothing, but for the text of a failure.
 *
 * <p>No wake-up is lost: the child has a full fence between its word that it sleeps and its last look for a request, the parent one between
 * the request and its look at that word, so at least one of the two sees the other's store.
 */
final class Mailbox {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment memory;

    Mailbox(final MemorySegment memory) {
        this.memory = memory;
    }

    /** Publishes a request and wakes the child if it sleeps. Parent; the request before has been answered. */
    void request(final long number, final int network) {
        INT.setOpaque(memory, (long) MailboxDescriptor.NETWORK_OFFSET, network);
        LONG.setRelease(memory, (long) MailboxDescriptor.REQUEST_OFFSET, number); // the child reads the network, and the tensors, behind it
        VarHandle.fullFence(); // see the class
        if ((int) INT.getOpaque(memory, (long) MailboxDescriptor.ASLEEP_OFFSET) != 0
            && INT.compareAndSet(memory, (long) MailboxDescriptor.ASLEEP_OFFSET, 1, 0)) {
            Futex.wakeShared(memory.address() + MailboxDescriptor.ASLEEP_OFFSET);
        }
    }

    /** The number of the last request that was answered; what the child wrote before is visible. Parent. */
    long answer() {
        return (long) LONG.getAcquire(memory, (long) MailboxDescriptor.ANSWER_OFFSET);
    }

    int status() {
        return (int) INT.getOpaque(memory, (long) MailboxDescriptor.STATUS_OFFSET);
    }

    long beginNs() {
        return (long) LONG.getOpaque(memory, (long) MailboxDescriptor.BEGIN_OFFSET);
    }

    long endNs() {
        return (long) LONG.getOpaque(memory, (long) MailboxDescriptor.END_OFFSET);
    }

    /** Why it failed; whatever stands there, a text of at most a thousand bytes. Parent. */
    String text() {
        final int bytes = Math.clamp((int) INT.getOpaque(memory, (long) MailboxDescriptor.TEXT_BYTES_OFFSET), 0,
            MailboxDescriptor.MOST_TEXT_BYTES);
        return new String(memory.asSlice(MailboxDescriptor.TEXT_OFFSET, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** Waits for the request after one: looks for a while without a sleep, then sleeps. Child. */
    long await(final long last, final long spinNs) {
        final long beginNs = System.nanoTime();
        long request = (long) LONG.getAcquire(memory, (long) MailboxDescriptor.REQUEST_OFFSET);
        while (request == last) {
            if (System.nanoTime() - beginNs < spinNs) {
                Thread.onSpinWait();
            } else {
                INT.setVolatile(memory, (long) MailboxDescriptor.ASLEEP_OFFSET, 1);
                VarHandle.fullFence(); // see the class
                if ((long) LONG.getAcquire(memory, (long) MailboxDescriptor.REQUEST_OFFSET) == last) {
                    Futex.awaitShared(memory.address() + MailboxDescriptor.ASLEEP_OFFSET, 1);
                }
                INT.setOpaque(memory, (long) MailboxDescriptor.ASLEEP_OFFSET, 0);
            }
            request = (long) LONG.getAcquire(memory, (long) MailboxDescriptor.REQUEST_OFFSET);
        }
        return request;
    }

    /** The network of the request that was awaited. Child. */
    int network() {
        return (int) INT.getOpaque(memory, (long) MailboxDescriptor.NETWORK_OFFSET);
    }

    /** Answers a request. Child. */
    void reply(final long number, final int status, final long beginNs, final long endNs, final String text) {
        if (text != null) {
            final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            final byte[] written = Arrays.copyOf(bytes, Math.min(bytes.length, MailboxDescriptor.MOST_TEXT_BYTES));
            MemorySegment.copy(written, 0, memory, ValueLayout.JAVA_BYTE, MailboxDescriptor.TEXT_OFFSET, written.length);
            INT.setOpaque(memory, (long) MailboxDescriptor.TEXT_BYTES_OFFSET, written.length);
        }
        INT.setOpaque(memory, (long) MailboxDescriptor.STATUS_OFFSET, status);
        LONG.setOpaque(memory, (long) MailboxDescriptor.BEGIN_OFFSET, beginNs);
        LONG.setOpaque(memory, (long) MailboxDescriptor.END_OFFSET, endNs);
        LONG.setRelease(memory, (long) MailboxDescriptor.ANSWER_OFFSET, number); // the parent reads the rest, and the tensors, behind it
    }
}
