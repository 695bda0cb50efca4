// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.tactus.internal.kernel.HandOverQueue;
import org.tactus.internal.policy.PolicyState;

/** The same protocol without its two fences: each side may load before the other one sees its store. It shows what the fences are for. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "awake, or woken, or nothing to find")
@Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "asleep, and nobody will wake it for the slot that was handed over")
@State
public class MutantHasNoFence {
    private final HandOverQueue queue = new HandOverQueue(2, 1);
    private boolean announced;
    private boolean sleeps;

    public MutantHasNoFence() {
        queue.connect(0);
    }

    @Actor
    public void owner() {
        announced = true;
        if (queue.isEmpty()) {
            sleeps = true;
        }
    }

    @Actor
    public void giver(final I_Result r) {
        queue.handOver(0, 0);
        r.r1 = announced ? 1 : 0;
    }

    @Arbiter
    public void end(final I_Result r) {
        r.r1 = sleeps && r.r1 == 0 && queue.take() != PolicyState.NONE ? 1 : 0;
    }
}
