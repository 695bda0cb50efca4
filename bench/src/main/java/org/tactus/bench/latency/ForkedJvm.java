// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tactus.cli.Main;

/** Another process of this command line. */
public final class ForkedJvm {
    private ForkedJvm() {
    }

    /**
     * How to start a JVM like this one.
     *
     * @param jvmFlags beside those that Tactus needs
     * @param words    the command line
     * @return a command
     */
    public static List<String> command(final List<String> jvmFlags, final String... words) {
        final List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
            "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir")));
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(words));
        return command;
    }

    /**
     * Starts a process and waits for its end; its errors go where ours go.
     *
     * @param command how to start it
     * @return the lines that it printed
     * @throws IOException          when it cannot be started
     * @throws InterruptedException when interrupted
     */
    public static List<String> lines(final List<String> command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        final List<String> lines = new ArrayList<>();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        }
        process.waitFor();
        return lines;
    }
}
