// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.tactus.internal.event.EventDescriptor;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.RecordFile;
import org.tactus.internal.text.Printable;

/**
 * Keeps the events of a run for the exporters, in a scratch file of 40 bytes an event, mapped. It takes events; put it behind
 * the rings, on the monitor's thread. When it or its disk is full, later events are refused and counted: a cut is declared, never
 * hidden.
 */
public final class EventFile implements EventHandler, AutoCloseable {
    /** Events kept unless told otherwise: 160 MiB of scratch file. */
    public static final long DEFAULT_EVENTS = 1L << 22;

    /** Most events that a file may hold, a little less than 2^31, for their order is kept in 4 bytes each. */
    public static final long MOST_EVENTS = Integer.MAX_VALUE - (1L << 13);

    private final RecordFile records;
    /** Whether the newest events take the place of the oldest when it is full. */
    private final boolean ring;
    private long replaced;
    private long fromNs = Long.MIN_VALUE;

    /**
     * Makes an empty file.
     *
     * @param folder    where it lies; deleted when this is closed
     * @param maxEvents events that it holds at most
     */
    public EventFile(final Path folder, final long maxEvents) {
        this(folder, maxEvents, false);
    }

    private EventFile(final Path folder, final long maxEvents, final boolean ring) {
        this.ring = ring;
        records = new RecordFile(folder, EventDescriptor.LENGTH, maxEvents);
    }

    /**
     * Makes an empty file that keeps the last events: when it is full, the newest takes the place of the oldest.
     *
     * @param folder    where it lies; deleted when this is closed
     * @param maxEvents events that it holds at most
     * @return the file
     */
    public static EventFile ring(final Path folder, final long maxEvents) {
        return new EventFile(folder, maxEvents, true);
    }

    /**
     * Leaves out of a trace what was before.
     *
     * @param ns in the clock of the events
     */
    public void keepFrom(final long ns) {
        fromNs = ns;
    }

    long fromNs() {
        return fromNs;
    }

    boolean isRing() {
        return ring;
    }

    /**
     * When a trace of this file begins.
     *
     * @return time of the earliest event that is not left out, in the clock of the events; empty when none is there
     */
    public OptionalLong firstNs() {
        return LongStream.range(0, size()).filter(this::isKept).map(this::timeNs).min();
    }

    /**
     * When something happened first, of what is here.
     *
     * @param type of the events
     * @return in the clock of the events; empty when it did not happen
     */
    public OptionalLong firstNs(final int type) {
        return LongStream.range(0, size()).filter(record -> records.intAt(record, EventDescriptor.TYPE_OFFSET) == type)
            .map(this::timeNs).min();
    }

    /** Whether a trace is to hold an event. */
    boolean isKept(final long record) {
        return timeNs(record) >= fromNs;
    }

    /** Whether a trace begins later than the run. */
    boolean isCutBefore() {
        return replaced > 0 || fromNs != Long.MIN_VALUE;
    }

    private long place() {
        final long record = records.append();
        return record < 0 && ring && records.size() > 0 ? replaced++ % records.size() : record;
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        final long record = place();
        if (record >= 0) {
            records.putLong(record, EventDescriptor.TIME_OFFSET, timeNs);
            records.putInt(record, EventDescriptor.DEVICE_OFFSET, device);
            records.putInt(record, EventDescriptor.TASK_OFFSET, task);
            records.putInt(record, EventDescriptor.SEGMENT_OFFSET, segment);
            records.putInt(record, EventDescriptor.TYPE_OFFSET, type);
            records.putLong(record, EventDescriptor.JOB_OFFSET, job);
            records.putLong(record, EventDescriptor.ARGUMENT_OFFSET, argument);
        }
    }

    /**
     * Counts the events here.
     *
     * @return events
     */
    public long size() {
        return records.size();
    }

    /**
     * Counts the events that found the file full and were not kept in place of older ones.
     *
     * @return the newest events that are missing here
     */
    public long refused() {
        return records.refused() - replaced;
    }

    /**
     * Says that the disk was full before the file held the most that it may.
     *
     * @return one sentence with the folder, how many events are missing, and what helps; empty when it was not
     */
    public String warning() {
        return records.full().isEmpty() || ring ? "" : "the folder of the scratch file of events, " + Printable.line(records.folder())
            + ", took no more (" + Printable.line(records.full()) + "): trace.json lacks the last " + refused() + " of "
            + (size() + refused()) + " events, results.json and latency.hlog lack nothing; choose a folder with more space by --out";
    }

    long timeNs(final long record) {
        return records.longAt(record, EventDescriptor.TIME_OFFSET);
    }

    void replay(final long record, final EventHandler to) {
        to.onEvent(records.intAt(record, EventDescriptor.TYPE_OFFSET), timeNs(record),
            records.intAt(record, EventDescriptor.DEVICE_OFFSET), records.intAt(record, EventDescriptor.TASK_OFFSET),
            records.intAt(record, EventDescriptor.SEGMENT_OFFSET), records.longAt(record, EventDescriptor.JOB_OFFSET),
            records.longAt(record, EventDescriptor.ARGUMENT_OFFSET));
    }

    /**
     * Orders the events by time, those of one time as they came. Rings are drained one after the other, so the file's own
     * order is that of time within a device only.
     *
     * @param arena holds the order, and as much again while it is made: 4 bytes an event, off the heap
     * @return indices of records
     */
    MemorySegment order(final Arena arena) {
        final int count = Math.toIntExact(size());
        MemorySegment from = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, count));
        for (int i = 0; i < count; i++) {
            from.setAtIndex(ValueLayout.JAVA_INT, i, i);
        }
        MemorySegment to = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, count));
        for (long width = 1; width < count; width *= 2) {
            for (long begin = 0; begin < count; begin += 2 * width) {
                merge(from, to, (int) begin, (int) Math.min(begin + width, count), (int) Math.min(begin + 2 * width, count));
            }
            final MemorySegment swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private void merge(final MemorySegment from, final MemorySegment to, final int begin, final int middle, final int end) {
        if (middle == end || timeNs(at(from, middle - 1)) <= timeNs(at(from, middle))) {
            MemorySegment.copy(from, ValueLayout.JAVA_INT, (long) begin * Integer.BYTES, to, ValueLayout.JAVA_INT,
                (long) begin * Integer.BYTES, end - begin);
            return;
        }
        int left = begin;
        int right = middle;
        for (int i = begin; i < end; i++) {
            if (left < middle && (right == end || timeNs(at(from, left)) <= timeNs(at(from, right)))) {
                to.setAtIndex(ValueLayout.JAVA_INT, i, at(from, left++));
            } else {
                to.setAtIndex(ValueLayout.JAVA_INT, i, at(from, right++));
            }
        }
    }

    private static int at(final MemorySegment indices, final int index) {
        return indices.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    @Override
    public void close() {
        records.close();
    }
}
