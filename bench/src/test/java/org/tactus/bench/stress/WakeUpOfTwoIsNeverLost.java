// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two hand over while the receiver sleeps, rises and sleeps again: neither relies on what the other one does. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "awake, or woken, or nothing to find")
@Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "asleep, and nobody will wake it for the slot that was handed over")
@State
public class WakeUpOfTwoIsNeverLost extends SleeperState {
    @Actor
    public void owner() {
        sleep();
        parking.rise();
        queue.take();
        sleep();
    }

    @Actor
    public void giver() {
        give(0);
    }

    @Actor
    public void other() {
        give(1);
    }

    @Arbiter
    public void end(final I_Result r) {
        r.r1 = lost();
    }
}
