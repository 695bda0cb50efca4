// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.tactus.internal.watch.RecordVersion;

/** A record of the counters file is written anew twice by plain stores while another process reads it by plain loads. */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "it was written meanwhile")
@Outcome(id = {"0, 0", "1, 1", "2, 2"}, expect = Expect.ACCEPTABLE, desc = "one writing")
@Outcome(expect = Expect.FORBIDDEN, desc = "words of several writings")
@State
public class RecordIsOfOneWriting {
    private static final int COUNT = 0;
    private static final int FIRST = 8;
    private static final int LAST = 72;

    private final AtomicBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(3 * BitUtil.CACHE_LINE_LENGTH)
        .alignedSlice(BitUtil.CACHE_LINE_LENGTH));

    private void write(final long value) {
        RecordVersion.beginWrite(buffer, COUNT);
        buffer.putLong(FIRST, value);
        buffer.putLong(LAST, value);
        RecordVersion.endWrite(buffer, COUNT);
    }

    @Actor
    public void writer() {
        write(1);
        write(2);
    }

    @Actor
    public void reader(final JJ_Result r) {
        final long begun = RecordVersion.beginRead(buffer, COUNT);
        final long first = buffer.getLong(FIRST);
        final long last = buffer.getLong(LAST);
        final boolean whole = RecordVersion.isUnchanged(buffer, COUNT, begun);
        r.r1 = whole ? first : -1;
        r.r2 = whole ? last : -1;
    }
}
