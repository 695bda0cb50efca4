// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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

    /** Whatever a single run ends with status 2 for is told of the one set, and the others run. */
    @Test
    void shouldRunTheOthersWhenOneSetCannotBeRun() throws IOException {
        final Path one = set("one");
        final Path edf = Files.writeString(folder.resolve("edf.yaml"), SET.replace("NAME", "edf").replace("fixed-priority", "edf"));
        final Path csv = folder.resolve("runs.csv");
        final String test = "edf"; // applies to the one of them alone
        for (final Path[] order : new Path[][] {{one, edf}, {edf, one}}) {
            assertEquals(ExitStatus.WRONG_INPUT, tactus("simulate", order[0].toString(), order[1].toString(), "--for", "1s",
                "--test", test, "--csv", csv.toString()), err.toString());
            assertEquals(List.of("edf"), Files.readAllLines(csv).stream().skip(1).map(row -> row.split(",")[1]).distinct().toList());
        }
        for (final String[] words : new String[][] {{"--test", "no-such-test"}, {"--assign", "dm"}}) {
            assertEquals(ExitStatus.WRONG_INPUT, tactus("simulate", edf.toString(), edf.toString(), "--for", "1s", words[0], words[1],
                "--csv", csv.toString()), err.toString());
        }
        final Path missing = folder.resolve("none.yaml");
        assertEquals(ExitStatus.WRONG_INPUT, tactus("simulate", missing.toString(), one.toString(), "--for", "1s", "--csv",
            csv.toString()));
        assertEquals(3, Files.readAllLines(csv).size());
    }

    @Test
    void shouldLeaveWhatItReadsWhenTheTableIsToTakeItsPlace() throws IOException {
        final Path one = set("one");
        final Path two = set("two");
        final Path trace = Files.writeString(folder.resolve("trace.json"), "{}");
        final Path link = Files.createSymbolicLink(folder.resolve("link.csv"), two);
        final String before = Files.readString(two);
        for (final Path csv : List.of(two, folder.resolve("./two.yaml"), link)) {
            for (final String command : List.of("simulate", "run")) {
                err.getBuffer().setLength(0);
                assertEquals(ExitStatus.WRONG_INPUT, tactus(command, one.toString(), two.toString(), "--for", "1s", "--csv",
                    csv.toString()), csv.toString());
                assertTrue(err.toString().contains("--csv: ") && err.toString().contains("is the file that is read"), err.toString());
                assertEquals(before, Files.readString(two));
            }
        }
        assertEquals(ExitStatus.WRONG_INPUT,
            tactus("simulate", one.toString(), "--replay", trace.toString(), "--csv", trace.toString()));
        assertEquals("{}", Files.readString(trace));
    }

    @Test
    void shouldPrintEachResultInTheFormatThatIsAskedFor() throws IOException {
        final String file = set("one").toString();
        final PrintStream usual = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            for (final String[] ending : new String[][] {{}, {"--out", folder.resolve("kept").toString()}}) {
                printed.reset();
                final String[] words = {"simulate", file, "--seeds", "1..3", "--for", "1s", "--format", "csv"};
                final String[] all = Stream.of(words, ending).flatMap(Stream::of).toArray(String[]::new);
                assertEquals(ExitStatus.GOOD, tactus(all));
                final List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
                assertEquals(9, lines.size(), "three times a head and two tasks: " + lines);
                assertEquals(3, lines.stream().filter(line -> line.startsWith("b,50000000,")).count(), lines.toString());
            }
        } finally {
            System.setOut(usual);
        }
        assertFalse(Files.exists(Path.of("out", "one-simulated")), "no folder that was not asked for");
    }

    @Test
    void shouldSayInResultsByWhichRulePrioritiesWereGiven() throws IOException {
        final String file = set("one").toString();
        final Path csv = folder.resolve("runs.csv");
        for (final String rule : List.of("", "rm", "opa")) {
            for (final String command : List.of("simulate", "run")) {
                final Stream<String> words = Stream.of(command, file, "--for", "200ms", "--csv", csv.toString(), "--out",
                    folder.resolve("kept").toString());
                final Stream<String> live = command.equals("run") ? Stream.of("--no-real-time", "--no-stat") : Stream.of();
                final Stream<String> assign = rule.isEmpty() ? Stream.of() : Stream.of("--assign", rule);
                assertNotEquals(ExitStatus.WRONG_INPUT, tactus(Stream.of(words, live, assign).flatMap(all -> all).toArray(String[]::new)));
                final List<String> rows = Files.readAllLines(csv);
                assertTrue(rows.getFirst().endsWith(",assign"), rows.getFirst());
                assertTrue(rows.stream().skip(1).allMatch(row -> row.endsWith("," + rule)), rows.toString());
                final String json = Files.readString(folder.resolve("kept/results.json")).replaceAll("\\s", "");
                assertEquals(!rule.isEmpty(), json.contains("\"assign\":\"" + rule + "\""), json);
            }
        }
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
