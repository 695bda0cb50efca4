package org.tactus.kernel;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a dispatcher is running, for the monitor to see while a call does not return. Written by the dispatcher; a line of its
 * own.
 * <pre>
 *   0        8        16       20       24
 *  +--------+--------+--------+--------+
 *  |start   |job     |task    |segment |
 *  |ns      |        |        |record  |
 *  +--------+--------+--------+--------+
 * </pre>
 * The start is published last with release and taken back first; 0 means nothing runs. A reader that finds the same start
 * before and after has read one segment's words.
 */
final class RunningWord {
    private static final int START = 0;
    private static final int JOB = 8;
    private static final int TASK = 16;
    private static final int SEGMENT = 20;

    private final AtomicBuffer buffer = new UnsafeBuffer(
        ByteBuffer.allocateDirect(3 * BitUtil.CACHE_LINE_LENGTH).alignedSlice(BitUtil.CACHE_LINE_LENGTH));

    /** Called by the dispatcher when a segment starts. */
    void begin(final int task, final int segmentRecord, final long job, final long startNs) {
        buffer.putLong(JOB, job);
        buffer.putInt(TASK, task);
        buffer.putInt(SEGMENT, segmentRecord);
        buffer.putLongRelease(START, startNs);
    }

    /** Called by the dispatcher when the segment has ended. */
    void end() {
        // Volatile, not release: the next begin must not move its plain writes before this one.
        buffer.putLongVolatile(START, 0);
    }

    /** Start of the running segment, 0 when none. Any thread. */
    long startNs() {
        return buffer.getLongAcquire(START);
    }

    int task() {
        return buffer.getIntVolatile(TASK);
    }

    int segmentRecord() {
        return buffer.getIntVolatile(SEGMENT);
    }

    long job() {
        return buffer.getLongVolatile(JOB);
    }
}
