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
import org.tactus.bindings.LeftFiles;

/**
 * Memory that a process shares with its child: a file on tmpfs with a name that cannot be known before, which is made anew and which its
 * user alone may open. It has its name only until both have mapped it, and while it has one the parent holds a lock on it: what a process
 * leaves that is killed meanwhile is known by that, and the next one removes it.
 *
 * @param path   where it is until {@link #forgetName}
 * @param memory as this process has mapped it
 * @param held   open until {@link #forgetName}
 */
record SharedMemory(Path path, MemorySegment memory, FileChannel held) {
    private static final String PREFIX = "tactus-";
    private static final String SUFFIX = ".child";
    private static final String OWN = PREFIX + ProcessHandle.current().pid() + '-';
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
        removeLeft();
        while (true) {
            final Path path = folder().resolve(OWN + Long.toHexString(RANDOM.nextLong()) + SUFFIX);
            final FileChannel channel;
            try {
                channel = FileChannel.open(path,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWN_USER)));
            } catch (final FileAlreadyExistsException e) {
                continue; // another name
            }
            try {
                path.toFile().deleteOnExit(); // where a signal ends the process meanwhile
                LeftFiles.hold(channel);
                reserve(channel, bytes);
                return new SharedMemory(path, channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena), channel);
            } catch (final IOException | RuntimeException | Error e) {
                channel.close();
                Files.deleteIfExists(path);
                throw e;
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
        held.close();
    }

    /** Removes what processes left that were killed before they forgot a name; returns how many files. */
    static int removeLeft() {
        return LeftFiles.remove(folder(), PREFIX + '*' + SUFFIX, OWN);
    }
}
