// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Folders that are made for files to come. A command makes its folder before its work, so that a place which takes no file is told at once;
 * when it is interrupted, refused or fails before it has written anything, the folder that it made goes, too. A folder that was there
 * before stays, and one that holds something. Any thread.
 */
public final class OutputFolder {
    private static final Set<Path> MADE = ConcurrentHashMap.newKeySet();

    private OutputFolder() {
    }

    /**
     * Makes a folder, and those above it that are missing. Once {@link WholeFile#settle} lets no file begin, this does not return.
     *
     * @param folder where; it may be there
     * @return the folder
     * @throws IOException when it cannot be made, such as where a file has its name
     */
    public static Path make(final Path folder) throws IOException {
        return WholeFile.whileWritesMayBegin(() -> {
            final Deque<Path> missing = new ArrayDeque<>();
            for (Path at = folder.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
                missing.add(at);
            }
            MADE.addAll(missing); // also where an inner one then cannot be made
            return Files.createDirectories(folder);
        });
    }

    /** Removes the folders that this process made and that are still empty, the inner ones first. Called when a command has ended. */
    public static void removeEmpty() {
        MADE.stream().sorted(Comparator.comparingInt(Path::getNameCount).reversed()).forEach(OutputFolder::removeIfEmpty);
        MADE.clear();
    }

    private static void removeIfEmpty(final Path folder) {
        try {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(folder);
            }
        } catch (final IOException e) {
            return; // it holds what it was made for, or somebody took the right to: an empty folder harms nobody
        }
    }
}
