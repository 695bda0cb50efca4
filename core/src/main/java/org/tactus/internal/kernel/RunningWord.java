// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.lang.invoke.VarHandle;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.internal.buffer.AlignedMemory;

/**
 * Tells the monitor which segment, or which move of chunks, a device is executing, so that the monitor notices one that does not end. The
 * dispatcher writes it, in a cache line of its own.
 * <pre>
 *   0        8        16       20       24       28       32       40       48
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 *  |start   |worst   |task    |segment |genera- |        |CPU     |begun   |
 *  |ns      |ns      |        |record  |tion    |        |start ns|so far  |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 * </pre>
 * The start is published last with release and taken back first; 0 means nothing runs. A reader takes the start, the words behind it,
 * and then asks {@link #isStill}: when that says yes, it has read the words of one segment or move, because no two begin at the same
 * time. A move has no segment record.
 *
 * <p>No access mode alone keeps a later plain store behind an earlier store, nor an earlier load before a later one: the fences do.
 * {@link #begin} has one between the 0 that {@link #end} wrote and its own words, {@link #isStill} one between the words and its load.
 */
final class RunningWord {
    private static final int START = 0;
    private static final int WORST = 8;
    private static final int SLOT = 16;
    private static final int SEGMENT = 20;
    private static final int GENERATION = 24;
    private static final int CPU_START = 32;
    private static final int BEGUN = 40;
    /** The start in the clock of the thread's CPU time when that is not read. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private final AtomicBuffer buffer = AlignedMemory.allocate(2 * BitUtil.CACHE_LINE_LENGTH);

    /** Called by the dispatcher when a move starts, whose time is the device's. */
    void begin(final int slot, final int generation, final int segmentRecord, final long worstNs, final long startNs) {
        begin(slot, generation, segmentRecord, worstNs, startNs, UNKNOWN);
    }

    /** Called by the dispatcher when a segment starts. */
    void begin(
        final int slot, final int generation, final int segmentRecord, final long worstNs, final long startNs, final long cpuStartNs) {
        VarHandle.storeStoreFence(); // the words below stay behind the 0 of the last end: a reader that sees one of them sees it too
        buffer.putLongOpaque(WORST, worstNs);
        buffer.putIntOpaque(SLOT, slot);
        buffer.putIntOpaque(GENERATION, generation);
        buffer.putIntOpaque(SEGMENT, segmentRecord);
        buffer.putLongOpaque(CPU_START, cpuStartNs);
        buffer.putLongOpaque(BEGUN, buffer.getLong(BEGUN) + 1); // this thread alone writes it
        buffer.putLongRelease(START, startNs);
    }

    /** Called by the dispatcher when it has ended. */
    void end() {
        buffer.putLongRelease(START, 0);
    }

    /** Start of what runs, 0 when nothing does. Any thread. */
    long startNs() {
        return buffer.getLongAcquire(START);
    }

    /** Whether what began at a time runs still, so that the words read since are its own. Any thread. */
    boolean isStill(final long startNs) {
        VarHandle.loadLoadFence(); // the words read before stay before this load
        return buffer.getLongOpaque(START) == startNs;
    }

    /** How many have begun so far. Any thread. */
    long begun() {
        return buffer.getLongOpaque(BEGUN);
    }

    int slot() {
        return buffer.getIntOpaque(SLOT);
    }

    /** Generation of the task. */
    int generation() {
        return buffer.getIntOpaque(GENERATION);
    }

    int segmentRecord() {
        return buffer.getIntOpaque(SEGMENT);
    }

    /** Start in the clock of the CPU time of the dispatcher's thread, or {@link #UNKNOWN}. */
    long cpuStartNs() {
        return buffer.getLongOpaque(CPU_START);
    }

    /** Worst case of what runs. */
    long worstNs() {
        return buffer.getLongOpaque(WORST);
    }
}
