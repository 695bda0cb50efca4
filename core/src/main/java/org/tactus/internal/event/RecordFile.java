package org.tactus.internal.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An append-only file of records of one length, mapped in chunks, so that a long run needs neither Java heap nor direct
 * memory. Written and read by one thread at a time; never by a dispatcher, since writeback may stall the writer. The file is
 * scratch: it is deleted when this is closed.
 */
final class RecordFile implements AutoCloseable {
    private static final int CHUNK_RECORDS = 1 << 16;

    private final Path path;
    private final FileChannel channel;
    private final Arena arena = Arena.ofShared();
    private final int recordBytes;
    private final long maxRecords;
    private final MemorySegment[] chunks;
    private long size;
    private long refused;

    /** Makes an empty file in a folder; a record is a multiple of 4 bytes. */
    RecordFile(final Path folder, final String prefix, final int recordBytes, final long maxRecords) {
        this.recordBytes = recordBytes;
        this.maxRecords = maxRecords;
        this.chunks = new MemorySegment[Math.toIntExact((maxRecords + CHUNK_RECORDS - 1) / CHUNK_RECORDS)];
        try {
            this.path = Files.createTempFile(folder, prefix, ".tmp");
            this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot make a scratch file in " + folder + "; choose a folder that can be written", e);
        }
    }

    /** Makes room for a record and returns its index, or -1 when the file holds the most that it may. */
    long append() {
        if (size == maxRecords) {
            refused++;
            return -1;
        }
        final int chunk = (int) (size / CHUNK_RECORDS);
        if (chunks[chunk] == null) {
            final long chunkBytes = (long) CHUNK_RECORDS * recordBytes;
            try {
                chunks[chunk] = channel.map(FileChannel.MapMode.READ_WRITE, chunk * chunkBytes, chunkBytes, arena);
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot grow " + path + " by " + chunkBytes + " bytes; is the disk full?", e);
            }
        }
        return size++;
    }

    long size() {
        return size;
    }

    /** Records that found the file full. */
    long refused() {
        return refused;
    }

    void putLong(final long record, final int offset, final long value) {
        chunks[(int) (record / CHUNK_RECORDS)].set(ValueLayout.JAVA_LONG_UNALIGNED, at(record, offset), value);
    }

    long longAt(final long record, final int offset) {
        return chunks[(int) (record / CHUNK_RECORDS)].get(ValueLayout.JAVA_LONG_UNALIGNED, at(record, offset));
    }

    void putInt(final long record, final int offset, final int value) {
        chunks[(int) (record / CHUNK_RECORDS)].set(ValueLayout.JAVA_INT_UNALIGNED, at(record, offset), value);
    }

    int intAt(final long record, final int offset) {
        return chunks[(int) (record / CHUNK_RECORDS)].get(ValueLayout.JAVA_INT_UNALIGNED, at(record, offset));
    }

    private long at(final long record, final int offset) {
        return record % CHUNK_RECORDS * recordBytes + offset;
    }

    @Override
    public void close() {
        arena.close();
        try {
            channel.close();
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot delete the scratch file " + path, e);
        }
    }
}
