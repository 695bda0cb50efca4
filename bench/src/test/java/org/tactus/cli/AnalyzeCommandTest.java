// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;

class AnalyzeCommandTest extends CommandTest {
    private static final Pattern TASK =
        Pattern.compile("\\{\"name\":\"t\\d+\",\"responseBoundNs\":(null|\\d+),\"deadlineNs\":\\d+,\"slackNs\":(?:null|\\d+)}");
    private static final String GOOD = set("C5|20|20");
    private static final String BAD = set("C5|20|20;C6|9|9");

    @TempDir
    private Path directory;

    /** The YAML of a row such as {@code G4 C3|20|20;G5|30|30}; one unit is 1 us. */
    private static String set(final String row) {
        final StringBuilder yaml = new StringBuilder("""
            tactus: 1
            name: row
            policy: fixed-priority
            overheads: none
            platform: {devices: [{name: C, kind: cpu}, {name: G, kind: modelled}]}
            tasks:
            """);
        int priority = 0;
        for (final String task : row.split(";")) {
            final String[] parts = task.split("\\|");
            priority++;
            yaml.append("- {name: t" + priority + ", period: " + parts[1] + "us, deadline: " + parts[2] + "us, priority: " + priority
                + ", segments: [");
            for (final String layer : parts[0].strip().split(" ")) {
                yaml.append("{device: " + layer.charAt(0) + ", wcet: " + layer.substring(1) + "us}, ");
            }
            yaml.append("]}\n");
        }
        return yaml.toString();
    }

