// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.function.LongConsumer;
import org.tactus.internal.device.SegmentWork;

/**
 * A segment that does what a test says.
 *
 * @param body    run with the job's number
 * @param takesNs what it takes on a modelled device
 * @param ended   called when it is ended from outside
 * @param closed  called when it is closed
 */
record WorkStub(LongConsumer body, long takesNs, Runnable ended, Runnable closed) implements SegmentWork {
    private static final long MS = 1_000_000;

    /** As a library that knows no end: nobody can end it from outside. It takes a millisecond on a modelled device. */
    static WorkStub of(final LongConsumer body) {
        return new WorkStub(body, MS, () -> { }, () -> { });
    }

    /** The same with a body that asks for no number. */
    static WorkStub of(final Runnable body) {
        return of(job -> body.run());
    }

    WorkStub taking(final long ns) {
        return new WorkStub(body, ns, ended, closed);
    }

    WorkStub endedBy(final Runnable other) {
        return new WorkStub(body, takesNs, other, closed);
    }

    WorkStub closedBy(final Runnable other) {
        return new WorkStub(body, takesNs, ended, other);
    }

    @Override
    public void run(final long job) {
        body.accept(job);
    }

    @Override
    public long modelledNs(final long job) {
        return takesNs;
    }

    @Override
    public void terminate() {
        ended.run();
    }

    @Override
    public void close() {
        closed.run();
    }
}
