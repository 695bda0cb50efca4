// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.Main;

class MessageStreamTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream stream = MessageStream.of(out, StandardCharsets.UTF_8, 20);

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldBreakALineThatIsLongerThanTheTerminal() {
        stream.println("tactus: a sentence that is long, \u00fcber all");
        stream.printf("%s %d%n", "short", 7);
        assertEquals("tactus: a sentence\n  that is long, \u00fcber\n  all\nshort 7\n", written());
    }

    @Test
    void shouldWriteAtOnceWhatIsRewrittenInPlace() {
        stream.print("\rprofiling network:  10 %, about 9 s left");
        stream.flush();
        assertEquals("\rprofiling network:  10 %, about 9 s left", written());
        stream.print("\r" + " ".repeat(40) + "\r");
        stream.flush();
        stream.println("done with all of it, as you see");
        assertTrue(written().endsWith("\rdone with all of it, as you see\n")
            || written().endsWith("\rdone with all of it,\n  as you see\n"),
            written());
    }

    @Test
    void shouldLeaveATraceAsItIs() {
        stream.println("\tat org.tactus.cli.Main.main(Main.java:1) of some length");
        assertEquals("\tat org.tactus.cli.Main.main(Main.java:1) of some length\n", written());
    }

    @Test
    void shouldTellATerminalFromFilesAndPipes(@TempDir final Path folder) throws IOException {
        assertFalse(MessageStream.isTerminal(Files.createSymbolicLink(folder.resolve("a"), Path.of("/dev/null"))));
        assertFalse(MessageStream.isTerminal(folder.resolve("none")));
        assertTrue(MessageStream.isTerminal(Files.createSymbolicLink(folder.resolve("b"), Path.of("/dev/pts/7"))));
    }

    /** The refusal of a file that is not there, whose sentence is longer than 40 columns. */
    private static List<String> said(final boolean terminal) throws IOException, InterruptedException {
        final String command = String.join(" ", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-cp",
            System.getProperty("java.class.path"), Main.class.getName(), "plan", "x", "--with", "nothing-of-what-there-is");
        final ProcessBuilder builder = terminal ? new ProcessBuilder("script", "-q", "-e", "-c", command, "/dev/null")
            : new ProcessBuilder("sh", "-c", command);
        builder.environment().put("COLUMNS", "80");
        final Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), text);
        assertEquals(2, process.exitValue(), text);
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    @Test
    void shouldKeepAMessageInOneLineUnlessATerminalShowsIt() throws IOException, InterruptedException {
        final List<String> piped = said(false);
        assertEquals(1, piped.size(), piped.toString());
        assertTrue(piped.getFirst().length() > 80, piped.toString());
        Assumptions.assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "script"))));
        final List<String> shown = said(true);
        assertTrue(shown.size() > 1 && shown.stream().allMatch(line -> line.length() <= 80), shown.toString());
        assertEquals(piped.getFirst(), String.join(" ", shown));
    }
}
