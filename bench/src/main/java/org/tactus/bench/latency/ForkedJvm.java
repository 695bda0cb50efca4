// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tactus.cli.Main;

/** Other processes of a benchmark, of this command line mostly: they end when this one does. Any thread. */
public final class ForkedJvm {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        // A signal to this process alone does not reach those that it started.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy), "tactus-forked-end"));
    }

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
     * Starts a process that is ended when this one is.
     *
     * @param builder what to start
     * @return the process
     * @throws IOException when it cannot be started
     */
    public static Process start(final ProcessBuilder builder) throws IOException {
        final Process process = builder.start();
        RUNNING.add(process);
        process.onExit().thenAccept(RUNNING::remove);
        return process;
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
        final Process process = start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
        try (BufferedReader reader = process.inputReader()) {
            final List<String> lines = reader.readAllLines();
            process.waitFor();
            return lines;
        }
    }
}
