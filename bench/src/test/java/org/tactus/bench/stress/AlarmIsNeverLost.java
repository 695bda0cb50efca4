// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.tactus.internal.kernel.Alarm;

/** An alarm is up when the monitor lowers it to look: the look finds what a dispatcher wrote before it raised it, or it is up again. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the look found it, and the alarm was not raised anew")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the look found it, and the monitor will look once more")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "not found, and the monitor will look once more")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "not found, and nobody tells the monitor")
@State
public class AlarmIsNeverLost {
    private static final VarHandle WRITTEN;

    static {
        try {
            WRITTEN = MethodHandles.lookup().findVarHandle(AlarmIsNeverLost.class, "written", int.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Alarm alarm = new Alarm();
    private int written;

    public AlarmIsNeverLost() {
        alarm.raise();
    }

    @Actor
    public void dispatcher() {
        WRITTEN.setRelease(this, 1); // as events are written to their ring
        alarm.raise();
    }

    @Actor
    public void monitor(final II_Result r) {
        alarm.lower();
        r.r1 = (int) WRITTEN.getAcquire(this);
    }

    @Arbiter
    public void end(final II_Result r) {
        r.r2 = alarm.isRaised() ? 1 : 0;
    }
}
