// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.lifecycle.Undo;

/**
 * The constants of one region in a file, where the host's memory is scarce: written once through a mapping, then read chunk by chunk past
 * the page cache where the file system can ({@code O_DIRECT}), so that a read costs the same whenever it comes. The file has no name any
 * more when the constructor returns, so nothing is left behind. Control thread, {@link #read} by the reader's thread.
 */
public class ChunkFile implements AutoCloseable {
    private final ChunkReader reader;
    private final long chunkBytes;
    private final FileChannel written;
    private FileChannel direct;
    private final Arena arena = Arena.ofShared();
    private MemorySegment view;
    private boolean isDirect;

    /**
     * Makes a file of zeros.
     *
     * @param reader     reads it
     * @param folder     where it takes its room
     * @param chunkBytes size of a chunk
     * @param chunks     how many, above 0
     * @throws UncheckedIOException when there is no room, or the folder cannot be written
     */
    public ChunkFile(final ChunkReader reader, final Path folder, final long chunkBytes, final int chunks) {
        this.reader = reader;
        this.chunkBytes = chunkBytes;
        final Undo made = new Undo();
        made.add(this::closeView);
        try {
            written = WholeFile.scratch(folder, path -> {
                final FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                made.add(() -> closeQuietly(channel));
                direct = openDirect(path);
                made.add(() -> closeQuietly(direct));
                return channel;
            });
            final ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(chunkBytes, 1 << 20));
            for (long at = 0; at < chunks * chunkBytes;) { // written, not only promised: a mapping of a full disk breaks the process
                zeros.clear().limit((int) Math.min(zeros.capacity(), chunks * chunkBytes - at));
                at += written.write(zeros, at);
            }
            view = written.map(FileChannel.MapMode.READ_WRITE, 0, chunks * chunkBytes, arena);
        } catch (final IOException e) {
            made.run(e);
            throw new UncheckedIOException("weights cannot be kept in a file in '" + folder + "': " + e.getMessage(), e);
        } catch (final RuntimeException | Error e) { // such as no memory for the mapping; an open channel would keep the disk's room
            made.run(e);
            throw e;
        }
    }

    private FileChannel openDirect(final Path path) throws IOException {
        final Optional<OpenOption> option = directOption();
        if (option.isPresent()) {
            try {
                final FileChannel past = FileChannel.open(path, StandardOpenOption.READ, option.get());
                isDirect = true;
                return past;
            } catch (final IOException | UnsupportedOperationException e) {
                // a file system without direct reads
            }
        }
        return FileChannel.open(path, StandardOpenOption.READ);
    }

    /** The JDK's option for {@code O_DIRECT}, which is its own and no part of the platform; found by name, so that none is needed. */
    private static Optional<OpenOption> directOption() {
        try {
            return Arrays.stream(Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
                .filter(option -> option.toString().equals("DIRECT")).map(OpenOption.class::cast).findFirst();
        } catch (final ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    private static void closeQuietly(final FileChannel channel) {
        try {
            channel.close();
        } catch (final IOException e) {
            // the file has no name and ends with its channel
        }
    }

    /**
     * Tells whether reads go past the page cache.
     *
     * @return false where the file system cannot, so that a read may be fast once and slow later
     */
    public boolean isDirect() {
        return isDirect;
    }

    /** What writes chunks into the file, until it is sealed. */
    MemorySegment view() {
        return view;
    }

    /** Writes through what was written, and unmaps it. */
    void seal() {
        if (arena.scope().isAlive()) {
            try {
                view.force();
                written.force(true); // what is read past the page cache must be on the disk
            } catch (final IOException e) {
                throw new UncheckedIOException("weights were not written: " + e.getMessage(), e);
            } finally {
                arena.close();
            }
        }
    }

    /** Who reads this file. */
    ChunkReader reader() {
        return reader;
    }

    /** Reads one chunk; the buffer is aligned to what the file system asks of direct reads. */
    void read(final int chunk, final ByteBuffer into) throws IOException {
        into.clear();
        while (into.hasRemaining()) {
            if (direct.read(into, chunk * chunkBytes + into.position()) < 0) {
                throw new EOFException("the file of the weights ends before chunk " + chunk);
            }
        }
    }

    private void closeView() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @Override
    public void close() {
        closeView();
        closeQuietly(direct);
        closeQuietly(written);
    }
}
