// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;
import picocli.CommandLine;

class CompletionTest {
    @TempDir
    private Path folder;

    @Test
    @Timeout(60)
    void shouldCompleteCommandsAndOptionsWhenBashReadsTheScript() throws IOException, InterruptedException {
        final StringWriter out = new StringWriter();
        final CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
        assertEquals(ExitStatus.GOOD, line.execute("completion"));
        final Path script = Files.writeString(folder.resolve("completion.sh"), out.toString());
        assertEquals(List.of("analyze"), complete(script, "tactus anal"));
        assertEquals(List.of("--no-real-time", "--no-stat"), complete(script, "tactus run --no"));
    }

    /** What bash offers for the last word of a line. */
    private static List<String> complete(final Path script, final String line) throws IOException, InterruptedException {
        final String words = line.replace(" ", "' '");
        final String program = "compopt() { :; }; . '" + script + "'; COMP_WORDS=('" + words + "'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
            + " COMP_LINE='" + line + "'; COMP_POINT=${#COMP_LINE}; _complete_tactus; printf '%s\\n' \"${COMPREPLY[@]}\"";
        final Process bash = new ProcessBuilder("bash", "-c", program).redirectErrorStream(true).start();
        final String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(bash.waitFor(10, TimeUnit.SECONDS), printed);
        return printed.lines().map(String::strip).filter(word -> !word.isEmpty()).sorted().toList();
    }
}
