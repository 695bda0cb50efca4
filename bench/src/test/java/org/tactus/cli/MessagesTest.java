// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.graph.ModelZoo;

/** One line each, with what is wrong, where, and what would be right. */
class MessagesTest extends CommandTest {
    private static final String SET = """
        tactus: 1
        name: s
        policy: fixed-priority
        overheads: none
        platform: {devices: [{name: d, kind: modelled}]}
        tasks:
          - {name: a, period: 20ms, segments: [{device: d, wcet: 1ms}]}
        """;

    @TempDir
    private Path folder;

    private String refused(final String... words) {
        err.getBuffer().setLength(0);
        assertEquals(2, tactus(words), () -> String.join(" ", words) + ": " + err);
        assertEquals(1, err.toString().lines().count(), err.toString());
        return err.toString().strip();
    }

    @Test
    void shouldNameFileAndFolderAndNoDraftWhenAFileCannotBeWritten() throws IOException {
        final String net = Files.write(folder.resolve("net.onnx"), ModelZoo.smallest().bytes()).toString();
        assertEquals("tactus: cannot write /proc/x.yaml: its folder takes no files: /proc", refused("init", net + ":1s", "--out",
            "/proc/x.yaml"));
        final String set = Files.writeString(folder.resolve("s.yaml"), SET).toString();
        final Path none = folder.resolve("none");
        assertEquals("tactus: cannot write " + none.resolve("x.yaml") + ": there is no such folder: " + none,
            refused("plan", set, "--with", "rt-swap", "--out", none.resolve("x.yaml").toString()));
    }

    @Test
    void shouldSayWhatIsWrongWithAFileThatIsReadBesideOthers() throws IOException {
        final String set = Files.writeString(folder.resolve("s.yaml"), SET).toString();
        final Path results = Files.writeString(folder.resolve("results.json"), "{");
        assertTrue(refused("report", folder.toString()).startsWith("tactus: " + results + ": not what a run"), err.toString());
        assertEquals("tactus: there is no such file or folder: nix.csv", refused("plan", set, "--with", "tau", "--round-trips", "nix.csv"));
    }

    @Test
    void shouldNameTheChoicesWhenAWordIsNone() throws IOException {
        final String set = Files.writeString(folder.resolve("s.yaml"), SET).toString();
        final String net = Files.write(folder.resolve("net.onnx"), ModelZoo.smallest().bytes()).toString();
        assertEquals("tactus: --assign: 'foo' is none; write one of rm, dm, opa; see tactus run --help",
            refused("run", set, "--assign", "foo"));
        assertTrue(refused("run", set, "--idle", "foo").startsWith("tactus: --idle: 'foo' is none; write one of "), err.toString());
        assertTrue(refused("plan", set, "--with", "foo").contains("'foo'; write one of lalarand, "), err.toString());
        assertTrue(refused("init", net + ":-5ms", "--out", folder.resolve("x.yaml").toString()).contains("'-5ms' is "));
        assertTrue(refused("init", net + ":9ms:abc", "--out", folder.resolve("x.yaml").toString()).contains("'abc' is "));
        assertTrue(refused("init", net, "--out", folder.resolve("x.yaml").toString()).contains("; write it such as detector.onnx:33ms"));
    }

    @Test
    void shouldLookAtTheOptionsBeforeTheSetWhenAPeerIsStarted() throws IOException {
        final String set = Files.writeString(folder.resolve("s.yaml"), SET).toString(); // serves nothing
        assertTrue(refused("serve-offers", set, "--listen", "foo").startsWith("tactus: --listen: 'foo' has no IPv4 address"));
        assertEquals("tactus: --payload 2MiB is out of range; give 1B to 1000KiB", refused("serve-offers", set, "--payload", "2MiB"));
    }

    @Test
    @Timeout(60)
    void shouldNameTheFolderOnceWhenItWasRemovedDuringTheRun() throws Exception {
        final String set = Files.writeString(folder.resolve("s.yaml"), SET).toString();
        final Path gone = folder.resolve("gone");
        final Thread remover = Thread.ofPlatform().start(() -> remove(gone));
        final PrintStream outBefore = System.out;
        final PrintStream errBefore = System.err;
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        final int status;
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        System.setErr(System.out);
        try {
            status = tactus("run", set, "--for", "2s", "--no-real-time", "--no-stat", "--out", gone.toString());
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
        remover.join();
        final String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(2, status, text);
        final List<String> lines = text.lines().filter(line -> line.contains(gone.toString())).toList();
        assertEquals(List.of("tactus: the folder " + gone + " for the results was removed meanwhile; choose another one by --out"), lines);
        assertFalse(text.contains("Files:"), text);
        assertTrue(text.contains("Measured: s"), "what was measured is printed");
    }

    /** Waits until the run has made its folder, and takes it away with all that is in it. */
    private static void remove(final Path gone) {
        try {
            while (!Files.exists(gone)) {
                Thread.sleep(5);
            }
            Thread.sleep(500); // its files of the moment have lost their names
            try (Stream<Path> files = Files.list(gone)) {
                for (final Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(gone);
        } catch (final IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
