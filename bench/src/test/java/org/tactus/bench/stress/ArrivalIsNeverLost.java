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

/** A caller requests three jobs a period apart while the dispatcher looks: as many jobs come as were accepted. */
@JCStressTest
@Outcome(id = {"1, 1", "2, 2", "3, 3"}, expect = Expect.ACCEPTABLE, desc = "every accepted arrival became a job or waits")
@Outcome(expect = Expect.FORBIDDEN, desc = "an arrival was lost or doubled")
@State
public class ArrivalIsNeverLost extends StressState {
    public ArrivalIsNeverLost() {
        super(Release.SPORADIC);
    }

    @Actor
    public void caller(final II_Result r) {
        r.r1 = accepted(100) + accepted(100 + PERIOD_NS) + accepted(100 + 2 * PERIOD_NS);
    }

    @Actor
    public void dispatcher() {
        scheduler.release(200);
        scheduler.release(201);
    }

    @Arbiter
    public void end(final II_Result r) {
        scheduler.release(300);
        r.r2 = released + skipped + (int) state.backlog(0);
    }
}
