// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.tactus.internal.kernel.HandOverQueue;
import org.tactus.internal.policy.PolicyState;

/**
 * Two dispatchers hand over while the owner takes, among them one whose bit stands from before: no slot is lost or comes twice, and
 * those of one giver come in order. The results: the sum of the powers of ten of what came, the slots that came out of order, and
 * whether the inbox says that it is empty when it is.
 */
@JCStressTest
@Outcome(id = "1111, 0, 1", expect = Expect.ACCEPTABLE, desc = "each slot once")
@Outcome(expect = Expect.FORBIDDEN, desc = "a slot was lost, came twice or too early")
@State
public class HandOverOfTwoComesInOrder {
    private static final int[] TENS = {1, 10, 100, 1_000};
    private final HandOverQueue queue = new HandOverQueue(4, 2);
    private int sum;
    private int early;
    private int seen;

    public HandOverOfTwoComesInOrder() {
        queue.connect(0);
        queue.connect(1);
        queue.handOver(0, 0);
    }

    @Actor
    public void first() {
        queue.handOver(0, 1);
        queue.handOver(0, 2);
    }

    @Actor
    public void second() {
        queue.handOver(1, 3);
    }

    @Actor
    public void owner() {
        for (int i = 0; i < 3; i++) {
            take();
        }
    }

    private boolean take() {
        final int slot = queue.take();
        if (slot == PolicyState.NONE) {
            return false;
        }
        sum += TENS[slot];
        if (slot < 3) {
            early += slot < seen ? 1 : 0;
            seen = slot;
        }
        return true;
    }

    @Arbiter
    public void end(final III_Result r) {
        boolean more = true;
        while (more) {
            more = take();
        }
        r.r1 = sum;
        r.r2 = early;
        r.r3 = queue.isEmpty() ? 1 : 0;
    }
}
