// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.result.Stall;

class StallSourcesTest {
    private static final String STAT = "cpu  56020 0 11064 977496 1354 0 270 %d 0 0\ncpu0 27160 0 4639 491211 156 0 24 %d 0 0\n"
        + "cpu1 28859 0 6424 486285 1197 0 245 1795 0 0\nintr 1 2 3\n";
    private static final String SAFEPOINT = "[5254859797815ns] Safepoint \"G1CollectFull\", Time since last: 20340149 ns, "
        + "Reaching safepoint: 6081 ns, At safepoint: 10067910 ns, Leaving safepoint: 9447 ns, Total: 10083438 ns, "
        + "Threads: 0 runnable, 10 total";

    @TempDir
    private Path folder;

    @Test
    void shouldReadStealWhenACoreIsNamed() {
        final byte[] text = STAT.formatted(3419, 1624).getBytes(StandardCharsets.US_ASCII);
        assertEquals(3419, ProcText.stealTicks(text, text.length, -1));
        assertEquals(1624, ProcText.stealTicks(text, text.length, 0));
        assertEquals(1795, ProcText.stealTicks(text, text.length, 1));
        assertEquals(-1, ProcText.stealTicks(text, text.length, 2));
        assertEquals(-1, ProcText.stealTicks(text, 30, -1));
    }

    @Test
    void shouldReadRunDelayWhenSchedstatIsThere() {
        final byte[] text = "123456 98223 7\n".getBytes(StandardCharsets.US_ASCII);
        assertEquals(98223, ProcText.runDelayNs(text, text.length));
        assertEquals(-1, ProcText.runDelayNs(text, 0));
    }

    @Test
    void shouldLogStallsWhenAccountingGrows() throws IOException {
        final Path task = Files.createDirectories(folder.resolve("self/task/12"));
        Files.writeString(task.resolve("comm"), "tactus-cpu0\n");
        Files.writeString(task.resolve("schedstat"), "1 1000 1\n");
        Files.writeString(folder.resolve("stat"), STAT.formatted(10, 5));
        final StallLog log = new StallLog();
        try (SystemSampler sampler = new SystemSampler(log, 1000, 500_000, List.of(0), folder)) {
            assertEquals(List.of("steal", "run delay of tactus-cpu0"), sampler.sources());
            sampler.sample(2000);
            sampler.sample(3000);
            assertEquals(List.of(), log.stalls());
            Files.writeString(folder.resolve("stat"), STAT.formatted(12, 6));
            sampler.sample(4000);
            Files.writeString(task.resolve("schedstat"), "1 501000 1\n");
            sampler.sample(6000);
            assertEquals(1, sampler.stolenTicks());
        }
        assertEquals(List.of(new Stall(2000, 1000, "machine", "steal"), new Stall(3000, 2000, "tactus-cpu0", "run delay")), log.stalls());
        assertEquals(3000, Stall.totalNs(log.stalls()));
    }

    @Test
    void shouldWatchEveryCoreWhenTheMachineHasHundreds() throws IOException {
        final int cores = 768;
        Files.createDirectories(folder.resolve("self/task"));
        Files.writeString(folder.resolve("stat"), stat(cores, 100));
        final StallLog log = new StallLog();
        try (SystemSampler sampler = new SystemSampler(log, 0, 500_000, List.of(0, 111, cores - 1), folder)) {
            sampler.sample(1000);
            Files.writeString(folder.resolve("stat"), stat(cores, 107));
            sampler.sample(2000);
            assertEquals(3 * 7, sampler.stolenTicks());
            assertEquals(0, Allocation.bytes(() -> {
                for (int i = 0; i < 20; i++) {
                    sampler.sample(3000 + i);
                }
            }), "the buffer grew once");
        }
    }

    /** What proc(5) says that a machine of so many cores writes, with the long line of its interrupts. */
    private static String stat(final int cores, final int steal) {
        final StringBuilder text = new StringBuilder("cpu  56020 0 11064 977496 1354 0 270 ").append(cores * steal).append(" 0 0\n");
        for (int core = 0; core < cores; core++) {
            text.append("cpu").append(core).append(" 2716012 12 463912 491211345 15612 0 2412 ").append(steal).append(" 0 0\n");
        }
        return text.append("intr 94867451").append(" 0".repeat(20_000)).append("\nctxt 212\n").toString();
    }

