// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
    @TempDir
    private Path place;

    @Test
    void shouldRemoveWhatItMadeAndNothingElseWhenItIsEmpty() throws IOException {
        final Path there = Files.createDirectories(place.resolve("there"));
        OutputFolder.make(there);
        OutputFolder.make(there.resolve("a/b"));
        OutputFolder.make(place.resolve("full/inner"));
        Files.writeString(place.resolve("full/result"), "kept");
        OutputFolder.removeEmpty();
        assertTrue(Files.isDirectory(there));
        assertFalse(Files.exists(there.resolve("a")));
        assertTrue(Files.exists(place.resolve("full/result")));
        assertFalse(Files.exists(place.resolve("full/inner")));
    }

    @Test
    void shouldRemoveTheOuterFolderWhenTheInnerOneCouldNotBeMade() throws IOException {
        final Path outer = place.resolve("outer");
        final Path tooLong = outer.resolve("n".repeat(300));
        assertThrows(IOException.class, () -> OutputFolder.make(tooLong));
        OutputFolder.removeEmpty();
        assertFalse(Files.exists(outer));
    }

    @Test
    void shouldLeaveAFileThatTookTheFoldersName() throws IOException {
        final Path name = OutputFolder.make(place.resolve("name"));
        Files.delete(name);
        Files.writeString(name, "somebody's");
        OutputFolder.removeEmpty();
        assertTrue(Files.isRegularFile(name));
    }
}
