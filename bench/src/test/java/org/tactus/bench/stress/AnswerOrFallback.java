// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.tactus.internal.policy.OfferGate;
import org.tactus.model.Task;

/** Two offers are answered while the dispatcher releases their fallbacks: of each offer, either the answer or the fallback counts. */
@JCStressTest
@Outcome(id = {"0, 2", "1, 1", "2, 0"}, expect = Expect.ACCEPTABLE, desc = "each offer has one result")
@Outcome(expect = Expect.FORBIDDEN, desc = "an offer has two results or none")
@State
public class AnswerOrFallback extends StressState {
    private final OfferGate offers = new OfferGate(state);

    public AnswerOrFallback() {
        super(t -> t.remote(new Task.Remote("localhost:1", 1, 1, 0)));
    }

    private int used(final long number) {
        return offers.answer(0, 1, number) == OfferGate.IN_TIME ? 1 : 0;
    }

    @Actor
    public void receiver(final II_Result r) {
        r.r1 = used(0) + used(1);
    }

    @Actor
    public void dispatcher() {
        scheduler.release(PERIOD_NS);
        scheduler.release(2 * PERIOD_NS);
    }

    @Arbiter
    public void end(final II_Result r) {
        r.r2 = released + skipped + (int) state.backlog(0);
    }
}
