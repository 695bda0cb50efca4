// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.remote.OfferMessage;
import org.tactus.internal.remote.OfferPort;
import org.tactus.internal.remote.PeerLink;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkOfferPort;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.NetworkPort;

@Timeout(120)
class OfferServerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NEAR_SEED = 12_345;

    private final TaskSet all = TaskSet.builder("peer").device(DeviceSpec.cpu("cpu0"))
        .task("own", t -> t.periodNs(SECOND / 10).segment("cpu0", 100_000))
        .task("scene", t -> t.periodNs(60 * SECOND).release(Release.SPORADIC).segment("cpu0", 1_000_000)).build();
    private final Wire wire = new Wire();
    private final UnsafeBuffer message = AlignedMemory.allocate(OfferMessage.HEADER_BYTES + 100);

    private void offer(final String name, final long periodNs, final long number, final int bytes) {
        OfferMessage.prepare(message, name, 5, 42, periodNs);
        OfferMessage.complete(message, OfferMessage.OFFER, number, bytes);
        for (int i = 0; i < bytes; i++) {
            message.putByte(OfferMessage.HEADER_BYTES + i, (byte) (number + i));
        }
        wire.come.add(copy(message, 0, OfferMessage.HEADER_BYTES + bytes));
    }

    private static UnsafeBuffer copy(final DirectBuffer buffer, final int offset, final int length) {
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, buffer, offset, length);
        return copy;
    }

    private UnsafeBuffer next(final OfferServer server) throws InterruptedException {
        while (wire.sent.isEmpty()) {
            server.poll();
            Thread.sleep(1);
        }
        final UnsafeBuffer first = wire.sent.removeFirst();
        assertTrue(OfferMessage.isWhole(first, 0, first.capacity()));
        assertEquals(42, OfferMessage.session(first, 0));
        assertEquals(5, OfferMessage.generation(first, 0));
        return first;
    }

    private void refused(final OfferServer server, final long number) throws InterruptedException {
        final UnsafeBuffer said = next(server);
        assertEquals(OfferMessage.REFUSAL, OfferMessage.kind(said, 0));
        assertEquals(number, OfferMessage.number(said, 0));
    }

    @Test
    void shouldAdmitComputeAndAnswerOneOfferAndRefuseAFlood() throws Exception {
        final Task served = all.tasks().get(1);
        final TaskSet own = new TaskSet(all.name(), all.policy(), all.overheads(), all.platform(), all.tasks().subList(0, 1));
        final TimedWorks works = new TimedWorks();
        try (TaskSetRun run = TaskSetRun.open(own, RunSettings.DEFAULT.withRealTime(false).withWatchable(false), works,
                KernelListener.NONE, EventHandler.NONE);
            OfferServer server = new OfferServer(run, works, List.of(new ServedTask(served, 100)), wire)) {
            run.start();
            offer("unknown", 60 * SECOND, 1, 8);
            refused(server, 1);
            offer("scene", 1_050_000, 2, 8);
            refused(server, 2);
            assertEquals(0, server.admissions(), "the analysis refuses so short a period");
            offer("scene", 60 * SECOND, 3, 61);
            final UnsafeBuffer answer = next(server);
            assertEquals(OfferMessage.ANSWER, OfferMessage.kind(answer, 0));
            assertEquals(3, OfferMessage.number(answer, 0));
            assertEquals(61, OfferMessage.payloadBytes(answer, 0));
            for (int i = 0; i < 61; i++) {
                assertEquals((byte) ~(3 + i), answer.getByte(OfferMessage.HEADER_BYTES + i), "byte " + i);
            }
            assertEquals(1, server.admissions());
            for (int number = 4; number < 1004; number++) {
                offer("scene", 60 * SECOND, number, 0);
            }
            for (int number = 5; number < 1004; number++) {
                refused(server, number); // number 4 came early and waits; no other one is kept meanwhile
            }
            offer("scene", SECOND, 1004, 0);
            refused(server, 1004); // more often than it was admitted for, and another one waits
            wire.come.add(new UnsafeBuffer(new byte[30]));
            server.poll();
            assertEquals(1, server.junk());
            assertEquals(1, server.accepted());
            assertEquals(1002, server.refused());
            assertEquals(1, run.stop().tasks().get(1).jobs(), "neither refused offers nor one that waits are jobs");
        }
    }

    @Test
    void shouldComputeTheNetworkOnTheTensorsThatTheOfferCarries() throws Exception {
        assumeTrue(OnnxRuntime.find().isPresent(), "ONNX Runtime is not installed");
        final TaskSet set = TaskSet.builder("peer").device(DeviceSpec.cpu("cpu0"))
            .task("own", t -> t.periodNs(10 * SECOND).segment("cpu0", 100_000))
            .task("scene", t -> t.periodNs(60 * SECOND).release(Release.SPORADIC).model(new ModelSource.Zoo("mobilenet", "small", 1))
                .segment("cpu0", SECOND)).build();
        final TaskSet own = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), set.tasks().subList(0, 1));
        final ServedTask served = new ServedTask(set.tasks().get(1), 1000 << 10);
        final List<byte[]> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) { // the second input is the first one again
            final NetworkWorks works = new NetworkWorks(Path.of(""));
            works.port("scene", served::port);
            try (TaskSetRun run = TaskSetRun.open(own, RunSettings.DEFAULT.withRealTime(false).withWatchable(false), works,
                    KernelListener.NONE, EventHandler.NONE);
                OfferServer server = new OfferServer(run, works, List.of(served), wire)) {
                run.start();
                OfferMessage.prepare(message, "scene", 5, 42, 60 * SECOND);
                final UnsafeBuffer offer = new UnsafeBuffer(new byte[OfferMessage.HEADER_BYTES + 4096]);
                offer.putBytes(0, message, 0, OfferMessage.HEADER_BYTES);
                OfferMessage.complete(offer, OfferMessage.OFFER, i, 4096);
                for (int at = 0; at < 4096; at += Float.BYTES) {
                    offer.putFloat(OfferMessage.HEADER_BYTES + at, (i == 2 ? 1 : -1) * (at % 97) / 97f);
                }
                wire.come.add(offer);
                final UnsafeBuffer answer = next(server);
                assertEquals(OfferMessage.ANSWER, OfferMessage.kind(answer, 0));
                final byte[] output = new byte[OfferMessage.payloadBytes(answer, 0)];
                answer.getBytes(OfferMessage.HEADER_BYTES, output);
                answers.add(output);
                served.handle = null;
            }
        }
        assertTrue(answers.getFirst().length >= Float.BYTES);
        assertArrayEquals(answers.get(0), answers.get(1), "the same input");
        assertFalse(Arrays.equals(answers.get(0), answers.get(2)), "another input");
    }

    /** Both ends with the same network and other inputs: what the peer computes must be what was sent, not what it drew itself. */
    @Test
    void shouldAnswerAsTheNetworkHereWhenARunOfAFileOffersIt() throws Exception {
        assumeTrue(OnnxRuntime.find().isPresent(), "ONNX Runtime is not installed");
        final ModelSource network = new ModelSource.Zoo("mobilenet", "small", 1);
        final TaskSet near = TaskSet.builder("near").device(DeviceSpec.cpu("cpu0")).task("scene", t -> t.periodNs(SECOND).model(network)
            .remote(new Task.Remote("127.0.0.1:1", SECOND / 2, 1, 0.5)).segment("cpu0", SECOND / 10)).build();
        final NetworkWorks offering = new NetworkWorks(Path.of(""));
        offering.prepare(near, List.of(new CpuDevice(Clock.SYSTEM, "java")), near.tasks().getFirst(), NEAR_SEED)
            .forEach(SegmentWork::close);
        final NetworkOfferPort port = (NetworkOfferPort) offering.offer(near.tasks().getFirst());
        final TaskSet set = TaskSet.builder("peer").device(DeviceSpec.cpu("cpu0"))
            .task("own", t -> t.periodNs(10 * SECOND).segment("cpu0", 100_000))
            .task("scene", t -> t.periodNs(60 * SECOND).release(Release.SPORADIC).model(network).segment("cpu0", SECOND)).build();
        final TaskSet own = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), set.tasks().subList(0, 1));
        final ServedTask served = new ServedTask(set.tasks().get(1), 1000 << 10);
        final NetworkWorks works = new NetworkWorks(Path.of(""));
        works.port("scene", served::port);
        try (TaskSetRun run = TaskSetRun.open(own, RunSettings.DEFAULT.withRealTime(false).withWatchable(false), works,
                KernelListener.NONE, EventHandler.NONE);
            OfferServer server = new OfferServer(run, works, List.of(served), wire)) {
            run.start();
            final UnsafeBuffer offer = new UnsafeBuffer(new byte[OfferMessage.HEADER_BYTES + port.largestBytes()]);
            OfferMessage.prepare(message, "scene", 5, 42, 60 * SECOND);
            offer.putBytes(0, message, 0, OfferMessage.HEADER_BYTES);
            assertEquals(0, port.fill(0, offer, OfferMessage.HEADER_BYTES, port.largestBytes() - 1), "no part of the inputs");
            final int bytes = port.fill(0, offer, OfferMessage.HEADER_BYTES, port.largestBytes());
            OfferMessage.complete(offer, OfferMessage.OFFER, 0, bytes);
            wire.come.add(copy(offer, 0, OfferMessage.HEADER_BYTES + bytes));
            final UnsafeBuffer answer = next(server);
            assertEquals(OfferMessage.ANSWER, OfferMessage.kind(answer, 0));
            port.answered(0, answer, OfferMessage.HEADER_BYTES, OfferMessage.payloadBytes(answer, 0));
            port.answered(1, answer, OfferMessage.HEADER_BYTES, OfferMessage.payloadBytes(answer, 0));
            assertEquals(List.of(2L, 0L, 0L), List.of(port.answered(), port.incomplete(), port.different()));
            assertArrayEquals(offering.offline(near, near.tasks().getFirst(), NEAR_SEED).get("output"), port.first());
            assertFalse(Arrays.equals(offering.offline(near, near.tasks().getFirst(), NEAR_SEED + 1).get("output"), port.first()));
            answer.putByte(OfferMessage.HEADER_BYTES, (byte) ~answer.getByte(OfferMessage.HEADER_BYTES));
            port.answered(2, answer, OfferMessage.HEADER_BYTES, OfferMessage.payloadBytes(answer, 0));
            port.answered(3, answer, OfferMessage.HEADER_BYTES, OfferMessage.payloadBytes(answer, 0) - 1);
            assertEquals(List.of(4L, 1L, 1L), List.of(port.answered(), port.incomplete(), port.different()));
        }
    }

    @Test
    void shouldCarryNothingWhenInputsAreTooLargeOrAProgramFeedsThem() throws Exception {
        assumeTrue(OnnxRuntime.find().isPresent(), "ONNX Runtime is not installed");
        for (final boolean isFed : List.of(true, false)) {
            final TaskSet near = TaskSet.builder("near").device(DeviceSpec.cpu("cpu0")).task("scene", t -> t.periodNs(SECOND)
                .model(new ModelSource.Zoo("mobilenet", isFed ? "small" : "large", 1))
                .remote(new Task.Remote("127.0.0.1:1", SECOND / 2, 1, 0.5)).segment("cpu0", SECOND / 10)).build();
            final NetworkWorks offering = new NetworkWorks(Path.of(""));
            if (isFed) {
                offering.port("scene", network -> new NetworkPort() {
                    @Override
                    public void begin(final long job) {
                        // a program writes the inputs here
                    }

                    @Override
                    public void end(final long job) {
                        // and reads the outputs here
                    }
                });
            }
            offering.prepare(near, List.of(new CpuDevice(Clock.SYSTEM, "java")), near.tasks().getFirst(), 1).forEach(SegmentWork::close);
            assertEquals(OfferPort.EMPTY, offering.offer(near.tasks().getFirst()), "fed by a program: " + isFed);
        }
    }

    /** Keeps what is sent, and delivers what a test puts in. */
    private static final class Wire implements PeerLink {
        private final List<UnsafeBuffer> sent = new ArrayList<>();
        private final List<UnsafeBuffer> come = new ArrayList<>();

        @Override
        public long resolve(final String peer) {
            return 1;
        }

        @Override
        public boolean send(final long to, final DirectBuffer buffer, final int offset, final int length) {
            assertEquals(7, to);
            return sent.add(copy(buffer, offset, length));
        }

        @Override
        public int poll(final MessageTaker taker, final int limit) {
            final List<UnsafeBuffer> now = List.copyOf(come);
            come.clear();
            now.forEach(each -> taker.onMessage(7, each, 0, each.capacity()));
            return now.size();
        }

        @Override
        public int largestBytes() {
            return 1 << 16;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
