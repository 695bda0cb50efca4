// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.bench.latency.ForkedJvm;

class MainTest {
    @Test
    void shouldStartTheCommandLineWhenAScriptNamesItsFirstClass() throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(ForkedJvm.command(List.of("-XX:+UseSerialGC"), "--version"));
        command.set(command.indexOf("org.tactus.cli.Main"), Main.class.getName());
        final List<String> lines = ForkedJvm.lines(command);
        assertTrue(lines.size() == 1 && lines.getFirst().startsWith("tactus "), () -> "it said " + lines);
    }
}
