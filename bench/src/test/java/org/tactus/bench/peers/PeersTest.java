// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.latency.HandOffComparison;
import org.tactus.bindings.linux.RealTime;
import org.tactus.format.TaskSetFile;
import org.tactus.model.TaskSet;
import picocli.CommandLine;

class PeersTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern MARK = Pattern.compile("<!-- The table of (bench/results/[a-z0-9-]+\\.md), section \"([^\"]+)\" -->");
    @TempDir
    private Path folder;

    private static PeerFigures figures(final long p50Ns, final long boundNs) {
        return new PeerFigures(
            p50Ns, 2 * p50Ns, 3 * p50Ns, 4 * p50Ns, boundNs, 1000, 37, Map.of("peer-urgent", 12.5, "peer-heavy", 1.5), "");
    }

    private Contest contest(final long urgentSteps, final long heavySteps) {
        return new Contest(RealTime.onlineCores().getLast(), 1_000_000_000, Contest.Work.SPIN, folder, urgentSteps, heavySteps);
    }

    @Test
    void shouldReadWhatATurnHasPrintedWhenItIsALine() {
        final PeerFigures figures =
            new PeerFigures(1, 2, 3, 4, -1, 5, 36.5, Map.of("tactus-cpu0", 0.0, "a=b", 7.25), "two\twords\nand more");
        final PeerFigures read = PeerFigures.parse(figures.toLine());
        assertEquals(new PeerFigures(1, 2, 3, 4, -1, 5, 36.5, Map.of("tactus-cpu0", 0.0, "a=b", 7.25), "two words and more"), read);
        assertEquals(7.25, read.bytesAJob(), 1e-12);
        final String missing = PeerFigures.unavailableLine("no key\n'preemption'");
        assertTrue(PeerFigures.isUnavailable(missing) && !PeerFigures.isFigures(missing));
        assertEquals("no key 'preemption'", PeerFigures.whyUnavailable(missing));
    }

    @Test
    void shouldTakeMedianAndRangeWhenThereAreRounds() {
        assertEquals(new Spread(2, 1, 9), Spread.of(new double[] {9, 1, 2}));
        assertEquals(new Spread(2, 1, 9), Spread.of(new double[] {9, 1, 2, 3}));
        assertEquals("2.0 (1.0 to 9.0)", new Spread(2, 1, 9).text(1));
    }

    @Test
    void shouldWriteTablesAndFieldsWhenAReportHasSections() throws IOException {
        final Tournament.Outcome outcome = new Tournament.Outcome(new EnumMap<>(Variant.class), new EnumMap<>(Variant.class));
        outcome.figures().put(Variant.TACTUS_SEGMENTS, List.of(figures(500_000, 3_000_000), figures(900_000, 3_000_000)));
        outcome.figures().put(Variant.EXECUTOR_FIFO, List.of(figures(1_000_000, -1), figures(600_000, -1)));
        outcome.missing().put(Variant.TACTUS_PREEMPTIVE, "no such key");
        final Map<String, List<HandOffComparison.Figures>> ways = new LinkedHashMap<>();
        ways.put(HandOffComparison.ours(), List.of(new HandOffComparison.Figures(100, 0)));
        ways.put("other", List.of(new HandOffComparison.Figures(250, 24)));
        final MachineReport report = new MachineReport(Map.of("kernel", "Linux"), List.of(
            new ResponseSection(contest(1, 1), outcome).section(), new HandOffSection(new HandOffComparison.Comparison(ways)).section()));
        final Path file = report.write(folder.resolve("results"));
        final String text = Files.readString(file);
        assertTrue(text.contains("| Tactus, heavy in 8 segments | 0.50 (0.50 to 0.90) | 1.00 (1.00 to 1.80) | 1.50 (1.50 to 2.70) "
            + "| 2.00 (2.00 to 3.60) | 3.00 | 37.0 (37.0 to 37.0) | 14 (14 to 14) |"), text);
        assertTrue(text.contains("| Tactus, preemptive | not to be had |  |  |  |  |  |  |"), text);
        assertTrue(text.contains("| Tactus, heavy in 8 segments | 0.50 (0.50 to 1.50) |"), "ratios are taken round by round: " + text);
        assertTrue(text.contains("| other | 250 (250 to 250) | 2.50 (2.50 to 2.50) | 24 (24 to 24) |"), text);
        final List<String> fields = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(Files.readString(file.resolveSibling(
            file.getFileName().toString().replace(".md", ".json"))))) {
            while (json.nextToken() != null) {
                fields.add(String.valueOf(json.currentName()));
            }
        }
        assertTrue(fields.containsAll(List.of("machine", "conditions", "responsesOfLoops", "TACTUS_SEGMENTS", "p999Ns", "handOffs",
            "missing", "peer-heavy")), fields.toString());
    }

    @Test
    void shouldNameTheFileByProcessorAndCoresWhenAReportIsWritten() {
        assertEquals("amd-epyc-9r14-2-cores", MachineReport.slug("AMD EPYC 9R14, 2 cores"));
        assertEquals("intel-r-xeon-r-cpu-2-20ghz-4-cores", MachineReport.slug("Intel(R) Xeon(R) CPU @ 2.20GHz, 4 cores"));
        assertFalse(MachineReport.machine().contains("("), "no host's name: " + MachineReport.machine());
    }

    @Test
    void shouldRunEveryJobWhenAVariantHasItsTurn() throws Exception {
        final Contest contest = contest(1_000, 2_000);
        prepare(contest.core());
        final PeerFigures executor = new ExecutorRun(contest, Variant.EXECUTOR).run();
        assertEquals(50, executor.jobs());
        assertTrue(executor.p50Ns() > 0 && executor.p50Ns() <= executor.p99Ns() && executor.p99Ns() <= executor.maxNs(),
            executor.toString());
        assertEquals(2, executor.bytesByThread().size(), executor.toString());
        final PeerFigures tactus = new TactusRun(contest, Variant.TACTUS_SEGMENTS).run();
        assertTrue(tactus.jobs() >= 45, tactus.toString()); // time zero lies a little ahead
        assertTrue(tactus.boundNs() > 0, "a set of 1.5 times the lengths is admitted: " + tactus);
        assertTrue(tactus.bytesByThread().containsKey("tactus-cpu0"), tactus.toString());
    }

    @Test
    void shouldDescribeTheTasksWhenASetIsWritten() throws Exception {
        prepare(RealTime.onlineCores().getFirst());
        final TaskSet set = TaskSetFile.load(folder.resolve("segments.yaml"), TaskSetFile.Options.strict()).taskSet();
        assertEquals(20_000_000, set.tasks().get(0).periodNs());
        assertEquals(8, set.tasks().get(1).segments().size());
        assertTrue(Files.readString(folder.resolve("preemptive.yaml")).contains("preemption: full"));
    }

    private void prepare(final int core) throws Exception {
        new Preparation(core, 1_000_000_000, Contest.Work.SPIN, folder, new PrintStream(new ByteArrayOutputStream())).prepare();
    }

    @Test
    void shouldRefuseWhenAnOptionMakesNoSense() {
        assertMessage("--rounds 0 is out of range", "--rounds", "0");
        assertMessage("--work fast is unknown; give network, spin, or network,spin", "--work", "network,fast");
        assertMessage("--for 5ms is out of range", "--for", "5ms");
        assertMessage("--core 4711 is not on line", "--core", "4711");
        assertMessage("--forks -1 is out of range", "--forks", "-1");
    }

    private static void assertMessage(final String expected, final String... words) {
        final StringWriter out = new StringWriter();
        assertEquals(2, new CommandLine(new PeersCommand()).setErr(new PrintWriter(out)).execute(words));
        assertTrue(out.toString().contains(expected), out.toString());
    }

    @Test
    void shouldHoldTheTablesOfTheReportWhenTheReadmeShowsThem() throws IOException {
        final List<String> readme = Files.readAllLines(README);
        int tables = 0;
        for (int i = 0; i < readme.size(); i++) {
            final Matcher mark = MARK.matcher(readme.get(i));
            if (mark.matches()) {
                tables++;
                final List<String> report = Files.readAllLines(Path.of("..", mark.group(1)));
                assertEquals(table(report, report.indexOf("## " + mark.group(2)) + 1), table(readme, i + 1), mark.group());
            }
        }
        assertTrue(tables >= 1, "the README shows a table of a report");
    }

    /** The first table from a line on. */
    private static List<String> table(final List<String> lines, final int from) {
        int begin = from;
        while (!lines.get(begin).startsWith("|")) {
            begin++;
        }
        int end = begin;
        while (end < lines.size() && lines.get(end).startsWith("|")) {
            end++;
        }
        return lines.subList(begin, end);
    }
}
