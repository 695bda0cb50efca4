// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads are found by their names, and nobody is stopped for it. */
@Timeout(60)
class LiveThreadsTest {
    /** Looks for threads in a JVM of its own, with or without stacks. */
    public static final class Looking {
        private Looking() {
        }

        /** Prints how many threads are called main. */
        public static void main(final String... words) {
            System.out.println("found " + (words[0].equals("names") ? LiveThreads.named("main").size()
                : Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("main")).count()));
        }
    }

    private static String look(final String how) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xlog:safepoint:stdout", "-cp", System.getProperty("java.class.path"), Looking.class.getName(), how)
            .redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.contains("found 1"), said);
        return said;
    }

    @Test
    void shouldStopNobodyWhenThreadsAreLookedFor() throws IOException, InterruptedException {
        assertFalse(look("names").contains("ThreadDump"));
        assertTrue(look("stacks").contains("ThreadDump"), "the log would show a pause");
    }

    @Test
    void shouldFindEachThreadOfTheNameWhenThereAreMany() throws InterruptedException {
        final CountDownLatch end = new CountDownLatch(1);
        final List<Thread> all = IntStream.range(0, 40).mapToObj(i -> Thread.ofPlatform().name("looked-for-" + i).start(() -> {
            try {
                end.await();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        })).toList();
        assertEquals(40, LiveThreads.named("looked-for-").size());
        end.countDown();
        for (final Thread thread : all) {
            thread.join();
        }
        assertEquals(0, LiveThreads.named("looked-for-").size());
    }
}
