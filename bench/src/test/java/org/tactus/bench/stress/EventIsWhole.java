// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.event.EventType;

/**
 * A ring is full, with a place left at its end that is shorter than an event. The dispatcher writes two more events, each of which is
 * dropped or takes the place of some that were read. The reader takes those that filled the ring, and then looks twice: each event is
 * whole, names the generation that its slot had, and they come in order.
 */
@JCStressTest
@Outcome(id = "10, 0, 0", expect = Expect.ACCEPTABLE, desc = "none of the two was there yet, or both were dropped")
@Outcome(id = {"10, 1, 0", "10, 0, 1"}, expect = Expect.ACCEPTABLE, desc = "the first of them was there")
@Outcome(id = {"10, 2, 0", "10, 0, 2"}, expect = Expect.ACCEPTABLE, desc = "the first was dropped, the second was not")
@Outcome(id = "10, 1, 2", expect = Expect.ACCEPTABLE, desc = "both were there")
@Outcome(expect = Expect.FORBIDDEN, desc = "an event that was written over while it was read, or half written")
@State
public class EventIsWhole {
    private static final int FULL = 10;
    private static final int BYTES = 512;
    private static final int SLOTS = FULL + 3;

    private final EventRing ring = new EventRing(BYTES, SLOTS);
    private final EventHandler reading = new EventHandler() {
        @Override
        public void onEvent(
            final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job,
            final long argument) {
            throw new IllegalStateException("a ring tells the generation");
        }

        @Override
        public void onTaskEvent(
            final int type, final long timeNs, final int deviceIndex, final int slot, final int generation, final int segment,
            final long job, final long argument) {
            final boolean whole = type == EventType.START + (int) (job & 1) && timeNs == job && deviceIndex == job && slot == job
                && generation == job + SLOTS && segment == job && argument == job;
            taken = whole && job > taken ? (int) job : Integer.MIN_VALUE;
        }
    };
    private int taken;

    public EventIsWhole() {
        for (int slot = 1; slot < SLOTS; slot++) {
            ring.define(slot, slot + SLOTS);
        }
        for (int value = 1; value <= FULL; value++) {
            write(value);
        }
    }

    private void write(final int value) {
        ring.write(EventType.START + (value & 1), value, value, value, value, value, value);
    }

    /** Which of the two came, 0 when none did. */
    private int take() {
        return ring.drain(reading, 1) == 0 ? 0 : taken - FULL;
    }

    @Actor
    public void dispatcher() {
        write(FULL + 1);
        write(FULL + 2);
    }

    @Actor
    public void reader(final III_Result r) {
        r.r1 = ring.drain(reading, FULL) == FULL ? taken : -1;
        r.r2 = take();
        r.r3 = take();
    }
}
