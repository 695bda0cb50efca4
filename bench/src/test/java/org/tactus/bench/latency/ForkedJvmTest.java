// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** With real processes: a JVM ends only once. */
class ForkedJvmTest {
    private static final int PATIENCE_S = 60;

    /** A process that starts one, says its number, and waits for it. */
    static final class Parent {
        private Parent() {
        }

        /**
         * Starts {@code sleep}.
         *
         * @param ignored nothing
         * @throws IOException          when there is no such program
         * @throws InterruptedException when interrupted
         */
        public static void main(final String[] ignored) throws IOException, InterruptedException {
            final Process sleep = ForkedJvm.start(new ProcessBuilder("sleep", "3600"));
            System.out.println(sleep.pid());
            sleep.waitFor();
        }
    }

    @Test
    void shouldEndWhatItStartedWhenItIsToldToEnd() throws Exception {
        final Process parent = new ProcessBuilder(List.of(ProcessHandle.current().info().command().orElseThrow(), "-cp",
            System.getProperty("java.class.path"), Parent.class.getName())).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader said = parent.inputReader()) {
            final ProcessHandle sleep = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            parent.destroy();
            assertTrue(parent.waitFor(PATIENCE_S, TimeUnit.SECONDS));
            try {
                sleep.onExit().get(PATIENCE_S, TimeUnit.SECONDS);
            } finally {
                sleep.destroyForcibly();
            }
        }
    }
}
