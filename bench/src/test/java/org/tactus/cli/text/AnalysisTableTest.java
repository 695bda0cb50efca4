// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.analysis.Verdict;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.analysis.Analyses;

class AnalysisTableTest {
    @TempDir
    private Path folder;

    /** Eight tasks with measured overheads of all kinds; their WCETs in milliseconds. */
    private LoadedTaskSet set(final double wcetMs) throws IOException {
        final StringBuilder text = new StringBuilder("tactus: 1\nname: s\npolicy: fixed-priority\noverheads: {releaseJitter: 123us, "
            + "sporadicJitter: 234us, dispatch: 12us, dispatchPerTask: 3us, handOff: 45us, completion: 6us, stall: 0ms, "
            + "curve: [[1ms, 400us], [100ms, 3ms]]}\nplatform: {devices: [{name: cpu0, kind: cpu}]}\ntasks:\n");
        for (int i = 0; i < 8; i++) {
            text.append("- {name: network-").append(i).append(", period: 100ms, segments: [{device: cpu0, wcet: ").append(wcetMs)
                .append("ms}]}\n");
        }
        return TaskSetFile.load(Files.writeString(folder.resolve("s.yaml"), text), TaskSetFile.Options.strict());
    }

    private static List<String> printed(final LoadedTaskSet set, final int columns, final boolean sensitivity) {
        final StringWriter text = new StringWriter();
        final Verdict verdict = Analyses.analyze(set.taskSet());
        AnalysisTable.print(new PrintWriter(text, true), set, verdict,
            sensitivity ? Optional.of(SensitivityReport.of(verdict, set.taskSet())) : Optional.empty(), columns);
        return text.toString().lines().map(line -> line.replace(set.file().toString(), "s.yaml")).toList();
    }

    @Test
    void shouldStayWithinTheColumnsAndSayAllTheSame() throws IOException {
        for (final double wcetMs : new double[] {5, 20}) {
            final List<String> narrow = printed(set(wcetMs), 80, true);
            assertTrue(narrow.stream().skip(1).allMatch(line -> line.length() <= 80), () -> String.join("\n", narrow));
            final String wide = String.join(" ", printed(set(wcetMs), 100_000, true));
            assertEquals(words(wide).replace("made of ", ""), words(String.join(" ", narrow)).replace("made of ", ""));
        }
    }

    /** Each page has a set and what is printed of it. */
    @ParameterizedTest
    @CsvSource({"command-line.md, braking", "analysis.md, over"})
    void shouldPrintWhatThePagesShow(final String page, final String name) throws IOException {
        final String text = Files.readString(Path.of("..", "docs", page));
        final String prompt = "```\n$ tactus analyze " + name + ".yaml\n";
        final int end = text.indexOf(prompt);
        final int begin = text.lastIndexOf("```yaml\n", end) + "```yaml\n".length();
        final Path file = Files.writeString(folder.resolve("s.yaml"), text.substring(begin, text.indexOf("```", begin)));
        final String shown = text.substring(end + prompt.length(), text.indexOf("```", end + prompt.length()));
        final LoadedTaskSet set = TaskSetFile.load(file, TaskSetFile.Options.strict());
        assertEquals(List.of(), set.warnings());
        final LoadedTaskSet named = new LoadedTaskSet(set.taskSet(), Path.of(name + ".yaml"), set.baseDirectory(), set.overheadsSource(),
            set.calibration(), set.sidecar(), set.menus(), set.warnings(), set.lines());
        assertEquals(shown.strip(), String.join("\n", printed(named, 80, false)).replace("s.yaml", name + ".yaml").strip());
    }

    private static String words(final String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    @Test
    void shouldSayThatTimesMustShrinkWhenASetIsRejected() throws IOException {
        final String rejected = String.join("\n", printed(set(20), 200, true));
        assertTrue(rejected.contains("  all WCETs must shrink to the share 0."), rejected);
        final String good = String.join("\n", printed(set(5), 200, true));
        assertTrue(good.contains("  all WCETs may grow by the factor ") && good.contains(" at most"), good);
    }
}
