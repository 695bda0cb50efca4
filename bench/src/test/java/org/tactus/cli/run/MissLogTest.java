// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.Main;
import org.tactus.cli.support.ExitStatus;

@Timeout(60)
class MissLogTest {
    private static final long MS = 1_000_000;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private long nowNs;
    private final MissLog log = new MissLog(new PrintStream(text, true, StandardCharsets.UTF_8), () -> nowNs);

    private List<String> lines() {
        return text.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldWriteALineForEachMissWhenTheyAreFew() {
        assertFalse(log.hasMissed());
        for (int i = 0; i < 5; i++) {
            nowNs += 10 * MS;
            log.missed("detect", i, 1_234_567);
            log.round();
        }
        log.missed("track", -1, 9_000);
        assertTrue(log.hasMissed());
        assertEquals(10 * MS, log.firstNs());
        assertEquals(6, lines().size());
        assertEquals("deadline miss of detect: job 0, 1.235ms late", lines().getFirst());
        assertEquals("deadline miss of track: a job that waits, 9us late", lines().getLast());
    }

    @Test
    void shouldCountWhatItLeavesOutWhenThereIsAFlood() {
        final int misses = 60_000;
        for (int i = 0; i < misses; i++) { // a minute of 1,000 misses a second
            nowNs += MS;
            log.missed("detect", i, MS);
            log.round();
        }
        log.end();
        final long told = lines().stream().filter(line -> line.startsWith("deadline miss")).count();
        final long counted = lines().stream().filter(line -> line.startsWith("and ")).mapToLong(line -> Long.parseLong(line.split(" ")[1]))
            .sum();
        assertEquals(misses, told + counted, "no miss is lost");
        assertTrue(told >= MissLog.BURST && told <= MissLog.BURST + 60 * MissLog.A_SECOND, told + " lines");
        assertTrue(lines().size() <= told + 61, lines().size() + " lines in a minute");
    }

    @Test
    void shouldEndAtTheFirstMissWithTheTraceAroundItWhenItIsToldTo() throws IOException {
        final Path file = Files.writeString(folder.resolve("set.yaml"), """
            tactus: 1
            name: breaking
            policy: fixed-priority
            overheads: none
            platform:
              devices:
                - {name: acc0, kind: modelled}
                - {name: acc1, kind: modelled}
            tasks:
              - {name: steady, class: best-effort, period: 10ms, segments: [{device: acc0, wcet: 1ms}]}
              - {name: late, period: 10s, deadline: 2ms, offset: 700ms, segments: [{device: acc1, wcet: 1ms, actual: {uniform: [40, 40]}}]}
            """);
        assertEquals(ExitStatus.WRONG_INPUT, Main.run("run", file.toString(), "--for", "50s", "--before-miss", "1s", "--out",
            folder.resolve("none").toString()), "without --break-on-miss it would say nothing");
        for (final String before : List.of("200ms", "1us")) { // the miss is told some milliseconds after it
            final Path out = folder.resolve("out-" + before);
            assertEquals(ExitStatus.NO, Main.run("run", file.toString(), "--for", "50s", "--break-on-miss",
                "--before-miss", before, "--no-real-time", "--no-stat", "--out", out.toString()));
            final String results = Files.readString(out.resolve("results.json"));
            assertTrue(results.contains("the run ended at the first missed deadline") && results.contains("; trace.json begins "), results);
            final String trace = Files.readString(out.resolve("trace.json"));
            assertTrue(trace.contains("trace begins here"), trace.substring(0, Math.min(2000, trace.length())));
            assertTrue(trace.contains("miss late#0"), trace.substring(0, Math.min(2000, trace.length())));
            double earliest = Double.MAX_VALUE; // of the ends: what was under way where the trace begins may have begun at any time before
            final Matcher ends = Pattern.compile("\"ph\" ?: ?\"[Xe]\".*?\"ts\" ?: ?([0-9.]+)(, ?\"dur\" ?: ?([0-9.]+))?")
                .matcher(trace.substring(trace.indexOf("trace begins here")));
            while (ends.find()) {
                earliest = Math.min(earliest,
                    Double.parseDouble(ends.group(1)) + (ends.group(3) == null ? 0 : Double.parseDouble(ends.group(3))));
            }
            assertTrue(earliest > 400_000, "the first thing that the trace tells ended at " + earliest + " us");
        }
    }
}
