// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import picocli.CommandLine;

/** Sets that are drawn into files, and charts of own sets. */
@Timeout(120)
class PlotTest {
    private static final double Z = 1.959963984540054;

    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    private int execute(final Object command, final String... words) {
        final CommandLine line = new CommandLine(command);
        line.setOut(new PrintWriter(new StringWriter()));
        line.setErr(new PrintWriter(err));
        line.setExecutionExceptionHandler((e, given, parsed) -> {
            err.append(e.getMessage());
            return ExitStatus.WRONG_INPUT;
        });
        return line.execute(words);
    }

    private List<Path> files(final Path of) throws IOException {
        try (Stream<Path> all = Files.list(of)) {
            return all.sorted().toList();
        }
    }

    /** The ends are where the counted share is just as far away as the true share's own deviation allows: Wilson's definition. */
    @Test
    void shouldSolveTheEquationThatDefinesTheIntervalForEveryCount() {
        for (final int total : new int[] {1, 10, 137}) {
            for (int accepted = 0; accepted <= total; accepted++) {
                final WilsonInterval interval = WilsonInterval.of(accepted, total);
                final double share = (double) accepted / total;
                assertTrue(interval.low() <= share && share <= interval.high(), accepted + " of " + total);
                for (final double end : new double[] {interval.low(), interval.high()}) {
                    if (end > 0 && end < 1) {
                        assertEquals(Z * Math.sqrt(end * (1 - end) / total), Math.abs(share - end), 1e-12, accepted + " of " + total);
                    }
                }
            }
        }
        assertEquals(0.2775, WilsonInterval.of(0, 10).high(), 1e-4);
        assertEquals(1, WilsonInterval.of(10, 10).high());
    }

    @Test
    void shouldCountWhatTheTestsAcceptWhenOwnSetsAreDrawn() throws IOException {
        final Path sets = folder.resolve("sets");
        assertEquals(ExitStatus.GOOD, execute(new SetsCommand(), "--out", sets.toString(), "--sets", "6", "--utilisation", "0.3,0.9",
            "--tasks", "4", "--segments", "3"), err.toString());
        assertEquals(12, files(sets).size());
        int fp = 0;
        int edf = 0;
        for (final Path file : files(sets)) {
            final TaskSet set = TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
            assertEquals(4, set.tasks().size());
            final double utilisation = set.tasks().stream().flatMap(task -> task.segments().stream()
                .map(segment -> (double) segment.wcetNs() / task.periodNs())).mapToDouble(share -> share).sum();
            assertEquals(file.getFileName().toString().startsWith("u0.30") ? 0.3 : 0.9, utilisation, 0.001);
            fp += file.getFileName().toString().startsWith("u0.90")
                && Analyses.byName("seg-fp").orElseThrow().analyze(set).schedulable() ? 1 : 0;
            edf += file.getFileName().toString().startsWith("u0.90") && Analyses.byName("seg-edf").orElseThrow().analyze(
                new TaskSet(set.name(), PolicyKind.EDF, set.overheads(), set.platform(), set.tasks())).schedulable() ? 1 : 0;
        }
        final List<String> words = new ArrayList<>(
            List.of("--test", "seg-fp,seg-edf", "--out", folder.resolve("plot").toString(), "--name", "mine"));
        files(sets).forEach(file -> words.add(file.toString()));
        assertEquals(ExitStatus.GOOD, execute(new PlotCommand(), words.toArray(String[]::new)), err.toString());
        final List<String> rows = Files.readAllLines(folder.resolve("plot/mine.csv"));
        assertTrue(rows.contains(AcceptanceCsv.row("0.9", "seg-fp", fp, 6).strip()), fp + " in " + rows);
        assertTrue(rows.contains(AcceptanceCsv.row("0.9", "seg-edf", edf, 6).strip()), edf + " in " + rows);
        assertEquals(5, rows.size());
        assertTrue(Files.size(folder.resolve("plot/mine.png")) > 10_000);
        assertTrue(Files.readString(folder.resolve("plot/mine.svg")).contains("seg-fp"));
        final Path again = folder.resolve("again");
        final String table = folder.resolve("plot/mine.csv").toString();
        assertEquals(ExitStatus.GOOD, execute(new PlotCommand(), table, table, "--out", again.toString()), err.toString());
        assertTrue(Files.readAllLines(again.resolve("plot.csv")).contains(AcceptanceCsv.row("0.9", "seg-fp", 2 * fp, 12).strip()),
            "tables of several files are added up");
    }

    /** Files that another share has would be written over without a word. */
    @Test
    void shouldRefuseSharesWhoseFilesHaveOneName() throws IOException {
        for (final String shares : List.of("0.501,0.502", "0.5,0.5", "0.3,0.7,0.299")) {
            assertEquals(2, execute(new SetsCommand(), "--out", folder.resolve("sets").toString(), "--sets", "1", "--utilisation",
                shares), shares);
            assertTrue(err.toString().contains("two decimals"), err.toString());
        }
        assertEquals(0, files(folder).size(), "nothing is written");
    }

    @Test
    void shouldAddUpSetsAndTheTableOfOthersWhenTheyHaveOnePlace() throws IOException {
        final Path sets = folder.resolve("sets");
        assertEquals(ExitStatus.GOOD, execute(new SetsCommand(), "--out", sets.toString(), "--sets", "1", "--utilisation", "0.15",
            "--tasks", "2", "--least-period", "50ms", "--most-period", "60ms"), err.toString());
        final Path table = Files.writeString(folder.resolve("t.csv"), "axis,approach,accepted,total\n0.15,tightest,3,4\n");
        assertEquals(ExitStatus.GOOD, execute(new PlotCommand(), table.toString(), files(sets).getFirst().toString(), "--out",
            folder.toString()), err.toString());
        assertEquals(List.of(AcceptanceCsv.HEAD.strip(), AcceptanceCsv.row("0.15", "tightest", 4, 5).strip()),
            Files.readAllLines(folder.resolve("plot.csv")));
    }

    @Test
    void shouldLeaveATableThatItReadsWhenTheChartHasItsName() throws IOException {
        final String text = "axis,approach,accepted,total\n0.5,\"a, \"\"b\"\"\",3,4\n";
        final Path table = Files.writeString(folder.resolve("t.csv"), text);
        assertEquals(ExitStatus.WRONG_INPUT, execute(new PlotCommand(), table.toString(), "--out", folder.toString(), "--name", "t"));
        assertTrue(err.toString().contains("is the file that is read"), err.toString());
        assertEquals(text, Files.readString(table));
        assertEquals(ExitStatus.GOOD, execute(new PlotCommand(), table.toString(), "--out", folder.toString()));
        assertTrue(Files.readString(folder.resolve("plot.csv")).contains("0.5,\"a, \"\"b\"\"\",3,4,"),
            "a name with commas and quotation marks stays what it is");
    }

    @Test
    void shouldNameTheRowWhenATableIsNone() throws IOException {
        final Path table = Files.writeString(folder.resolve("t.csv"), "axis,approach,accepted,total\n0.5,a,3,4\n0.6,a,5,4\n");
        assertEquals(ExitStatus.WRONG_INPUT, execute(new PlotCommand(), table.toString(), "--out", folder.toString()));
        assertTrue(err.toString().contains("t.csv:3: '0.6,a,5,4' is no row"), err.toString());
        Files.writeString(table, "a,b\n");
        assertEquals(ExitStatus.WRONG_INPUT, execute(new PlotCommand(), table.toString()));
        assertTrue(err.toString().contains("t.csv:1: no table of acceptance ratios"), err.toString());
    }
}
