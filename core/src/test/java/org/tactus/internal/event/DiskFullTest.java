// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.export.PerfettoTrace;
import org.tactus.result.ResultsJson;
import org.tactus.result.Stall;

/** What a disk without room does to what a run leaves: shown by a process that may write no file longer than a limit. */
class DiskFullTest {
    private static final int EVENTS = 40_000;

    @TempDir
    private Path folder;

    /** The process with the limit: it records more events than fit, and then writes what fits and what does not. */
    static final class Limited {
        private Limited() {
        }

        public static void main(final String[] words) throws IOException {
            final Path folder = Path.of(words[0]);
            try (EventFile events = new EventFile(folder, EventFile.DEFAULT_EVENTS)) {
                for (int i = 0; i < EVENTS; i++) {
                    events.onEvent(i % 2 == 0 ? EventType.RELEASE : EventType.COMPLETE, i, 0, 0, 0, i / 2, i);
                }
                System.out.println("events " + (events.size() + events.refused()) + ", kept " + events.size());
                System.out.println(events.warning());
                ResultsJson.write(Fixtures.result(10, null, List.of(), ""), folder.resolve("results.json"));
                try {
                    PerfettoTrace.write(Fixtures.SET, events, 0, List.of(), folder.resolve("trace.json"), PerfettoTrace.DEFAULT_MAX_BYTES);
                } catch (final IOException e) {
                    System.out.println(e.getMessage());
                }
                final List<Stall> many = Collections.nCopies(20_000, new Stall(1, 1, "machine", "steal"));
                try {
                    ResultsJson.write(Fixtures.result(10, null, many, ""), folder.resolve("results.json"));
                } catch (final IOException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    @Test
    void shouldEndWithAWarningAndWholeFilesWhenTheDiskIsFull() throws IOException, InterruptedException {
        final Path log = folder.resolve("log");
        final Process process = new ProcessBuilder("sh", "-c", "ulimit -f \"$1\"; shift; exec \"$@\"", "sh", "1000",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp",
            System.getProperty("java.class.path"), Limited.class.getName(), folder.toString())
            .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        final List<String> said = Files.readAllLines(log, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), said.toString());
        assertTrue(said.get(0).startsWith("events " + EVENTS + ", kept ") && !said.get(0).endsWith("kept " + EVENTS), said.toString());
        assertTrue(said.get(1).contains("File too large") && said.get(1).contains("choose a folder with more space"), said.toString());
        assertEquals("cannot write " + folder.resolve("trace.json") + ": File too large", said.get(2));
        assertEquals("cannot write " + folder.resolve("results.json") + ": File too large", said.get(3));
        assertTrue(Files.readString(folder.resolve("results.json")).endsWith("}\n"), "the first results.json is there, whole");
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of("log", "results.json"), left.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void shouldLeaveNoNameWhenAScratchFileIsOpen() throws IOException {
        try (EventFile events = new EventFile(folder, 10)) {
            events.onEvent(EventType.RELEASE, 1, 0, 0, 0, 0, 0);
            try (Stream<Path> files = Files.list(folder)) {
                assertEquals(0, files.count(), "a process that is killed leaves nothing");
            }
            assertEquals(1, events.size());
        }
    }
}
