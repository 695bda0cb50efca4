// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A segment ends and another one begins while the monitor looks: what it reads is of one of them, or it knows that it is not. */
@JCStressTest
@Outcome(id = "-1, -1, -1, -1", expect = Expect.ACCEPTABLE, desc = "nothing ran, or it ended meanwhile")
@Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the first segment")
@Outcome(id = "2, 2, 2, 2", expect = Expect.ACCEPTABLE, desc = "the second segment")
@Outcome(expect = Expect.FORBIDDEN, desc = "words of both segments, or of none")
@State
public class RunningWordIsOfOneSegment {
    private final RunningWord word = new RunningWord();

    public RunningWordIsOfOneSegment() {
        word.begin(1, 1, 1, 1, 100);
    }

    @Actor
    public void dispatcher() {
        word.end();
        word.begin(2, 2, 2, 2, 200);
    }

    @Actor
    public void monitor(final IIII_Result r) {
        final long startNs = word.startNs();
        final int task = word.slot();
        final int generation = word.generation();
        final int segment = word.segmentRecord();
        final int worst = (int) word.worstNs();
        final boolean whole = startNs != 0 && word.isStill(startNs);
        r.r1 = whole ? task : -1;
        r.r2 = whole ? generation : -1;
        r.r3 = whole ? segment : -1;
        r.r4 = whole ? worst : -1;
    }
}
