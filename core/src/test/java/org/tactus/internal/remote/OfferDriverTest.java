// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.OfferGate;
import org.tactus.internal.policy.OfferLedger;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class OfferDriverTest {
    private static final long SESSION = 42;
    private static final int PERIOD = 100;
    private static final int TAU = 30;

    private final TaskSet set = TaskSet.builder("set").device(DeviceSpec.modelled("a"))
        .task("scene", t -> t.periodNs(PERIOD).segment("a", 10).remote(new Task.Remote("peer:1", TAU, 1, 0))).build();
    private final List<String> notices = new ArrayList<>();
    private final PolicyState state = PolicyState.allocate(PolicyKind.FIXED_PRIORITY, 1, 1, 1);
    private final DeviceScheduler scheduler = new DeviceScheduler(state, 0, new JobListener() {
        @Override
        public void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
            notices.add("fallback " + nominalNs);
        }

        @Override
        public void onAnswered(final int slot, final long nominalNs, final long nowNs) {
            notices.add("answered " + nominalNs);
        }
    });
    private final Wire wire = new Wire();
    private final Port port = new Port();
    private long nowNs;

    private OfferDriver.Offered admitted() {
        state.define(0, set.tasks().getFirst(), 0, 1);
        scheduler.admit(0, set.tasks().getFirst().offsetNs());
        return new OfferDriver.Offered(set.tasks().getFirst(), new OfferLedger(new OfferGate(state), 0, state.generation(0)), port);
    }

    private OfferDriver driver(final OfferDriver.Offered offered) {
        final OfferDriver driver = new OfferDriver("peer:1", wire, SESSION, () -> nowNs);
        driver.add(offered);
        return driver;
    }

    @Test
    void shouldSendAtTheNominalReleaseAndTakeTheAnswerBeforeTheFallback() {
        final OfferDriver.Offered offered = admitted();
        final OfferDriver driver = driver(offered);
        driver.turn();
        assertEquals(1, wire.sent.size(), "due at 0");
        driver.turn();
        assertEquals(1, wire.sent.size());
        wire.answer(0, OfferMessage.ANSWER, SESSION, 0);
        nowNs = 12;
        driver.turn();
        assertEquals(List.of("0: 7"), port.answers, "the payload as the peer sent it");
        scheduler.release(30);
        assertEquals(List.of("answered 30"), notices);
        assertEquals(1, offered.ledger().count(OfferLedger.USED));
        assertEquals(12, offered.roundTrips().sorted()[0]);
    }

    @Test
    void shouldDropWhatIsLateDoubledOrForeign() {
        final OfferDriver.Offered offered = admitted();
        final OfferDriver driver = driver(offered);
        driver.turn();
        scheduler.release(30);
        nowNs = 31;
        wire.answer(0, OfferMessage.ANSWER, SESSION, 0);
        wire.answer(0, OfferMessage.ANSWER, SESSION, 0);
        wire.answer(0, OfferMessage.ANSWER, SESSION + 1, 0);
        wire.answer(0, OfferMessage.ANSWER, SESSION, 9);
        driver.turn();
        assertEquals(List.of("fallback 30"), notices);
        assertEquals(List.of(), port.answers);
        assertEquals(1, offered.ledger().count(OfferLedger.LATE));
        assertEquals(1, offered.ledger().count(OfferLedger.DUPLICATE));
        assertEquals(1, offered.ledger().count(OfferLedger.UNSENT));
        assertEquals(1, driver.foreign(), "of another session");
        assertEquals(31, offered.roundTrips().sorted()[0], "a late one is a round trip all the same");
    }

    @Test
    void shouldIgnoreWhatIsNoMessage() {
        final OfferDriver driver = driver(admitted());
        driver.turn();
        final UnsafeBuffer whole = AlignedMemory.allocate(200);
        whole.putBytes(0, wire.sent.getFirst(), 0, OfferMessage.HEADER_BYTES + 8);
        assertTrue(OfferMessage.isWhole(whole, 0, OfferMessage.HEADER_BYTES + 8));
        for (int length = 0; length < 150; length++) {
            if (length != OfferMessage.HEADER_BYTES + 8) {
                assertFalse(OfferMessage.isWhole(whole, 0, length), "cut or padded to " + length);
            }
        }
        whole.putInt(36, 65);
        assertFalse(OfferMessage.isWhole(whole, 0, OfferMessage.HEADER_BYTES + 8), "a name longer than its field");
        wire.come.add(new UnsafeBuffer(new byte[5]));
        driver.turn();
        assertEquals(1, driver.foreign());
    }

    @Test
    void shouldOfferNothingWhenItComesBehindTheFallback() {
        final OfferDriver.Offered offered = admitted();
        final OfferDriver driver = driver(offered);
        nowNs = 3 * PERIOD + 5;
        driver.turn();
        assertEquals(3, offered.unoffered(), "their fallbacks were due at 30, 130, 230");
        assertEquals(1, wire.sent.size(), "the fourth is due at 330 and can still be answered");
        wire.full = true;
        nowNs = 4 * PERIOD;
        driver.turn();
        assertEquals(1, offered.ledger().unsendable());
    }

    @Test
    void shouldOfferNoMoreWhenTheTaskHasLeft() {
        final OfferDriver driver = driver(admitted());
        driver.turn();
        state.requestStop(0);
        scheduler.stop(0, 5);
        nowNs = 10 * PERIOD;
        driver.turn();
        assertEquals(1, wire.sent.size());
        driver.add(admitted()); // under another generation, and perhaps another tau: the analysis was asked
        driver.turn();
        assertEquals(2, wire.sent.size());
        assertEquals(2, OfferMessage.generation(wire.sent.getLast(), 0));
    }

    @Test
    void shouldCountRefusals() {
        final OfferDriver.Offered offered = admitted();
        final OfferDriver driver = driver(offered);
        driver.turn();
        wire.answer(0, OfferMessage.REFUSAL, SESSION, 0);
        driver.turn();
        assertEquals(1, offered.ledger().refused());
        scheduler.release(30);
        assertEquals(List.of("fallback 30"), notices);
    }

    @Test
    void shouldAllocateNothingWhenItRuns() {
        final OfferDriver driver = driver(admitted());
        port.keeps = false;
        wire.echoes = true;
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < 20 && bytes > 0; round++) { // the first ones link and compile
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                nowNs += PERIOD / 2;
                driver.turn();
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, bytes);
    }

    private static final class Port implements OfferPort {
        private final List<String> answers = new ArrayList<>();
        private boolean keeps = true;

        @Override
        public int largestBytes() {
            return 64;
        }

        @Override
        public int fill(final long number, final MutableDirectBuffer buffer, final int offset, final int room) {
            buffer.putLong(offset, number + 7);
            return Long.BYTES;
        }

        @Override
        public void answered(final long number, final DirectBuffer buffer, final int offset, final int length) {
            if (keeps) {
                answers.add(number + ": " + buffer.getLong(offset));
            }
        }
    }

    /** Keeps what is sent, and delivers what a test puts in. */
    private static final class Wire implements PeerLink {
        private final Deque<UnsafeBuffer> sent = new ArrayDeque<>();
        private final Deque<UnsafeBuffer> come = new ArrayDeque<>();
        private final UnsafeBuffer echo = AlignedMemory.allocate(256);
        private int echoBytes;
        private boolean full;
        private boolean echoes;

        void answer(final int index, final int kind, final long session, final long number) {
            final UnsafeBuffer offer = new ArrayList<>(sent).get(index);
            final UnsafeBuffer message = new UnsafeBuffer(new byte[offer.capacity()]);
            message.putBytes(0, offer, 0, offer.capacity());
            OfferMessage.complete(message, kind, number, offer.capacity() - OfferMessage.HEADER_BYTES);
            message.putLong(16, session);
            come.add(message);
        }

        @Override
        public long resolve(final String peer) {
            return 1;
        }

        @Override
        public boolean send(final long to, final DirectBuffer buffer, final int offset, final int length) {
            if (echoes) {
                echo.putBytes(0, buffer, offset, length);
                OfferMessage.complete(echo, OfferMessage.ANSWER, OfferMessage.number(echo, 0), length - OfferMessage.HEADER_BYTES);
                echoBytes = length;
            } else if (!full) {
                final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
                copy.putBytes(0, buffer, offset, length);
                sent.add(copy);
            }
            return !full;
        }

        @Override
        public int poll(final MessageTaker taker, final int limit) {
            if (echoBytes > 0) {
                taker.onMessage(1, echo, 0, echoBytes);
                echoBytes = 0;
                return 1;
            }
            int work = 0;
            for (UnsafeBuffer next = come.poll(); next != null; next = come.poll()) {
                taker.onMessage(1, next, 0, next.capacity());
                work++;
            }
            return work;
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
