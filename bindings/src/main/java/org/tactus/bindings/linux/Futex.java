// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Waits at a word of memory and wakes who waits there (futex(2)), within this process or, by the calls that say so, between processes. The
 * system compares the word and queues the waiting thread in one step, so a wake-up between the comparison and the sleep is not lost. No
 * lock of ours or of the JVM is involved: a thread that is preempted while it wakes another one holds nothing that a third one needs, which
 * {@code LockSupport.unpark} cannot say, since it takes the mutex of the parked thread. Any thread; allocates nothing.
 */
public final class Futex {
    /** Bytes that a wait needs for its time. */
    public static final int TIME_BYTES = 16;
    private static final int WAIT_BITSET_PRIVATE = 9 | 128;
    private static final int WAKE_PRIVATE = 1 | 128;
    private static final int WAIT_BITSET_SHARED = 9;
    private static final int WAKE_SHARED = 1;
    private static final long ANY_BIT = 0xffff_ffffL;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long NUMBER = number();
    private static final MethodHandle SYSCALL = handle();
    /** The JVM makes a method handle anew at its 127th call, which takes long; these calls bring it past that before a job does. */
    private static final int FIRST_CALLS = 1000;

    static {
        if (isAvailable()) {
            final ByteBuffer word = ByteBuffer.allocateDirect(Long.BYTES);
            final long address = MemorySegment.ofBuffer(word).address();
            for (int i = 0; i < FIRST_CALLS; i++) {
                await(address, 1, 0); // the word is 0, so the call returns at once
                wake(address);
                awaitShared(address, 1);
                wakeShared(address);
            }
        }
    }

    private Futex() {
    }

    /**
     * Tells whether this system has the call.
     *
     * @return false where neither method may be called
     */
    public static boolean isAvailable() {
        return SYSCALL != null;
    }

    /**
     * Waits until another thread wakes this one, at once when the word has another value. It may also return for no reason, so the caller
     * looks at what it waits for.
     *
     * @param wordAddress address of four aligned bytes
     * @param expected    what the word holds while there is reason to wait
     * @param timeAddress address of {@link #TIME_BYTES} aligned bytes that hold the end, written by {@link #putEnd}; 0 to wait without end
     */
    public static void await(final long wordAddress, final int expected, final long timeAddress) {
        call(wordAddress, WAIT_BITSET_PRIVATE, expected, timeAddress);
    }

    /**
     * Wakes one thread that waits at a word.
     *
     * @param wordAddress address of the word, whose value the caller has changed before
     */
    public static void wake(final long wordAddress) {
        call(wordAddress, WAKE_PRIVATE, 1, 0);
    }

    /**
     * As {@link #await}, at a word in memory that another process has mapped, too, and wakes at by {@link #wakeShared}.
     *
     * @param wordAddress address of four aligned bytes
     * @param expected    what the word holds while there is reason to wait
     */
    public static void awaitShared(final long wordAddress, final int expected) {
        call(wordAddress, WAIT_BITSET_SHARED, expected, 0);
    }

    /**
     * Wakes one thread, of whatever process, that waits by {@link #awaitShared}.
     *
     * @param wordAddress address of the word in this process
     */
    public static void wakeShared(final long wordAddress) {
        call(wordAddress, WAKE_SHARED, 1, 0);
    }

    /**
     * Writes when a wait ends.
     *
     * @param time  {@link #TIME_BYTES} in the machine's byte order
     * @param endNs in the clock of {@link System#nanoTime}, which is the system's monotonic one; 0 or more
     */
    public static void putEnd(final ByteBuffer time, final long endNs) {
        time.putLong(0, endNs / SECOND_NS);
        time.putLong(Long.BYTES, endNs % SECOND_NS);
    }

    private static void call(final long wordAddress, final long operation, final long value, final long timeAddress) {
        try {
            final long ignored = (long) SYSCALL.invokeExact(NUMBER, wordAddress, operation, value, timeAddress, 0L, ANY_BIT);
        } catch (final Throwable e) {
            throw new AssertionError("syscall throws nothing", e);
        }
    }

    /** The number of the call on this processor, or -1. */
    private static long number() {
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> 202;
            case "aarch64" -> 98;
            default -> -1;
        };
    }

    private static MethodHandle handle() {
        // The waiter's word is half of a long (Parking), of which this class assumes that the lower half comes first.
        final boolean known = System.getProperty("os.name").equals("Linux") && NUMBER >= 0
            && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        final Optional<MemorySegment> address = known ? Linker.nativeLinker().defaultLookup().find("syscall") : Optional.empty();
        final ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        return address.map(syscall -> Linker.nativeLinker().downcallHandle(syscall,
            FunctionDescriptor.of(word, word, word, word, word, word, word, word))).orElse(null);
    }
}
