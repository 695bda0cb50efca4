// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtefactLibraryTest {
    @TempDir
    private Path folder;
    private final byte[] library = new byte[300_000];
    private URL resource;

    @BeforeEach
    void makeArtefact() throws IOException {
        new Random(1).nextBytes(library);
        final Path jar = folder.resolve("thing-1.0.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("native/libthing.so"));
            out.write(library);
            out.closeEntry();
        }
        resource = URI.create("jar:" + jar.toUri() + "!/native/libthing.so").toURL();
    }

    private Path extract() throws IOException {
        final String before = System.getProperty(ArtefactLibrary.CACHE_PROPERTY);
        System.setProperty(ArtefactLibrary.CACHE_PROPERTY, folder.resolve("cache").toString());
        try {
            return ArtefactLibrary.extract(resource, "thing", "linux-x64");
        } finally {
            if (before == null) {
                System.clearProperty(ArtefactLibrary.CACHE_PROPERTY);
            } else {
                System.setProperty(ArtefactLibrary.CACHE_PROPERTY, before);
            }
        }
    }

    @Test
    void shouldRemoveTheHalfFileWhenAProcessWasKilledThatTookItOut() throws IOException {
        final Path cache = folder.resolve("cache");
        final Path left = Files.createDirectories(cache.resolve("thing-1.0-linux-x64")).resolve("1-libthing.so42.part");
        for (final boolean byExtracting : new boolean[] {true, false}) {
            Files.write(left, new byte[1000]);
            Files.setLastModifiedTime(left, FileTime.fromMillis(0));
            if (byExtracting) {
                extract();
            } else {
                assertEquals(1, ArtefactLibrary.removeLeft(cache));
            }
            assertFalse(Files.exists(left));
        }
        assertEquals(0, ArtefactLibrary.removeLeft(cache.resolve("nowhere")));
    }

    @Test
    void shouldLeaveTheFileWhenItHasTheBytesOfTheArtefact() throws IOException {
        final Path file = extract();
        assertArrayEquals(library, Files.readAllBytes(file));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertEquals(file, extract());
        assertEquals(1_000_000, Files.getLastModifiedTime(file).toMillis());
    }

    @Test
    void shouldWriteTheFileAnewWhenItHasOtherBytesOfTheSameLength() throws IOException {
        for (final String damage : new String[] {"zeros in the middle", "all zeros", "one bit", "short", "long", "empty"}) {
            final Path file = extract();
            final byte[] bad = switch (damage) {
                case "short" -> Arrays.copyOf(library, 1000);
                case "long" -> Arrays.copyOf(library, library.length + 1);
                case "empty" -> new byte[0];
                case "all zeros" -> new byte[library.length];
                default -> library.clone();
            };
            if (damage.equals("one bit")) {
                bad[library.length / 2] ^= 1;
            } else if (damage.equals("zeros in the middle")) {
                Arrays.fill(bad, 100_000, 200_000, (byte) 0);
            }
            Files.write(file, bad);
            assertArrayEquals(library, Files.readAllBytes(extract()), damage);
        }
    }

    @Test
    void shouldTellWhatWouldMendItWhenTheFolderCannotBeMade() throws IOException {
        Files.writeString(folder.resolve("cache"), "a file where the folder should be");
        final IOException error = assertThrows(IOException.class, this::extract);
        assertTrue(error.getMessage().contains("libthing.so") && error.getMessage().contains("XDG_CACHE_HOME")
            && error.getMessage().contains("-Dtactus.cache=DIR"), error.getMessage());
        assertFalse(error.getMessage().contains("\n"));
    }

    @Test
    void shouldTakeTheFirstPlaceThatIsNamedAndCanBeMade() throws IOException {
        final Path temporary = Files.createDirectories(folder.resolve("tmp"));
        final Path home = Files.createDirectories(folder.resolve("home"));
        assertEquals(Path.of("/given"), ArtefactLibrary.cache("/given", "/xdg", home.toString(), temporary));
        assertEquals(Path.of("/xdg/tactus"), ArtefactLibrary.cache(null, "/xdg", home.toString(), temporary));
        final Path usual = home.resolve(".cache/tactus");
        assertEquals(usual, ArtefactLibrary.cache(null, null, home.toString(), temporary));
        assertEquals(usual, ArtefactLibrary.cache(null, "", home.toString(), temporary));
        assertEquals(usual, ArtefactLibrary.cache(null, "relative", home.toString(), temporary));
    }

    @Test
    void shouldUseAFolderOfTheUsersOwnWhenThereIsNoHome() throws IOException {
        final Path temporary = Files.createDirectories(folder.resolve("tmp"));
        final Path file = Files.writeString(folder.resolve("file"), "");
        for (final String home : new String[] {"?", "", "relative", file.toString(), null}) {
            final Path own = ArtefactLibrary.cache(null, null, home, temporary);
            assertEquals(temporary, own.getParent(), String.valueOf(home));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
        }
    }

    @Test
    void shouldNotTrustAFolderThatOthersMayWriteToOrALink() throws IOException {
        final Path temporary = Files.createDirectories(folder.resolve("tmp"));
        final Path own = ArtefactLibrary.cache(null, null, "?", temporary);
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
        final IOException open = assertThrows(IOException.class, () -> ArtefactLibrary.cache(null, null, "?", temporary));
        assertTrue(open.getMessage().contains("XDG_CACHE_HOME"), open.getMessage());
        Files.delete(own);
        Files.createSymbolicLink(own, Files.createDirectories(folder.resolve("elsewhere")));
        assertThrows(IOException.class, () -> ArtefactLibrary.cache(null, null, "?", temporary));
    }
}
