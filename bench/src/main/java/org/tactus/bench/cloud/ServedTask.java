// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.WrappedWork;
import org.tactus.internal.remote.OfferMessage;
import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.time.Sizes;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.work.NetworkPort;
import org.tactus.work.NetworkView;
import org.tactus.work.TensorView;

/**
 * A task that a peer serves: one job at a time, with one message in memory outside the heap that holds its input and then its output. The
 * message belongs to the thread that receives while the state is not {@link #RUNNING}, and to the dispatchers in between; the
 * state's release and acquire hand it over.
 */
final class ServedTask {
    /** No job. */
    static final int IDLE = 0;
    /** A job was released and has not ended. */
    static final int RUNNING = 1;
    /** The answer is ready. */
    static final int DONE = 2;
    /** An offer came before its period was over, and waits until it is. */
    static final int WAITING = 3;

    final Task template;
    final byte[] name;
    final UnsafeBuffer message;
    private final UnsafeBuffer state = AlignedMemory.allocate(Integer.BYTES);
    /** The admitted task; null while nobody has asked for it. Receiving thread. */
    RunHandle handle;
    /** What the admitted one was admitted with. */
    long periodNs;
    /** Who waits for the answer. */
    long client;
    /** Until when the last refusal of the analysis stands, and what it refused. */
    long refusedUntilNs;
    long refusedPeriodNs;
    long lastOfferNs;

    ServedTask(final Task template, final int payloadBytes) {
        this.template = template;
        this.name = template.name().getBytes(StandardCharsets.US_ASCII);
        this.message = AlignedMemory.allocate(OfferMessage.HEADER_BYTES + payloadBytes);
    }

    int state() {
        return state.getIntAcquire(0);
    }

    void become(final int next) {
        state.putIntRelease(0, next);
    }

    /** Copies an offer; it has to fit. Receiving thread, while idle. */
    void keep(final long from, final DirectBuffer buffer, final int offset, final int length) {
        message.putBytes(0, buffer, offset, length);
        client = from;
    }

    /** A network's port: the payload holds its inputs one after the other, and then its outputs, as they lie in memory. */
    NetworkPort port(final NetworkView network) {
        final List<MemorySegment> inputs = network.inputs().stream().map(TensorView::memory).toList();
        final List<MemorySegment> outputs = network.outputs().stream().map(TensorView::memory).toList();
        final long outputBytes = outputs.stream().mapToLong(MemorySegment::byteSize).sum();
        if (outputBytes > message.capacity() - OfferMessage.HEADER_BYTES) {
            throw new InvalidTaskSetException("tasks", "the outputs of '" + template.name() + "' take "
                + Sizes.format(outputBytes, message.capacity() - OfferMessage.HEADER_BYTES) + "; give --payload at least that");
        }
        return new Tensors(this, inputs.toArray(MemorySegment[]::new), outputs.toArray(MemorySegment[]::new));
    }

    /** Copies the tensors of a job between its message and the network. Dispatchers. */
    private static final class Tensors implements NetworkPort {
        private final ServedTask task;
        private final MemorySegment payload;
        private final MemorySegment[] inputs;
        private final MemorySegment[] outputs;

        Tensors(final ServedTask task, final MemorySegment[] inputs, final MemorySegment[] outputs) {
            this.task = task;
            this.inputs = inputs;
            this.outputs = outputs;
            this.payload = MemorySegment.ofBuffer(task.message.byteBuffer())
                .asSlice(task.message.wrapAdjustment() + OfferMessage.HEADER_BYTES, task.message.capacity() - OfferMessage.HEADER_BYTES);
        }

        @Override
        public void begin(final long job) {
            if (task.state() != RUNNING) {
                return; // a rehearsal
            }
            long at = 0;
            final long bytes = OfferMessage.payloadBytes(task.message, 0);
            for (int i = 0; i < inputs.length; i++) {
                final long length = Math.min(inputs[i].byteSize(), bytes - at); // an input that is not sent stays as it is
                MemorySegment.copy(payload, at, inputs[i], 0, Math.max(0, length));
                at += Math.max(0, length);
            }
        }

        @Override
        public void end(final long job) {
            if (task.state() != RUNNING) {
                return;
            }
            long at = 0;
            for (int i = 0; i < outputs.length; i++) {
                MemorySegment.copy(outputs[i], 0, payload, at, outputs[i].byteSize());
                at += outputs[i].byteSize();
            }
            OfferMessage.complete(task.message, OfferMessage.ANSWER, OfferMessage.number(task.message, 0), (int) at);
        }
    }

    /** The last segment of a job: what it does, and then the answer. */
    SegmentWork answering(final SegmentWork segment) {
        return new Answering(segment, this);
    }

    /** Turns the input into the output and hands the message back when the segment is over. */
    private record Answering(SegmentWork wrapped, ServedTask task) implements WrappedWork {
        @Override
        public void run(final long job) throws Exception {
            if (task.state() == RUNNING && task.template.model().isEmpty()) { // not in a rehearsal
                invert(task.message, OfferMessage.payloadBytes(task.message, 0));
            }
            wrapped.run(job);
            if (task.state() == RUNNING) {
                task.become(DONE);
            }
        }
    }

    /** What a served task without a network computes: its input with every bit inverted, so that the other side can check each byte. */
    static void invert(final UnsafeBuffer message, final int payloadBytes) {
        int at = OfferMessage.HEADER_BYTES;
        final int end = at + payloadBytes;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            message.putLong(at, ~message.getLong(at));
        }
        for (; at < end; at++) {
            message.putByte(at, (byte) ~message.getByte(at));
        }
    }
}
