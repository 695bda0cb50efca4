// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.bindings.linux.Futex;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.time.Clock;

/**
 * The place where one thread sleeps until another one gives it work. The owner sleeps by
 * <pre>
 *   parking.announce();
 *   if (nothing was given since the last look) {
 *       parking.await(untilNs);
 *   }
 *   parking.rise();
 * </pre>
 * and then looks for work. Any other thread first publishes the work and then calls {@link #wake}. Guarantees: (1) no wake-up is lost: work
 * that is published before {@code wake} is seen by the owner's look between {@code announce} and {@code await}, or ends its sleep; (2)
 * {@code wake} calls the system only while the owner sleeps or rises; otherwise it is a fence and a load; (3) a thread that is held up
 * anywhere inside {@code wake} delays the owner for its own work only, because the next one that calls {@code wake} wakes the owner itself;
 * (4) nobody holds a lock, so nobody's priority matters to another. A sleep may end early, for no reason.
 *
 * <p>The word is written by the owner, but for one change by the first that wakes it:
 * <pre>
 *   63                                              2  1  0
 *  +-------------------------------------------------+----+
 *  | time, ns                                        |what|
 *  +-------------------------------------------------+----+
 * </pre>
 * AWAKE is 0; ASLEEP holds when that was announced; WOKEN holds when the first wake-up was requested. The system compares the lower half.
 * The time of a sleep makes its word differ from that of any other sleep, so a change that comes late fails.
 *
 * <p>Memory order: {@code announce} has a full fence between its store of the word and the owner's look, {@code wake} one between the
 * publication and its load of the word. So of the two loads at least one sees the other thread's store.
 */
public final class Parking {
    /** {@link #requestedNs} of a sleep that nobody ended. */
    public static final long NOT_REQUESTED = Long.MIN_VALUE;
    private static final long AWAKE = 0;
    private static final int ASLEEP = 1;
    private static final int WOKEN = 2;
    private static final int WHAT_BITS = 2;
    private static final int WHAT_MASK = 3;
    private static final int WORD_OFFSET = 0;

    private final AtomicBuffer memory = AlignedMemory.allocate(BitUtil.CACHE_LINE_LENGTH);
    private final Clock clock;
    private final Calls calls;
    private long announced;
    private long requestedNs = NOT_REQUESTED;

    /** What sleeps and wakes by comparing the lower half of a word at an address. Tests put another one in. */
    public interface Calls {
        /**
         * Sleeps until woken or until a time, not at all when the lower half of the word has another value.
         *
         * @param address  of the word
         * @param expected lower half
         * @param sleepNs  how long at most; {@code Long.MAX_VALUE} for no limit
         */
        void await(long address, int expected, long sleepNs);

        /**
         * Wakes who sleeps there.
         *
         * @param address of the word
         */
        void wake(long address);
    }

    /**
     * Makes the place where a thread sleeps.
     *
     * @param owner the thread
     * @param clock tells the times
     */
    public Parking(final Thread owner, final Clock clock) {
        this(clock, Futex.isAvailable() ? new FutexCalls() : new ThreadCalls(owner));
    }

    /**
     * Makes one that sleeps by other calls.
     *
     * @param clock tells the times
     * @param calls they
     */
    public Parking(final Clock clock, final Calls calls) {
        this.clock = clock;
        this.calls = calls;
    }

    /** Says that the owner is about to sleep; whoever gives it work from here on wakes it. Owner. */
    public void announce() {
        announced = clock.nanoTime() << WHAT_BITS | ASLEEP;
        memory.putLongVolatile(WORD_OFFSET, announced);
        VarHandle.fullFence(); // the owner's look comes after the word: see the class
    }

    /**
     * Sleeps, after {@link #announce} and a look that found nothing. Owner.
     *
     * @param untilNs when to rise at the latest; {@code Long.MAX_VALUE} for no limit
     */
    public void await(final long untilNs) {
        final long sleepNs = untilNs == Long.MAX_VALUE ? untilNs : untilNs - clock.nanoTime();
        if (sleepNs > 0) {
            calls.await(memory.addressOffset() + WORD_OFFSET, (int) announced, sleepNs);
        }
    }

    /**
     * Ends the sleep, whether there was one or not. Owner; it looks for work afterwards.
     *
     * @return until when nobody had woken the owner: the time of the first request, or now when there was none. Whoever gave work before
     *     that time had not finished to give it
     */
    public long rise() {
        final long nowNs = clock.nanoTime();
        final long last = memory.getAndSetLong(WORD_OFFSET, AWAKE);
        final boolean woken = (last & WHAT_MASK) == WOKEN;
        requestedNs = woken ? last >> WHAT_BITS : NOT_REQUESTED;
        return woken ? requestedNs : nowNs;
    }

    /**
     * When the first one asked the owner to rise from its last sleep. Owner.
     *
     * @return nanoseconds of the clock, or {@link #NOT_REQUESTED}
     */
    public long requestedNs() {
        return requestedNs;
    }

    /** Wakes the owner if it sleeps, after the caller has published what the owner shall find. Any thread, lock-free. */
    public void wake() {
        VarHandle.fullFence(); // the publication comes before the load: see the class
        final long seen = memory.getLongOpaque(WORD_OFFSET);
        if (seen != AWAKE) {
            wake(seen);
        }
    }

    private void wake(final long seen) {
        if ((seen & WHAT_MASK) == ASLEEP) {
            final long request = clock.nanoTime() << WHAT_BITS | WOKEN;
            final long found = memory.compareAndExchangeLong(WORD_OFFSET, seen, request);
            if (found != seen && (found & WHAT_MASK) != WOKEN) {
                return; // it rose since, and has looked or will look after the publication
            }
        }
        // Also when another one was first: that one may be held up before its call.
        calls.wake(memory.addressOffset() + WORD_OFFSET);
    }

    /** The system's own calls. The owner's thread alone writes the time. */
    private static final class FutexCalls implements Calls {
        private final ByteBuffer time = ByteBuffer.allocateDirect(2 * Futex.TIME_BYTES).alignedSlice(Long.BYTES)
            .order(ByteOrder.nativeOrder());
        private final long timeAddress = BufferUtil.address(time);

        @Override
        public void await(final long address, final int expected, final long sleepNs) {
            if (sleepNs == Long.MAX_VALUE) {
                Futex.await(address, expected, 0);
            } else {
                Futex.putEnd(time, System.nanoTime() + sleepNs);
                Futex.await(address, expected, timeAddress);
            }
        }

        @Override
        public void wake(final long address) {
            Futex.wake(address);
        }
    }

    /** For systems without such calls: the JVM's own, which remember a wake-up that comes first. */
    private record ThreadCalls(Thread owner) implements Calls {
        @Override
        public void await(final long address, final int expected, final long sleepNs) {
            Thread.interrupted(); // a pending interrupt would end this sleep and every later one at once
            LockSupport.parkNanos(sleepNs);
        }

        @Override
        public void wake(final long address) {
            LockSupport.unpark(owner);
        }
    }
}
