// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.tactus.model.Release;

/** Two callers less than a period apart: exactly one is accepted, and exactly one job comes of it. */
@JCStressTest
@Outcome(id = {"1, 0, 1", "0, 1, 1"}, expect = Expect.ACCEPTABLE, desc = "one claim, one job")
@Outcome(expect = Expect.FORBIDDEN, desc = "a period holds two claims, or a claim was lost")
@State
public class TwoCallersClaim extends StressState {
    public TwoCallersClaim() {
        super(Release.SPORADIC);
    }

    @Actor
    public void first(final III_Result r) {
        r.r1 = accepted(100);
    }

    @Actor
    public void second(final III_Result r) {
        r.r2 = accepted(103);
    }

    @Arbiter
    public void dispatcher(final III_Result r) {
        scheduler.release(200);
        r.r3 = released;
    }
}
