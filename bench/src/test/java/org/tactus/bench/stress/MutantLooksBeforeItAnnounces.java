// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A receiver that looks before it says that it sleeps: what comes between is lost. That the test sees it shows that it can fail. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "awake, or woken, or nothing to find")
@Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "asleep, and nobody will wake it for the slot that was handed over")
@State
public class MutantLooksBeforeItAnnounces extends SleeperState {
    @Actor
    public void owner() {
        if (queue.isEmpty()) {
            parking.announce();
            parking.await(Long.MAX_VALUE);
        }
    }

    @Actor
    public void giver() {
        give(0);
    }

    @Arbiter
    public void end(final I_Result r) {
        r.r1 = lost();
    }
}
