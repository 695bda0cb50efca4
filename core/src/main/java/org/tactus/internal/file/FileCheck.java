// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.tactus.internal.text.Printable;

/**
 * Asks what a file is before it is opened: opening a pipe waits for its other end, and a link may lead anywhere. In a folder where
 * only owners remove files, such as {@code /tmp} and {@code /dev/shm}, the answer for a file of one's own stays true.
 */
public final class FileCheck {
    private static final Path SELF = Path.of("/proc/self");

    private FileCheck() {
    }

    /**
     * Why a path cannot be read as a file.
     *
     * @param file a path that is no regular file, links followed
     * @return words behind the path's name
     */
    public static String absence(final Path file) {
        return Files.isDirectory(file) ? "this is a folder" : Files.exists(file) ? "this is a pipe or a device" : "no such file";
    }

    /**
     * Refuses what is no regular file; symbolic links are not followed.
     *
     * @param file the file
     * @throws IOException with its name and what it is instead
     */
    public static void requireRegular(final Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(Printable.line(file) + ": there is no such file");
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(Printable.line(file) + ": it is " + (Files.isSymbolicLink(file) ? "a symbolic link"
                : Files.isDirectory(file) ? "a folder" : "a pipe or a device") + ", not a regular file; name a regular file");
        }
    }

    /**
     * Tells whether a file belongs to the user that this process runs as. A symbolic link is asked about itself.
     *
     * @param file the file
     * @return false also when there is none
     */
    public static boolean isOwn(final Path file) {
        try {
            return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(Files.getAttribute(SELF, "unix:uid"));
        } catch (final IOException e) {
            return false;
        }
    }
}
