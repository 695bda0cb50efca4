// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.tactus.internal.kernel.HandOverQueue;
import org.tactus.model.Release;

/** A job's record is written plainly, its slot handed over: whoever takes the slot sees the whole record. */
@JCStressTest
@Outcome(id = "-1, 0", expect = Expect.ACCEPTABLE, desc = "not there yet")
@Outcome(id = "0, 10", expect = Expect.ACCEPTABLE, desc = "the slot, and the record behind it")
@Outcome(expect = Expect.FORBIDDEN, desc = "the slot without its record")
@State
public class HandOverPublishes extends StressState {
    private final HandOverQueue queue = new HandOverQueue(2, 1);

    public HandOverPublishes() {
        super(Release.PERIODIC);
        queue.connect(0);
    }

    @Actor
    public void giver() {
        scheduler.release(PERIOD_NS);
        queue.handOver(0, 0);
    }

    @Actor
    public void taker(final II_Result r) {
        r.r1 = queue.take();
        r.r2 = r.r1 == 0 ? (int) state.nominalReleaseNs(0) : 0;
    }
}
