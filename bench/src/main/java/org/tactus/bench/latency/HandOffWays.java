// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.function.Supplier;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.tactus.internal.kernel.HandOverQueue;
import org.tactus.internal.policy.PolicyState;

/** The ways to bring a number to another thread. */
final class HandOffWays {
    /** What {@link Way#take} returns when nothing has come. */
    static final int NOTHING = -1;
    /** Name of the way that is ours. */
    static final String TACTUS = "Tactus hand-off";
    /** Name of the way below which there is none. */
    static final String RAW = "raw off-heap flag";
    private static final int CAPACITY = 64;

    private HandOffWays() {
    }

    /** One direction, from one thread to one other. */
    interface Way {
        /** Brings a number from 0 to 63; called by one thread. */
        void give(int value);

        /** Returns a number that has come, or {@link #NOTHING}; called by the other thread. */
        int take();

        /** Whether the taker sleeps until something comes. */
        default boolean blocks() {
            return false;
        }
    }

    /** Makes each way anew, in the order of reports. */
    static Map<String, Supplier<Way>> all() {
        final Map<String, Supplier<Way>> ways = new LinkedHashMap<>();
        ways.put(RAW, RawFlag::new);
        ways.put(TACTUS, OfSlots::new);
        ways.put("JCTools SPSC queue", () -> new OfQueue(new SpscVarHandleArrayQueue<>(CAPACITY)));
        ways.put("JCTools MPSC queue", () -> new OfQueue(new MpscVarHandleArrayQueue<>(CAPACITY)));
        ways.put("Agrona 1:1 queue", () -> new OfQueue(new OneToOneConcurrentArrayQueue<>(CAPACITY)));
        ways.put("Agrona n:1 queue", () -> new OfQueue(new ManyToOneConcurrentArrayQueue<>(CAPACITY)));
        ways.put("Agrona 1:1 ring", () -> new OfRing(new OneToOneRingBuffer(OfRing.buffer())));
        ways.put("Agrona n:1 ring", () -> new OfRing(new ManyToOneRingBuffer(OfRing.buffer())));
        ways.put("Disruptor, one producer", () -> new OfDisruptor(
            RingBuffer.createSingleProducer(OfDisruptor.Slot::new, CAPACITY, new BusySpinWaitStrategy())));
        ways.put("Disruptor, many producers", () -> new OfDisruptor(
            RingBuffer.createMultiProducer(OfDisruptor.Slot::new, CAPACITY, new BusySpinWaitStrategy())));
        ways.put("ConcurrentLinkedQueue", () -> new OfQueue(new ConcurrentLinkedQueue<>()));
        ways.put("LinkedTransferQueue, polled", () -> new OfQueue(new LinkedTransferQueue<>()));
        ways.put("ArrayBlockingQueue, polled", () -> new OfQueue(new ArrayBlockingQueue<>(CAPACITY)));
        ways.put("LinkedTransferQueue, taker sleeps", () -> new OfBlocking(new LinkedTransferQueue<>()));
        ways.put("SynchronousQueue, taker sleeps", () -> new OfBlocking(new SynchronousQueue<>()));
        return ways;
    }

    private static final class RawFlag implements Way {
        private static final VarHandle INT =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
        private final ByteBuffer memory = ByteBuffer.allocateDirect(256).alignedSlice(64).order(ByteOrder.nativeOrder());
        private int seen;
        private int given;

        @Override
        public void give(final int value) {
            INT.setRelease(memory, 64, ++given);
        }

        @Override
        public int take() {
            final int now = (int) INT.getAcquire(memory, 64);
            if (now == seen) {
                return NOTHING;
            }
            seen = now;
            return 0;
        }
    }

    private static final class OfSlots implements Way {
        private final HandOverQueue queue = new HandOverQueue(CAPACITY, 1);

        OfSlots() {
            queue.connect(0);
        }

        @Override
        public void give(final int value) {
            queue.handOver(0, value);
        }

        @Override
        public int take() {
            final int slot = queue.take();
            return slot == PolicyState.NONE ? NOTHING : slot;
        }
    }

    private record OfQueue(Queue<Integer> queue) implements Way {
        @Override
        public void give(final int value) {
            queue.offer(value); // a small number is boxed without allocation
        }

        @Override
        public int take() {
            final Integer value = queue.poll();
            return value == null ? NOTHING : value;
        }
    }

    private record OfBlocking(BlockingQueue<Integer> queue) implements Way {
        @Override
        public void give(final int value) {
            try {
                queue.put(value);
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int take() {
            try {
                return queue.take();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean blocks() {
            return true;
        }
    }

    private static final class OfRing implements Way, MessageHandler {
        private static final int BYTES = 4096;
        private static final int TYPE = 1;
        private final org.agrona.concurrent.ringbuffer.RingBuffer ring;
        private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(Integer.BYTES));
        private int taken;

        OfRing(final org.agrona.concurrent.ringbuffer.RingBuffer ring) {
            this.ring = ring;
        }

        static UnsafeBuffer buffer() {
            return new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES + RingBufferDescriptor.TRAILER_LENGTH + 64).alignedSlice(64), 0,
                BYTES + RingBufferDescriptor.TRAILER_LENGTH);
        }

        @Override
        public void give(final int value) {
            message.putInt(0, value);
            ring.write(TYPE, message, 0, Integer.BYTES);
        }

        @Override
        public int take() {
            return ring.read(this, 1) == 0 ? NOTHING : taken;
        }

        @Override
        public void onMessage(final int type, final org.agrona.MutableDirectBuffer buffer, final int index, final int length) {
            taken = buffer.getInt(index);
        }
    }

    /** Polled by the taker's own thread, as all others are: without a thread of the Disruptor's. */
    private static final class OfDisruptor implements Way, EventPoller.Handler<OfDisruptor.Slot> {
        private final RingBuffer<Slot> ring;
        private final EventPoller<Slot> poller;
        private int taken;

        private static final class Slot {
            private int value;
        }

        OfDisruptor(final RingBuffer<Slot> ring) {
            this.ring = ring;
            this.poller = ring.newPoller();
            ring.addGatingSequences(poller.getSequence());
        }

        @Override
        public void give(final int value) {
            final long sequence = ring.next();
            ring.get(sequence).value = value;
            ring.publish(sequence);
        }

        @Override
        public int take() {
            try {
                return poller.poll(this) == EventPoller.PollState.PROCESSING ? taken : NOTHING;
            } catch (final Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean onEvent(final Slot slot, final long sequence, final boolean last) {
            taken = slot.value;
            return false; // one at a time
        }
    }
}