    private String file(final String name, final String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void shouldReproduceColumnRWhenEachRowIsAFile() throws IOException {
        final List<String> words = new ArrayList<>(List.of("analyze", "--test", "chain-fp", "--format", "json"));
        final List<String> expected = new ArrayList<>();
        try (InputStream in = AnalyzeCommandTest.class.getResourceAsStream("/vectors/chain_analysis.csv")) {
            final List<String> rows = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).toList();
            for (final String row : rows) {
                final String[] cells = row.split(",");
                words.add(file("row" + cells[0] + ".yaml", set(cells[1])));
                expected.add(cells[4]);
            }
        }
        assertEquals(80, expected.size());
        assertEquals(expected.stream().anyMatch(bounds -> bounds.contains("-")) ? ExitStatus.NO : ExitStatus.GOOD,
            tactus(words.toArray(String[]::new)), err.toString());
        final List<String> lines = out.toString().lines().toList();
        assertEquals(expected.size(), lines.size());
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i);
            final boolean schedulable = !expected.get(i).contains("-");
            assertTrue(line.startsWith("{\"file\":\"" + words.get(5 + i) + "\",\"test\":\"chain-fp\",\"schedulable\":" + schedulable
                + ",\"reason\":" + (schedulable ? "null," : "\"")), line);
            final List<String> bounds = new ArrayList<>();
            final Matcher task = TASK.matcher(line);
            while (task.find()) {
                bounds.add(task.group(1).equals("null") ? "-" : micros(task.group(1)));
            }
            assertEquals(expected.get(i), String.join("/", bounds), line);
        }
    }

    private static String micros(final String ns) {
        assertTrue(ns.endsWith("000"), ns);
        return ns.substring(0, ns.length() - 3);
    }

    @Test
    void shouldEndWithTheLargestStatusWhenFilesDiffer() throws IOException {
        final String good = file("good.yaml", GOOD);
        final String bad = file("bad.yaml", BAD);
        final String wrong = file("wrong.yaml", GOOD.replace("wcet: 5us", "wcet: 0us"));
        assertEquals(0, tactus("analyze", good));
        assertEquals(1, tactus("analyze", bad, good));
        assertEquals("", err.toString());
        assertEquals(2, tactus("analyze", "--format", "json", good, wrong, bad));
        assertEquals(wrong + ":7: wcet: the time must be above 0\n", err.toString());
        final List<String> lines = out.toString().lines().toList();
        assertEquals("{\"file\":\"" + wrong + "\",\"error\":\"" + wrong + ":7: wcet: the time must be above 0\"}",
            lines.get(lines.size() - 2));
    }

    @Test
    void shouldRefuseATestByNameWhenItDoesNotApply() throws IOException {
        final String good = file("good.yaml", GOOD);
        assertEquals(2, tactus("analyze", "--test", "chain-edf", good));
        assertTrue(err.toString().startsWith(good + ":3: ") && err.toString().lines().count() == 1, err.toString());
        err.getBuffer().setLength(0);
        assertEquals(2, tactus("analyze", "--test", "guess", good));
        assertTrue(err.toString().startsWith("tactus: there is no test 'guess'; the tests are ") && err.toString().lines().count() == 1,
            err.toString());
    }

    @Test
    void shouldPrintEveryFormatWhenAsked() throws IOException {
        final String good = file("good.yaml", GOOD);
        assertEquals(0, tactus("analyze", "--test", "chain-fp", "--format", "csv", good, "--out", directory.resolve("out").toString()));
        assertEquals("file,test,schedulable,task,responseBoundNs,deadlineNs,slackNs,reason\n" + good
            + ",chain-fp,true,t1,5000,20000,15000,\n", out.toString());
        assertEquals(out.toString(), Files.readString(directory.resolve("out/analysis.csv")));
        out.getBuffer().setLength(0);
        assertEquals(0, tactus("analyze", "--sensitivity", good));
        assertTrue(out.toString().contains("good.yaml: schedulable by ") && out.toString().contains("own execution")
            && out.toString().contains("factor 4.000000"), out.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, tactus("analyze", "--sensitivity", "--format", "json", good));
        assertTrue(out.toString().contains("\"sensitivity\":{\"largestFactor\":4.0,\"tasks\":[{\"name\":\"t1\",\"largestFactor\":4.0,"
            + "\"smallestPeriodNs\":5000}],\"devices\":[]}}"), out.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, tactus("analyze", "--sensitivity", "--format", "csv", good));
        assertTrue(out.toString().lines().allMatch(line -> line.endsWith(",reason,largestFactorOfAll,largestFactor,smallestPeriodNs,"
            + "smallestCapacityBytes") || line.endsWith(",,4.0,4.0,5000,")), out.toString());
    }

    @Test
    void shouldShowNoBoundAndNoDeadlineWhenATaskIsBestEffort() throws IOException {
        final String set = set("C5|20|20;C6|40|40").replace("{name: C, kind: cpu}", "{name: C, kind: cpu, preemption: full}")
            .replace("deadline: 40us, priority: 2", "class: best-effort");
        final String soft = file("soft.yaml", set);
        assertEquals(ExitStatus.GOOD, tactus("analyze", soft, "--format", "json"));
        assertTrue(out.toString().contains("\"test\":\"fp\",\"schedulable\":true"), out.toString());
        assertTrue(out.toString().contains("{\"name\":\"t2\",\"responseBoundNs\":null,\"deadlineNs\":null,\"slackNs\":null}"),
            out.toString());
        out.getBuffer().setLength(0);
        assertEquals(ExitStatus.GOOD, tactus("analyze", "--sensitivity", soft));
        final String row = out.toString().lines().filter(line -> line.startsWith("  t2")).findFirst().orElseThrow();
        assertEquals(List.of("t2", "-", "-", "-", "-"), List.of(row.strip().split("\\s+")));
        assertEquals(ExitStatus.WRONG_INPUT, tactus("analyze", "--test", "seg-fp", soft));
        assertTrue(err.toString().contains("C has 'preemption: full'; use fp") && err.toString().lines().count() == 1, err.toString());
    }

    @Test
    void shouldSayHowMuchIsThePlatformsWhenASetHasACurve() throws IOException {
        final String curved = file("curved.yaml", GOOD.replace("overheads: none", "overheads: {curve: {every: 1ms, away: 4us}}"));
        assertEquals(0, tactus("analyze", "--test", "np-fp", "--sensitivity", curved), err.toString());
        assertTrue(out.toString().contains("4us of the 9us are the platform's") || out.toString().contains("4us platform stalls"),
            out.toString());
        final String printed = out.toString().replaceAll("\\s+", " "); // a table keeps to the terminal's columns
        assertTrue(printed.contains("each core away for 4us in any 1ms, 40us in any 10ms, 400us in any 100ms"), printed);
        assertTrue(printed.contains("what the platform takes by 3.75"), printed);
        out.getBuffer().setLength(0);
        assertEquals(0, tactus("analyze", "--test", "np-fp", "--sensitivity", "--format", "json", curved));
        assertTrue(out.toString().contains("\"responseBoundNs\":9000,"), out.toString());
        assertTrue(out.toString().contains("\"platformNs\":4000,\"sentence\":"), out.toString());
        assertTrue(out.toString().contains("\"largestCurveFactor\":3.75"), out.toString());
    }

    @Test
    void shouldSayWhatMakesABoundAndWhatToShrinkWhenATaskFails() throws IOException {
        assertEquals(1, tactus("analyze", "--test", "np-fp", "--format", "json", file("bad.yaml", BAD)));
        assertTrue(out.toString().contains(
            "{\"name\":\"t2\",\"responseBoundNs\":null,\"deadlineNs\":9000,\"slackNs\":null}]"), out.toString());
        assertTrue(out.toString().contains("{\"name\":\"t2\",\"responseNs\":11000,\"firstFailingNs\":9000,\"sentence\":"
            + "\"t2 fails: bound 11us exceeds deadline 9us by 2us; largest term: own execution 6us; taking 2us off its own segments"
            + " would do\",\"terms\":[{\"kind\":\"own execution\",\"by\":\"\",\"where\":\"\",\"jobs\":1,\"ns\":6000},"
            + "{\"kind\":\"interference\",\"by\":\"t1\",\"where\":\"C\",\"jobs\":1,\"ns\":5000}]}"), out.toString());
    }

    @Test
    void shouldSayOneLineWhenTheCommandLineIsWrong() {
        for (final String[] words : new String[][] {{"analyze"}, {"analyze", "--colour", "x.yaml"}, {"analyse"},
            {"analyze", "--format", "xml", "x.yaml"}, {"analyze", "none.yaml"}}) {
            err.getBuffer().setLength(0);
            assertEquals(2, tactus(words), String.join(" ", words));
            assertEquals(1, err.toString().lines().count(), err.toString());
        }
        assertEquals(0, tactus("--help"));
        assertEquals(0, tactus("analyze", "--help"));
        assertEquals(0, tactus("--version"));
    }

    @Test
    void shouldListTheMachineWhenAskedForDevices() {
        assertEquals(0, tactus("devices"));
        assertTrue(out.toString().contains("ONNX Runtime") && out.toString().contains("CUDA"), out.toString());
        assertEquals(0, tactus("devices", "--format", "json"));
    }
}
