// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;

class ScratchFolderTest {
    private static Path left(final String name) throws IOException {
        final Path folder = Files.createTempDirectory(name);
        Files.writeString(Files.createDirectories(folder.resolve("deep")).resolve("file"), "half");
        final Path held = Files.createFile(folder.resolve(".held"));
        Files.setLastModifiedTime(held, FileTime.fromMillis(0));
        return folder;
    }

    @Test
    void shouldGoWithAllThatIsInItWhenItIsClosed() throws IOException {
        final Path path;
        try (ScratchFolder scratch = ScratchFolder.make()) {
            path = scratch.path();
            Files.writeString(Files.createDirectories(path.resolve("deep")).resolve("file"), "text");
            try (ScratchFolder other = ScratchFolder.make()) {
                assertTrue(Files.isDirectory(path) && Files.isDirectory(other.path()), "neither takes the other for left");
            }
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldRemoveWhatAKilledProcessLeftAndNothingElse() throws IOException {
        final Path left = left("tactus-scratch-1-");
        final Path mine = left("mine-");
        try (ScratchFolder scratch = ScratchFolder.make()) {
            assertFalse(Files.exists(left));
            assertTrue(Files.exists(mine));
            assertTrue(Files.exists(scratch.path()));
        } finally {
            Files.delete(mine.resolve("deep/file"));
            Files.delete(mine.resolve("deep"));
            Files.delete(mine.resolve(".held"));
            Files.delete(mine);
        }
    }
}