    @Test
    void shouldSampleTheRealSystemWithoutAllocatingWhenNothingStalls() throws IOException {
        final StallLog log = new StallLog();
        try (SystemSampler sampler = new SystemSampler(log, 0, Long.MAX_VALUE, List.of())) {
            assertEquals(0, Allocation.bytes(() -> {
                for (int i = 0; i < 20; i++) {
                    sampler.sample(System.nanoTime());
                }
            }));
        }
    }

    @Test
    void shouldReadASafepointWhenTheLineIsOfTheJvm() {
        assertEquals(Optional.of(new Stall(5254849714377L - 1000, 10083438, "jvm", "safepoint G1CollectFull")),
            SafepointLog.parse(SAFEPOINT, 1000));
        assertEquals(Optional.empty(), SafepointLog.parse("[5254882001746ns][safepoint,stats] G1CollectFull    3", 0));
        assertEquals(Optional.empty(), SafepointLog.parse("", 0));
    }

    @Test
    void shouldSeeACollectionWhenARealJvmLogsIt() throws IOException, InterruptedException {
        final Path source = folder.resolve("Collect.java");
        final Path jvmLog = folder.resolve("safepoints.log");
        Files.writeString(source, "void main() { long from = System.nanoTime(); System.gc();"
            + " System.out.println(from + \" \" + System.nanoTime()); }");
        final Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            SafepointLog.FLAG_PREFIX + jvmLog + SafepointLog.FLAG_SUFFIX, source.toString()).redirectErrorStream(true).start();
        final String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), out);
        final long fromNs = Long.parseLong(out.split(" ")[0]);
        final long toNs = Long.parseLong(out.split(" ")[1]);
        // The file as it was before it grew: the log is opened at its end.
        final Path growing = Files.createFile(folder.resolve("growing.log"));
        final StallLog log = new StallLog();
        try (SafepointTail tail = new SafepointTail(growing, fromNs, 0, log);
            SafepointTail above = new SafepointTail(growing, fromNs, Long.MAX_VALUE, new StallLog())) {
            Files.write(growing, Files.readAllBytes(jvmLog), StandardOpenOption.APPEND);
            tail.poll(toNs - fromNs);
            above.poll(toNs - fromNs);
            final Stall stall = log.stalls().stream().filter(s -> s.cause().contains("Collect")).findFirst().orElseThrow();
            assertTrue(stall.atNs() >= 0 && stall.endNs() <= toNs - fromNs, stall + " within " + (toNs - fromNs));
            assertTrue(tail.longestNs() >= stall.lengthNs());
            assertEquals(tail.longestNs(), above.longestNs());
        }
    }

    @Test
    @Timeout(20)
    void shouldRefuseWithoutWaitingWhenTheSafepointLogIsNoFileOfOurs() throws IOException, InterruptedException {
        final Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        final Path link = Files.createSymbolicLink(folder.resolve("link"), Files.writeString(folder.resolve("precious"), SAFEPOINT));
        for (final Path other : List.of(pipe, link, folder, folder.resolve("missing"))) {
            final IOException refused = assertThrows(IOException.class, () -> new SafepointTail(other, 0, 0, new StallLog()));
            assertTrue(refused.getMessage().contains(other.toString()), refused.getMessage());
        }
        assertEquals(SAFEPOINT, Files.readString(folder.resolve("precious")));
    }

    @Test
    void shouldSeeEveryPauseOnceWhenALogGrowsInPieces() throws IOException {
        final Path file = Files.writeString(folder.resolve("log"), "half of an old li");
        final StallLog log = new StallLog();
        try (SafepointTail tail = new SafepointTail(file, 0, 2_000, log)) {
            final String text = "ne\n" + line(10_000, 3_000) + line(20_000, 1_000) + line(50_000, 5_000) + line(900_000, 4_000);
            for (int i = 0; i < text.length(); i += 7) {
                Files.writeString(file, text.substring(i, Math.min(text.length(), i + 7)), StandardOpenOption.APPEND);
                tail.poll(100_000);
            }
            assertEquals(5_000, tail.longestNs());
        }
        assertEquals(List.of(new Stall(7_000, 3_000, "jvm", "safepoint X"), new Stall(45_000, 5_000, "jvm", "safepoint X")), log.stalls());
    }

    private static String line(final long endNs, final long lengthNs) {
        return "[" + endNs + "ns] Safepoint \"X\", Time since last: 1 ns, Total: " + lengthNs + " ns, Threads\n";
    }
}
