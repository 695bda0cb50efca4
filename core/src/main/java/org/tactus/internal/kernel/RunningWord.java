package org.tactus.internal.kernel;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a dispatcher's device is at, a segment or a move of chunks, for the monitor to see while it does not end. Written by the
 * dispatcher; a line of its own.
 * <pre>
 *   0        8        16       20       24
 *  +--------+--------+--------+--------+
 *  |start   |worst   |task    |segment |
 *  |ns      |ns      |        |record  |
 *  +--------+--------+--------+--------+
 * </pre>
 * The start is published last with release and taken back first; 0 means nothing runs. A reader that finds the same start
 * before and after has read the words of one segment or move. A move has no segment record.
 */
final class RunningWord {
    private static final int START = 0;
    private static final int WORST = 8;
    private static final int TASK = 16;
    private static final int SEGMENT = 20;

    private final AtomicBuffer buffer = new UnsafeBuffer(
        ByteBuffer.allocateDirect(3 * BitUtil.CACHE_LINE_LENGTH).alignedSlice(BitUtil.CACHE_LINE_LENGTH));

    /** Called by the dispatcher when a segment or a move starts. */
    void begin(final int task, final int segmentRecord, final long worstNs, final long startNs) {
        buffer.putLong(WORST, worstNs);
        buffer.putInt(TASK, task);
        buffer.putInt(SEGMENT, segmentRecord);
        buffer.putLongRelease(START, startNs);
    }

    /** Called by the dispatcher when it has ended. */
    void end() {
        // Volatile, not release: the next begin must not move its plain writes before this one.
        buffer.putLongVolatile(START, 0);
    }

    /** Start of what runs, 0 when nothing does. Any thread. */
    long startNs() {
        return buffer.getLongAcquire(START);
    }

    int task() {
        return buffer.getIntVolatile(TASK);
    }

    int segmentRecord() {
        return buffer.getIntVolatile(SEGMENT);
    }

    /** Worst case of what runs. */
    long worstNs() {
        return buffer.getLongVolatile(WORST);
    }
}
