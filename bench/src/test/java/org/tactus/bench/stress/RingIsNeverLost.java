// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.tactus.model.Release;

/**
 * A caller claims an arrival and finds its task's bit set already, so it rings no more; the dispatcher takes the bit at that moment.
 * Either its load after the exchange sees the claim, or the caller has set the bit again: the next look finds it.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the arrival was taken")
@Outcome(expect = Expect.FORBIDDEN, desc = "an accepted arrival that no bit tells of waits for ever")
@State
public class RingIsNeverLost extends StressState {
    public RingIsNeverLost() {
        super(Release.SPORADIC);
        accepted(100);
        scheduler.admit(0, 100); // takes the arrival by another way than its bit, which stays set
    }

    @Actor
    public void caller(final II_Result r) {
        r.r1 = accepted(100 + PERIOD_NS);
    }

    @Actor
    public void dispatcher() {
        scheduler.release(200);
    }

    @Arbiter
    public void end(final II_Result r) {
        scheduler.release(300);
        r.r2 = state.isArriving(0) ? 1 : 0;
    }
}
