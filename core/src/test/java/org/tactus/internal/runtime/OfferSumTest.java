// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.OfferGate;
import org.tactus.internal.policy.OfferLedger;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.remote.OfferDriver;
import org.tactus.internal.remote.OfferDrivers;
import org.tactus.internal.remote.OfferMessage;
import org.tactus.internal.remote.OfferPort;
import org.tactus.internal.remote.PeerLink;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/** The counts of offers, held against what became of each number, over peers that come, go, are paused or are flooded. */
class OfferSumTest {
    private static final int PERIOD = 100;
    private static final int TAU = 30;
    private static final Task TASK = TaskSet.builder("set").device(DeviceSpec.modelled("a"))
        .task("scene", t -> t.periodNs(PERIOD).segment("a", 10).remote(new Task.Remote("peer:1", TAU, 1, 0))
            .onBacklog(BacklogAction.DROP)).build().tasks().getFirst();

    /** What became of each nominal release, by its number. */
    private final BitSet sent = new BitSet();
    /** The sender came to them, in time or not. */
    private final BitSet handled = new BitSet();
    private final BitSet answered = new BitSet();
    private final BitSet fallenBack = new BitSet();
    private final BitSet skipped = new BitSet();
    private final PolicyState state = PolicyState.allocate(PolicyKind.FIXED_PRIORITY, 1, 1, 1);
    private final DeviceScheduler scheduler = new DeviceScheduler(state, 0, new JobListener() {
        @Override
        public void onRelease(final int slot, final long job, final long nominalNs, final long now) {
            fallenBack.set((int) (nominalNs / PERIOD)); // the first one is at TAU
        }

        @Override
        public void onSkip(final int slot, final long nominalNs, final long now) {
            skipped.set((int) (nominalNs / PERIOD));
        }
    });
    private long nowNs;

    @Test
    void shouldAddUpWhateverThePeerDoes() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        long open = 0;
        long unsent = 0;
        long used = 0;
        long skips = 0;
        for (int round = 0; round < 500; round++) {
            final OfferSumTest each = new OfferSumTest();
            final RunResult.Offers counts = each.round(random);
            each.check(counts, "seed " + seed + ", round " + round + ": " + counts + ", skipped " + each.skipped.cardinality());
            open += counts.open();
            unsent += counts.unsent();
            used += counts.used();
            skips += each.skipped.cardinality();
        }
        assertTrue(open > 0 && unsent > 0 && used > 0 && skips > 0,
            "every count is met: " + open + ", " + unsent + ", " + used + ", " + skips);
    }

    private RunResult.Offers round(final Random random) {
        state.define(0, TASK, 0, 1);
        scheduler.admit(0, TASK.offsetNs());
        final OfferDriver.Offered offered =
            new OfferDriver.Offered(TASK, new OfferLedger(new OfferGate(state), 0, state.generation(0)), new Numbers());
        final Peer peer = new Peer(random);
        final OfferDriver driver = new OfferDriver("peer:1", peer, 1, () -> nowNs);
        driver.add(offered);
        final int driverEndNs = random.nextInt(30 * PERIOD);
        final int endNs = Math.max(0, driverEndNs + random.nextInt(6 * PERIOD) - 2 * PERIOD); // the home ends before it, or goes on
        while (nowNs < Math.max(driverEndNs, endNs)) {
            nowNs += 1 + random.nextInt(random.nextInt(10) == 0 ? 3 * PERIOD : 20); // now and then a thread is late
            if (nowNs < driverEndNs) {
                OfferDrivers.turn(driver);
                handled.set(0, (int) (nowNs / PERIOD) + 1);
            }
            if (nowNs < endNs && random.nextInt(8) > 0) {
                scheduler.release(nowNs);
                if (random.nextInt(5) == 0) {
                    execute();
                }
            }
        }
        scheduler.quiesce(0, nowNs);
        while (execute()) {
            nowNs++;
        }
        return OfferSum.of(offered, new TaskResult("scene", PERIOD, PERIOD, OptionalLong.empty(), fallenBack.cardinality(),
            fallenBack.cardinality(), 0, 0, skipped.cardinality(), 0, 0, OptionalLong.of(1), OptionalLong.empty(), OptionalLong.empty(),
            OptionalLong.empty(), OptionalLong.of(1), 0, false, Optional.empty()));
    }

    private boolean execute() {
        if (scheduler.select() < 0) {
            return false;
        }
        scheduler.started(0, nowNs);
        scheduler.segmentDone(0, nowNs, 1, false);
        return true;
    }

    private void check(final RunResult.Offers counts, final String which) {
        final BitSet decided = (BitSet) answered.clone();
        decided.or(fallenBack);
        decided.or(skipped);
        assertEquals(answered.cardinality() + fallenBack.cardinality() + skipped.cardinality(), decided.cardinality(), which);
        final BitSet unsent = (BitSet) handled.clone();
        unsent.or(decided);
        unsent.andNot(sent);
        final BitSet open = (BitSet) handled.clone();
        open.andNot(decided);
        assertEquals(sent.cardinality(), counts.offered(), which);
        assertEquals(unsent.cardinality(), counts.unsent(), which);
        assertEquals(answered.cardinality(), counts.used(), which);
        assertEquals(fallenBack.cardinality(), counts.fallbacks(), which);
        assertEquals(open.cardinality(), counts.open(), which);
        assertEquals(counts.offered() + counts.unsent(), counts.used() + counts.fallbacks() + skipped.cardinality() + counts.open(), which);
    }

    /** Notes which offers are answered. */
    private final class Numbers implements OfferPort {
        @Override
        public int largestBytes() {
            return Long.BYTES;
        }

        @Override
        public int fill(final long number, final MutableDirectBuffer buffer, final int offset, final int room) {
            return 0;
        }

        @Override
        public void answered(final long number, final DirectBuffer buffer, final int offset, final int length) {
            answered.set((int) number);
        }
    }

    /** There for a while and then not, paused, flooded by others, refusing; it answers once, twice or never. */
    private final class Peer implements PeerLink {
        private final Random random;
        private final List<UnsafeBuffer> waiting = new ArrayList<>();
        private boolean there;
        private boolean paused;

        Peer(final Random random) {
            this.random = random;
            this.there = random.nextBoolean();
        }

        @Override
        public long resolve(final String peer) {
            return 1;
        }

        @Override
        public boolean send(final long to, final DirectBuffer buffer, final int offset, final int length) {
            there ^= random.nextInt(12) == 0;
            if (!there || random.nextInt(10) == 0) { // nobody listens, or there is no room
                return false;
            }
            sent.set((int) OfferMessage.number(buffer, offset));
            for (int copies = random.nextInt(4); copies > 1; copies--) {
                final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
                message.putBytes(0, buffer, offset, length);
                final int kind = random.nextInt(5) == 0 ? OfferMessage.REFUSAL : OfferMessage.ANSWER;
                OfferMessage.complete(message, kind, OfferMessage.number(buffer, offset), 0);
                waiting.add(message);
            }
            return true;
        }

        @Override
        public int poll(final MessageTaker taker, final int limit) {
            paused ^= random.nextInt(20) == 0;
            int work = 0;
            while (!paused && !waiting.isEmpty() && random.nextInt(3) > 0 && work < limit) {
                final UnsafeBuffer message = waiting.remove(random.nextInt(waiting.size())); // in any order
                taker.onMessage(1, message, 0, message.capacity());
                work++;
            }
            return work;
        }

        @Override
        public int largestBytes() {
            return 1 << 10;
        }

        @Override
        public void close() {
            there = false;
        }
    }
}
