// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/**
 * Memory that a process shares with its child: a file on tmpfs with a name that cannot be known before, which is made anew and which its
 * user alone may open. It has its name only until both have mapped it, so that nothing is left of it however the two end.
 *
 * @param path   where it is until {@link #forgetName}
 * @param memory as this process has mapped it
 */
record SharedMemory(Path path, MemorySegment memory) {
    private static final String PREFIX = "tactus-";
    private static final String SUFFIX = ".child";
    private static final String OWN_USER = "rw-------";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int STEP_BYTES = 1 << 16;

    /** Where such files lie. */
    static Path folder() {
        final Path tmpfs = Path.of("/dev", "shm");
        return Files.isWritable(tmpfs) ? tmpfs : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Makes zeroed memory. Parent. */
    static SharedMemory make(final long bytes, final Arena arena) throws IOException {
        while (true) {
            final Path path = folder().resolve(PREFIX + ProcessHandle.current().pid() + '-' + Long.toHexString(RANDOM.nextLong()) + SUFFIX);
            try (FileChannel channel = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWN_USER)))) {
                try {
                    reserve(channel, bytes);
                    return new SharedMemory(path, channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena));
                } catch (final IOException | RuntimeException | Error e) {
                    Files.deleteIfExists(path);
                    throw e;
                }
            } catch (final FileAlreadyExistsException e) {
                continue; // another name
            }
        }
    }

    /** Maps what the parent has made. Child. */
    static MemorySegment map(final Path path, final Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
        }
    }

    /** Writes every page, so that a full tmpfs is an exception here and not a bus error on a dispatcher later. */
    private static void reserve(final FileChannel channel, final long bytes) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(STEP_BYTES);
        for (long done = 0; done < bytes;) {
            zeros.clear().limit((int) Math.min(STEP_BYTES, bytes - done));
            done += channel.write(zeros);
        }
    }

    /** Takes the file's name away; the memory stays as long as it is mapped. Parent. */
    void forgetName() throws IOException {
        Files.deleteIfExists(path);
    }
}
