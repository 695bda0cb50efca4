// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordTest {
    /** The oracle is a shell. */
    @Test
    void shouldBeOneWordToAShellWhateverStandsInIt() throws IOException, InterruptedException {
        for (final String name : List.of(
            "set.yaml", "a b/it's.yaml", "$HOME", "a;b&c|d", "`x`", "\"q\"", "*", "~", "#n", "a\\b", "''", "ü")) {
            final Process shell = new ProcessBuilder("sh", "-c", "printf '%s|' " + ShellWord.of(Path.of(name)))
                .redirectErrorStream(true).start();
            final String read = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            shell.waitFor();
            assertEquals(name + "|", read);
        }
        assertEquals("out/set.yaml", ShellWord.of(Path.of("out/set.yaml")));
    }
}
