// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.text.Printable;

class WholeFileTest {
    @TempDir
    private Path folder;

    private static String mode(final Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldRemoveDraftsOfKilledProcessesAndSaySoWhenTheFirstFileIsWrittenBesideThem() throws IOException {
        final List<String> told = new ArrayList<>();
        WholeFile.tellRemoved((where, removed) -> told.add(removed + " in " + where));
        try {
            final Path left = Files.writeString(folder.resolve(".tactus-1-abc.tmp"), "half");
            Files.setLastModifiedTime(left, FileTime.fromMillis(0));
            WholeFile.write(folder.resolve("one"), "text");
            WholeFile.write(folder.resolve("two"), "text");
            assertEquals(List.of("one", "two"), names());
            assertEquals(List.of("1 in " + folder), told);
        } finally {
            WholeFile.tellRemoved((where, removed) -> { });
        }
    }

    @Test
    void shouldLeaveNothingBesideItWhenScratchIsOpen() throws IOException {
        try (FileChannel scratch = WholeFile.scratch(folder)) {
            assertEquals(List.of(), names());
            scratch.write(ByteBuffer.wrap(new byte[100]));
            assertEquals(100, scratch.size());
        }
    }

    @Test
    void shouldHaveWhatTheUmaskLeavesWhenItIsNew() throws IOException {
        final Path plain = Files.createFile(folder.resolve("plain"));
        WholeFile.write(folder.resolve("new"), "text");
        assertEquals(mode(plain), mode(folder.resolve("new")));
        assertEquals("text", Files.readString(folder.resolve("new")));
    }

    @Test
    void shouldKeepItsPermissionsWhenItIsReplaced() throws IOException {
        final Path file = Files.writeString(folder.resolve("shared"), "old");
        for (final String mode : List.of("rw-rw-r--", "rw-------", "rwxr-x---")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            WholeFile.write(file, mode);
            assertEquals(mode, mode(file));
            assertEquals(mode, Files.readString(file));
        }
    }

    @Test
    void shouldRewriteWhatALinkNamesWhenItIsALink() throws IOException {
        final Path file = Files.writeString(folder.resolve("shared"), "old");
        final Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("shared"));
        final Path chain = Files.createSymbolicLink(folder.resolve("chain"), link);
        WholeFile.write(chain, "new");
        assertTrue(Files.isSymbolicLink(link) && Files.isSymbolicLink(chain));
        assertEquals("new", Files.readString(file));
        final Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("made"));
        WholeFile.write(dangling, "there");
        assertTrue(Files.isSymbolicLink(dangling));
        assertEquals("there", Files.readString(folder.resolve("made")));
    }

    @Test
    void shouldLeaveTheOldFileAndNothingElseWhenWritingFails() throws IOException {
        final Path file = Files.writeString(folder.resolve("f"), "old");
        final IOException failure = assertThrows(IOException.class, () -> WholeFile.write(file, out -> {
            out.write("half".getBytes(StandardCharsets.UTF_8));
            throw new IOException("No space left on device");
        }));
        assertEquals("cannot write " + file + ": No space left on device", failure.getMessage());
        assertThrows(IllegalStateException.class, () -> WholeFile.write(folder.resolve("g"), out -> {
            throw new IllegalStateException("a defect");
        }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("f"), names());
    }

    @Test
    void shouldSayWhatIsWrongBeforeAnythingIsWritten() throws IOException {
        final Path directory = Files.createDirectory(folder.resolve("results.json"));
        assertTrue(assertThrows(IOException.class, () -> WholeFile.requireWritable(directory)).getMessage().contains("it is a folder"));
        assertTrue(assertThrows(IOException.class, () -> WholeFile.write(directory, "x")).getMessage().contains("it is a folder"));
        assertThrows(IOException.class, () -> WholeFile.requireWritable(folder.resolve("missing").resolve("f")));
        final Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        assertTrue(assertThrows(IOException.class, () -> WholeFile.write(circle, "x")).getMessage().contains("circle"));
        WholeFile.requireWritable(folder.resolve("f"));
        assertEquals(List.of("circle", "results.json"), names());
    }

    @Test
    @Timeout(20)
    void shouldWriteThroughWhenItIsADevice() throws IOException {
        WholeFile.write(Path.of("/dev/null"), "x");
        assertTrue(Files.exists(Path.of("/dev/null"), LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(Path.of("/dev/null")));
        assertTrue(assertThrows(IOException.class, () -> WholeFile.write(Path.of("/dev/full"), "x")).getMessage()
            .contains("No space left on device"));
    }

    @Test
    void shouldShowNoControlCharactersWhenANameHoldsSome() {
        final Path odd = folder.resolve("missing").resolve("a\nb\033[2J\u202e");
        final String message = assertThrows(IOException.class, () -> WholeFile.write(odd, "x")).getMessage();
        assertTrue(message.contains("a?b?[2J?"), message);
        assertTrue(message.chars().noneMatch(c -> c < ' '), message);
        assertEquals("a\nb?", Printable.lines("a\nb\007"));
    }
}
