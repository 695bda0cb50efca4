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

/** A thread releases a task, and asks for its stop, while the task stops and its slot is used again: the next one is left alone. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "accepted before the stop, and counted as skipped")
@Outcome(expect = Expect.FORBIDDEN, desc = "the slot's next task was released, or stopped, or an arrival was lost")
@State
public class CallerSleepsAcrossReuse extends StressState {
    private static final int TRIES = 16;

    public CallerSleepsAcrossReuse() {
        super(Release.SPORADIC);
    }

    @Actor
    public void caller(final III_Result r) {
        for (int i = 0; i < TRIES; i++) { // the reuse takes longer than a call: one of them meets it half way
            r.r1 += acceptedOf(1, 100 + i * PERIOD_NS);
            if (i % 4 == 3) {
                state.requestStop(0, 1);
            }
        }
    }

    @Actor
    public void home() {
        state.requestStop(0, 1);
        scheduler.stop(0, 1, 150);
        scheduler.admit(0, define()); // its generation is 2; the time is not looked at
    }

    @Arbiter
    public void end(final III_Result r) {
        scheduler.release(200);
        r.r2 = skipped;
        r.r3 = (state.isArriving(0) ? 1 : 0) + released + (state.isStopRequested(0) ? 10 : 0);
    }
}
