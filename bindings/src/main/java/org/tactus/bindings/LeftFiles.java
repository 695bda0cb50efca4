// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Files that killed processes left. Who writes a file under a temporary name holds a lock on it; the system takes the lock away when the
 * process ends, however it ends. So a file of such a name without a lock is nobody's.
 */
public final class LeftFiles {
    /** A file that was just made may not be locked yet. */
    private static final long FRESH_MS = 1_000;

    private LeftFiles() {
    }

    /**
     * Locks a file while its channel is open. Optional: on a file system without locks a file that is left stays.
     *
     * @param channel of the file, open for writing; closing any channel of that file in this process gives the lock back
     */
    public static void hold(final FileChannel channel) {
        try {
            channel.tryLock();
        } catch (final IOException e) {
            return;
        }
    }

    /**
     * Removes the files in a folder that no process holds.
     *
     * @param folder where; it need not exist
     * @param glob   their names
     * @param own    how the names of this process's own files begin, such as with its number; those are left alone, since opening and
     *               closing one would give its lock back
     * @return how many were removed
     */
    public static int remove(final Path folder, final String glob, final String own) {
        int removed = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            for (final Path file : files) {
                removed += !file.getFileName().toString().startsWith(own) && isLeft(file) && Files.deleteIfExists(file) ? 1 : 0;
            }
        } catch (final IOException | DirectoryIteratorException e) {
            return removed; // no such folder, or another user's files: not ours to remove
        }
        return removed;
    }

    private static boolean isLeft(final Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) // opening a pipe would wait
            || Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toMillis() > System.currentTimeMillis() - FRESH_MS) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (final IOException | OverlappingFileLockException e) {
            return false; // without an answer it is another's; or this process holds it
        }
    }
}
