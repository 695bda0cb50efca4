// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;

class SimulateCommandTest {
    private static final String SET = """
        tactus: 1
        name: braking
        policy: %s
        overheads: {releaseJitter: 10us, dispatch: 2us, handOff: 5us, completion: 2us}
        platform:
          devices:
            - {name: cpu0, kind: cpu}
            - {name: acc0, kind: modelled}
        tasks:
          - name: detect
            period: 50ms
            jitter: 1ms
            segments:
              - {device: acc0, wcet: 12ms, actual: {uniform: [0.7, 1.0]}}
              - {device: cpu0, wcet: 3ms}
          - name: track
            period: 40ms
            deadline: %s
            release: sporadic
            segments:
              - {device: cpu0, wcet: 5ms}
              - {device: acc0, wcet: 4ms}
              - {device: cpu0, wcet: 1ms}
        """;

    @TempDir
    private Path folder;

    private String simulate(final int status, final String policy, final String deadline, final String... more) throws IOException {
        final Path file = Files.writeString(folder.resolve("braking.yaml"), SET.formatted(policy, deadline));
        final String[] words = new String[more.length + 4];
        words[0] = "simulate";
        words[1] = file.toString();
        words[2] = "--out";
        words[3] = folder.resolve("out").toString();
        System.arraycopy(more, 0, words, 4, more.length);
        final PrintStream out = System.out;
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertEquals(status, Main.run(words));
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldPrintMeasuredBesideBoundAndLeaveTheFilesWhenNothingIsLate() throws IOException {
        for (final String policy : new String[] {"fixed-priority", "edf"}) {
            final String table = simulate(ExitStatus.GOOD, policy, "40ms", "--for", "5s", "--execution", "actual");
            assertTrue(table.startsWith("Good: no deadline was missed, and no response was longer than its bound."), table);
            assertTrue(table.contains("Simulated: braking"), table);
            assertTrue(table.contains("detect") && table.contains("chain-"), table);
            assertTrue(Files.readString(folder.resolve("out/results.json")).contains("\"boundNs\""));
            assertTrue(Files.readString(folder.resolve("out/trace.json")).contains("detect"));
            assertTrue(Files.readString(folder.resolve("out/latency.hlog")).contains("Tag=track"));
        }
    }

    @Test
    void shouldLetJobsEndThatAreUnderWayAtTheEndAsARunDoes() throws IOException {
        final Path file = Files.writeString(folder.resolve("leftover.yaml"), "tactus: 1\nname: leftover\npolicy: fixed-priority\n"
            + "overheads: none\nplatform: {devices: [{name: a, kind: modelled}]}\ntasks:\n"
            + "  - {name: brake, period: 20ms, offset: 15ms, segments: [{device: a, wcet: 7ms}]}\n"
            + "  - {name: index, class: best-effort, segments: [{device: a, wcet: 3ms}]}\n");
        assertEquals(ExitStatus.GOOD, Main.run("simulate", file.toString(), "--for", "1s", "--out", folder.resolve("leftover").toString()));
        final String results = Files.readString(folder.resolve("leftover/results.json")).replaceAll("\\s+", "");
        assertFalse(results.matches(".*\"unfinished\":[1-9].*"), results);
        assertTrue(results.contains("\"name\":\"brake\"") && results.contains("\"released\":50,\"jobs\":50,"), results);
    }

    @Test
    void shouldSayNoWhenADeadlineIsMissed() throws IOException {
        final String csv = simulate(ExitStatus.NO, "fixed-priority", "10ms", "--releases", "synchronous", "--format", "csv");
        assertTrue(csv.startsWith("task,periodNs"), csv);
    }

    @Test
    void shouldPrintTheSameWhenTheSeedIsTheSame() throws IOException {
        final String[] words = {"--seed", "9", "--releases", "sporadic", "--execution", "random",
            "--format", "json", "--overheads", "random"};
        assertEquals(simulate(ExitStatus.GOOD, "edf", "40ms", words), simulate(ExitStatus.GOOD, "edf", "40ms", words));
    }

    @Test
    void shouldReplayTheTraceOfAnEarlierRun() throws IOException {
        simulate(ExitStatus.GOOD, "edf", "40ms", "--execution", "random");
        final Path trace = Files.copy(folder.resolve("out/trace.json"), folder.resolve("earlier.json"));
        final String csv = simulate(ExitStatus.GOOD, "edf", "40ms", "--replay", trace.toString(), "--format", "csv");
        assertTrue(csv.contains("detect,50000000"), csv);
        simulate(ExitStatus.WRONG_INPUT, "edf", "40ms", "--replay", folder.resolve("nothing.json").toString());
        simulate(ExitStatus.WRONG_INPUT, "edf", "40ms", "--replay", folder.resolve("braking.yaml").toString());
    }

    @Test
    void shouldPreemptUnderFixedPrioritiesAndRefuseEdfWhenADeviceIsPreemptive() throws IOException {
        final String set = SET.replace("kind: cpu}", "kind: cpu, cores: [0], preemption: full}").formatted("%s", "40ms")
            + """
              - name: index
                class: best-effort
                period: 30ms
                segments: [{device: cpu0, wcet: 20ms}]
            """.indent(0);
        final Path good = Files.writeString(folder.resolve("good.yaml"), set.formatted("fixed-priority"));
        final Path wrong = Files.writeString(folder.resolve("wrong.yaml"), set.formatted("edf"));
        final PrintStream out = System.out;
        final PrintStream err = System.err;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            assertEquals(ExitStatus.GOOD, Main.run("simulate", good.toString(), "--for", "5s", "--format", "csv", "--out",
                folder.resolve("out").toString()));
            assertEquals(ExitStatus.WRONG_INPUT, Main.run("simulate", wrong.toString(), "--out", folder.resolve("out").toString()));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        final String csv = printed.toString(StandardCharsets.UTF_8);
        assertTrue(csv.contains("index,30000000,,,"), csv);
        final String last = errors.toString(StandardCharsets.UTF_8).strip();
        assertTrue(last.endsWith(wrong + ":7: 'cpu0' cannot be preemptive under 'policy: edf', since the system preempts by fixed levels;"
            + " write 'policy: fixed-priority', or 'preemption: segments'"), last);
    }

    @Test
    void shouldRefuseATestThatDoesNotExistOrDoesNotApply() throws IOException {
        simulate(ExitStatus.WRONG_INPUT, "edf", "40ms", "--test", "nonsense");
        simulate(ExitStatus.WRONG_INPUT, "edf", "40ms", "--test", "chain-fp");
        simulate(ExitStatus.WRONG_INPUT, "edf", "40ms", "--execution", "nonsense");
    }
}
