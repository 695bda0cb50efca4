// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.tactus.model.Release;

/** While the home releases a job, another dispatcher asks until when it may sleep: never past the job that is coming. */
@JCStressTest
@Outcome(id = "10", expect = Expect.ACCEPTABLE, desc = "until the release that is now")
@Outcome(id = "-9223372036854775808", expect = Expect.ACCEPTABLE, desc = "not at all: a job is live")
@Outcome(expect = Expect.FORBIDDEN, desc = "past the hand-over")
@State
public class QuietUntilLive extends StressState {
    public QuietUntilLive() {
        super(Release.PERIODIC);
    }

    @Actor
    public void home() {
        scheduler.release(PERIOD_NS);
    }

    @Actor
    public void other(final J_Result r) {
        r.r1 = state.quietUntilNs(0);
    }
}
