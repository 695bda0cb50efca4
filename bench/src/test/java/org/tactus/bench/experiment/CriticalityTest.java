// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.ExperimentCommand;
import picocli.CommandLine;

/** The experiment on levels, with few sets. */
class CriticalityTest {
    private static String run(final Path folder, final String threads) {
        final StringWriter printed = new StringWriter();
        assertEquals(0, new CommandLine(new ExperimentCommand()).setOut(new PrintWriter(printed)).setErr(new PrintWriter(printed))
            .execute("criticality", "--sets", "4", "--threads", threads, "--out", folder.toString()), printed.toString());
        return printed.toString();
    }

    @Test
    void shouldGiveTheSameFilesWhenOtherThreadsCompute(@TempDir final Path folder) throws Exception {
        final String text = run(folder.resolve("one"), "1");
        assertTrue(text.contains("gain: sam-slack"), text);
        run(folder.resolve("two"), "2");
        for (final String name : List.of("criticality.csv", "criticality-gain.csv")) {
            assertEquals(Files.readString(folder.resolve("one").resolve(name)), Files.readString(folder.resolve("two").resolve(name)));
        }
        assertTrue(Files.size(folder.resolve("one").resolve("criticality-gain.png")) > 10_000);
    }

    @Test
    void shouldGainMoreThanTheBestFixedLevelWhenDevicesAreHalfUsed(@TempDir final Path folder) throws Exception {
        run(folder, "2");
        final List<String> rows = Files.readAllLines(folder.resolve("criticality-gain.csv"));
        assertTrue(gain(rows, "sam-slack") > gain(rows, "best fixed level, seg-edf"), rows::toString);
        assertTrue(gain(rows, "mot-np-fp") > gain(rows, "best fixed level, seg-fp"), rows::toString);
    }

    private static double gain(final List<String> rows, final String approach) {
        return rows.stream().filter(row -> row.startsWith("0.50,\"" + approach + "\"")).map(row -> row.split(","))
            .mapToDouble(cells -> Double.parseDouble(cells[cells.length - 2])).findFirst().orElseThrow();
    }
}
