// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;
import picocli.CommandLine;

/** Several files and seeds by one command, with one table; and priorities that a command gives. */
@Timeout(120)
class ManyRunsTest {
    private static final String SET = """
        tactus: 1
        name: NAME
        policy: fixed-priority
        overheads: none
        platform:
          devices:
            - {name: acc0, kind: modelled}
        tasks:
          - {name: a, period: 20ms, priority: 2, segments: [{device: acc0, wcet: 2ms, actual: {uniform: [0.2, 1.0]}}]}
          - {name: b, period: 50ms, priority: 1, segments: [{device: acc0, wcet: 5ms}]}
        """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int tactus(final String... words) {
        final CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(words);
    }

    private Path set(final String name) throws IOException {
        return Files.writeString(folder.resolve(name + ".yaml"), SET.replace("NAME", name));
    }

    @Test
    void shouldWriteARowARunAndTaskWithWhatASingleRunFinds() throws IOException {
        final Path one = set("one");
        final Path two = set("two");
        final Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "tactus: 1\nname: x\n");
        final Path csv = folder.resolve("runs.csv");
        assertEquals(ExitStatus.WRONG_INPUT, tactus("simulate", one.toString(), wrong.toString(), two.toString(), "--seeds", "1..3",
            "--for", "2s", "--execution", "actual", "--csv", csv.toString()));
        final List<String> rows = Files.readAllLines(csv);
        assertEquals(1 + 2 * 3 * 2, rows.size(), "two files, three seeds, two tasks; the wrong file keeps no other from it");
        assertTrue(rows.getFirst().startsWith("file,set,source,seed,"), rows.getFirst());
        assertEquals(ExitStatus.GOOD, tactus("simulate", two.toString(), "--seed", "3", "--for", "2s", "--execution", "actual", "--out",
            folder.resolve("single").toString()));
        final String[] row = rows.getLast().split(",", -1);
        final List<String> head = List.of(rows.getFirst().split(","));
        assertEquals(List.of("two", "3", "b", "40"), List.of(row[1], row[3], row[head.indexOf("task")], row[head.indexOf("jobs")]));
        final String single = Files.readString(folder.resolve("single/results.json")).replaceAll("\\s", "");
        final String ofB = single.substring(single.indexOf("\"name\":\"b\""));
        for (final String key : List.of("boundNs", "released", "jobs", "misses", "minNs", "p50Ns", "maxNs")) {
            final String value = row[head.indexOf(key)];
            assertTrue(ofB.substring(ofB.indexOf("\"" + key + "\"")).matches("(?s)\"" + key + "\":" + value + "[,}].*"),
                key + " is " + value + ", not as in " + ofB);
        }
        assertTrue(new TreeSet<>(rows.stream().skip(1).map(line -> line.split(",", -1)[head.indexOf("p50Ns")]).toList()).size() > 3,
            "seeds make a difference: " + rows);
    }

    @Test
    void shouldPutEachOfManyRunsIntoAFolderOfItsOwn() throws IOException {
        final Path one = set("one");
        final Path results = folder.resolve("results");
        assertEquals(ExitStatus.GOOD, tactus("run", one.toString(), one.toString(), "--for", "200ms", "--no-real-time", "--no-stat",
            "--out", results.toString(), "--csv", folder.resolve("r.csv").toString()));
        try (Stream<Path> made = Files.list(results)) {
            assertEquals(List.of("one", "one_2"), made.map(path -> path.getFileName().toString()).sorted().toList());
        }
        assertTrue(Files.exists(results.resolve("one_2/results.json")));
        assertEquals(5, Files.readAllLines(folder.resolve("r.csv")).size());
    }

    @Test
    void shouldSayWhatSeedsAreWhenTheyAreNone() throws IOException {
        final String file = set("one").toString();
        for (final String wrong : List.of("3..1", "1..", "a", "1..9000000", "1,,2", "9223372036854775807..-1")) {
            err.getBuffer().setLength(0);
            assertEquals(ExitStatus.WRONG_INPUT, tactus("simulate", file, "--seeds", wrong), wrong);
            assertTrue(err.toString().contains("write a range such as 1..20"), err.toString());
        }
    }

    @Test
    void shouldAnalyseWithThePrioritiesThatItIsToldToGive() throws IOException {
        final String file = set("one").toString();
        assertEquals(ExitStatus.GOOD, tactus("analyze", file));
        assertTrue(out.toString().contains("interference by b") && !out.toString().contains("blocking by b"), out.toString());
        out.getBuffer().setLength(0);
        assertEquals(ExitStatus.GOOD, tactus("analyze", file, "--assign", "rm"));
        assertTrue(out.toString().contains("blocking by b") && !out.toString().contains("interference by b"), out.toString());
        out.getBuffer().setLength(0);
        assertEquals(ExitStatus.GOOD, tactus("analyze", file, "--assign", "opa"));
        final Path edf = Files.writeString(folder.resolve("edf.yaml"), SET.replace("fixed-priority", "edf"));
        assertEquals(ExitStatus.WRONG_INPUT, tactus("analyze", edf.toString(), "--assign", "dm"));
        assertTrue(err.toString().contains("edf.yaml:3: --assign gives priorities"), err.toString());
    }
}
