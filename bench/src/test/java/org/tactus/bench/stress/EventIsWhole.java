// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.tactus.internal.event.EventDescriptor;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.event.EventType;

/**
 * A ring of two events is full. The dispatcher writes two more, each of which is dropped or takes the place of one that was read. The
 * reader takes three: each is whole, and they come in order.
 */
@JCStressTest
@Outcome(id = "1, 2, 0", expect = Expect.ACCEPTABLE, desc = "the third was not there yet, or both were dropped")
@Outcome(id = "1, 2, 3", expect = Expect.ACCEPTABLE, desc = "the third took a place that the reader gave back")
@Outcome(id = "1, 2, 4", expect = Expect.ACCEPTABLE, desc = "the third was dropped, the fourth was not")
@Outcome(expect = Expect.FORBIDDEN, desc = "an event that was written over while it was read, or half written")
@State
public class EventIsWhole {
    private final EventRing ring = new EventRing(2 * EventDescriptor.RING_LENGTH, slot -> slot);
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
                && generation == job && segment == job && argument == job;
            taken = whole ? (int) job : -1;
        }
    };
    private int taken;

    public EventIsWhole() {
        write(1);
        write(2);
    }

    private void write(final int value) {
        ring.write(EventType.START + (value & 1), value, value, value, value, value, value);
    }

    private int take() {
        taken = 0;
        ring.drain(reading, 1);
        return taken;
    }

    @Actor
    public void dispatcher() {
        write(3);
        write(4);
    }

    @Actor
    public void reader(final III_Result r) {
        r.r1 = take();
        r.r2 = take();
        r.r3 = take();
    }
}
