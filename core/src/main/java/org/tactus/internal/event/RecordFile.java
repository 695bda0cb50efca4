// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.Printable;

/**
 * An append-only file of records of one length, mapped in chunks, so that a long run needs neither Java heap nor direct
 * memory. Written and read by one thread at a time; never by a dispatcher, since writeback may stall the writer.
 *
 * <p>The file is scratch: nothing is left of it however the process ends. A chunk's space is reserved by writing to it before it is
 * mapped, so that a full disk is an error here, which ends the growth of this file, and not a fault at a later store to memory.
 */
public final class RecordFile implements AutoCloseable {
    /** Small, so that a little space takes a few records, and what is left of it the results. */
    private static final int CHUNK_RECORDS = 1 << 13;
    private static final int RESERVE_BYTES = 1 << 16;

    private final Path folder;
    private final FileChannel channel;
    private final Arena arena = Arena.ofShared();
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(RESERVE_BYTES);
    private final int recordBytes;
    private final long maxRecords;
    private final MemorySegment[] chunks;
    private String full = "";
    private long size;
    private long refused;

    /** Makes an empty file in a folder; a record is a multiple of 4 bytes. */
    public RecordFile(final Path folder, final int recordBytes, final long maxRecords) {
        this.folder = folder;
        this.recordBytes = recordBytes;
        this.maxRecords = maxRecords;
        this.chunks = new MemorySegment[Math.toIntExact((maxRecords + CHUNK_RECORDS - 1) / CHUNK_RECORDS)];
        try {
            this.channel = WholeFile.scratch(folder);
        } catch (final IOException e) {
            throw new UncheckedIOException(
                "cannot make a scratch file in " + Printable.line(folder) + "; choose a folder that can be written", e);
        }
    }

    /** Makes room for a record and returns its index, or -1 when the file holds the most that it may, or that its disk takes. */
    public long append() {
        if (size == maxRecords || !full.isEmpty()) {
            refused++;
            return -1;
        }
        final int chunk = (int) (size / CHUNK_RECORDS);
        if (chunks[chunk] == null && !grow(chunk)) {
            refused++;
            return -1;
        }
        return size++;
    }

    private boolean grow(final int chunk) {
        final long chunkBytes = (long) CHUNK_RECORDS * recordBytes;
        final long at = chunk * chunkBytes;
        try {
            for (long done = 0; done < chunkBytes;) {
                zeros.clear().limit((int) Math.min(RESERVE_BYTES, chunkBytes - done));
                done += channel.write(zeros, at + done);
            }
            chunks[chunk] = channel.map(FileChannel.MapMode.READ_WRITE, at, chunkBytes, arena);
            return true;
        } catch (final IOException e) {
            full = e.getMessage() == null ? e.toString() : e.getMessage();
            giveBack(at);
            return false;
        }
    }

    /** Leaves to the results what a chunk has taken in vain. */
    private void giveBack(final long bytes) {
        try {
            channel.truncate(bytes);
        } catch (final IOException e) {
            full += "; " + e.getMessage();
        }
    }

    /** Why the file stopped growing before it held the most that it may: what the system said; empty when it did not. */
    public String full() {
        return full;
    }

    public Path folder() {
        return folder;
    }

    public long size() {
        return size;
    }

    /** Records that found the file full. */
    public long refused() {
        return refused;
    }

    public void putLong(final long record, final int offset, final long value) {
        chunks[(int) (record / CHUNK_RECORDS)].set(ValueLayout.JAVA_LONG_UNALIGNED, at(record, offset), value);
    }

    public long longAt(final long record, final int offset) {
        return chunks[(int) (record / CHUNK_RECORDS)].get(ValueLayout.JAVA_LONG_UNALIGNED, at(record, offset));
    }

    public void putInt(final long record, final int offset, final int value) {
        chunks[(int) (record / CHUNK_RECORDS)].set(ValueLayout.JAVA_INT_UNALIGNED, at(record, offset), value);
    }

    public int intAt(final long record, final int offset) {
        return chunks[(int) (record / CHUNK_RECORDS)].get(ValueLayout.JAVA_INT_UNALIGNED, at(record, offset));
    }

    private long at(final long record, final int offset) {
        return record % CHUNK_RECORDS * recordBytes + offset;
    }

    @Override
    public void close() {
        if (!arena.scope().isAlive()) {
            return; // closed before
        }
        arena.close();
        try {
            channel.close();
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot close a scratch file in " + Printable.line(folder), e);
        }
    }
}
