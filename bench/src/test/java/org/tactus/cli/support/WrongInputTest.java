// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrongInputTest {
    @TempDir
    Path folder;

    @Test
    void shouldSayThatAFileIsInTheWayWhenAFolderIsMadeInItsPlace() throws IOException {
        final Path file = Files.createFile(folder.resolve("set.yaml"));
        final IOException thrown = assertThrows(IOException.class, () -> Files.createDirectories(file));
        assertEquals(Optional.of("tactus: something is there already, where a folder or a new file is needed: " + file),
            WrongInput.message(thrown));
        final IOException listed = assertThrows(IOException.class, () -> Files.newDirectoryStream(file).close());
        assertEquals(Optional.of("tactus: it is a file, where a folder is needed: " + file), WrongInput.message(listed));
    }

    /** Made by hand, since a test that runs as root has every permission. */
    @Test
    void shouldSayThatAPermissionIsMissingWhenTheSystemNamesThePathAlone() {
        final IOException denied = new AccessDeniedException("/home/other/out");
        final Optional<String> said = Optional.of("tactus: this user has no permission there; choose another place, or change who may read"
            + " and write: /home/other/out");
        assertEquals(said, WrongInput.message(denied));
        assertEquals(said, WrongInput.message(new UncheckedIOException(denied)));
    }

    @Test
    void shouldSayThatThereIsNoSuchFileWhenThereIsNone() {
        final Path file = folder.resolve("none.yaml");
        final IOException thrown = assertThrows(IOException.class, () -> Files.size(file));
        assertEquals(Optional.of("tactus: there is no such file or folder: " + file), WrongInput.message(thrown));
    }
}
