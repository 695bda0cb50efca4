// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.ExperimentCommand;
import picocli.CommandLine;

/** An experiment in parts, computed anywhere and put together again. */
class ShardTest {
    private static final int PARTS = 7;

    @TempDir
    private Path folder;

    private String said;

    private int run(final String... words) {
        final StringWriter text = new StringWriter();
        final PrintWriter writer = new PrintWriter(text);
        final int status = new CommandLine(new ExperimentCommand()).setOut(writer).setErr(writer).execute(words);
        said = text.toString();
        return status;
    }

    private int part(final int number, final String out) {
        return run("schedulability", "--system", "rt-swap", "--sets", "20", "--seed", "3", "--threads", "2",
            "--shard", number + "/" + PARTS, "--out", folder.resolve(out).toString());
    }

    private List<String> parts(final String out) {
        final List<String> files = new ArrayList<>();
        for (int i = PARTS; i >= 1; i--) { // in another order than they were made
            files.add(file(i, out).toString());
        }
        return files;
    }

    private Path file(final int number, final String out) {
        return folder.resolve(out).resolve("schedulability-rt-swap-" + number + "-of-" + PARTS + ".shard");
    }

    private int merge(final List<String> files, final String out) {
        final List<String> words = new ArrayList<>(List.of("merge"));
        words.addAll(files);
        words.addAll(List.of("--out", folder.resolve(out).toString()));
        return run(words.toArray(String[]::new));
    }

    /** Leaves what a process leaves that is killed while it appends a line. */
    private void kill(final int number, final String out) throws IOException {
        final String text = Files.readString(file(number, out));
        final int keep = text.length() / 2;
        assertFalse(text.charAt(keep - 1) == '\n', "the kill is to tear a line");
        Files.writeString(file(number, out), text.substring(0, keep));
    }

    @Test
    void shouldEqualTheUnsplitRunByteForByteWhenOneOfSevenPartsWasKilledAndResumed() throws IOException {
        assertEquals(0, run("schedulability", "--system", "rt-swap", "--sets", "20", "--seed", "3",
            "--out", folder.resolve("whole").toString()));
        for (int i = 1; i <= PARTS; i++) {
            assertEquals(0, part(i, "parts"), said);
        }
        kill(4, "parts");
        assertEquals(2, merge(parts("parts"), "early"));
        assertTrue(said.contains("blocks are missing"), said);
        final List<String> before = Files.readAllLines(file(4, "parts"));
        assertEquals(0, part(4, "parts"), said);
        final List<String> after = Files.readAllLines(file(4, "parts"));
        assertEquals(before.subList(0, before.size() - 1), after.subList(0, before.size() - 1), "whole lines are not computed again");
        assertEquals(0, merge(parts("parts"), "merged"), said);
        for (final String ending : List.of("csv", "svg", "png")) {
            final String name = "schedulability-rt-swap." + ending;
            assertArrayEquals(Files.readAllBytes(folder.resolve("whole").resolve(name)),
                Files.readAllBytes(folder.resolve("merged").resolve(name)), name);
        }
    }

    @Test
    void shouldComputeNothingAgainWhenAPartIsComplete() throws IOException {
        assertEquals(0, part(2, "parts"));
        final byte[] once = Files.readAllBytes(file(2, "parts"));
        assertEquals(0, part(2, "parts"));
        assertArrayEquals(once, Files.readAllBytes(file(2, "parts")));
    }

    @Test
    void shouldSayWhatIsWrongWhenPartsDoNotFit() throws IOException {
        assertEquals(0, part(1, "parts"));
        final Path mine = file(1, "parts");
        assertEquals(2, merge(List.of(mine.toString(), mine.toString()), "twice"));
        assertTrue(said.contains("another file, too; name each shard once"), said);
        assertEquals(2, run("schedulability", "--system", "rt-swap", "--sets", "21", "--seed", "3", "--shard", "1/7", "--out",
            folder.resolve("parts").toString()));
        assertTrue(said.contains("holds another experiment"), said);
        for (final String wrong : List.of("0/7", "8/7", "1", "1/0", "a/b", "1/2/3", "-1/7")) {
            assertEquals(2, run("schedulability", "--system", "rt-swap", "--shard", wrong, "--out", folder.toString()), wrong);
            assertTrue(said.startsWith("--shard " + wrong), said);
        }
    }

    @Test
    void shouldLeaveAForeignFileAloneWhenItHasAPartsName() throws IOException {
        Files.createDirectories(folder.resolve("parts"));
        for (final String foreign : List.of("my notes", "my notes\n", "tactus-shard 1 system=rt-swap\n")) {
            Files.writeString(file(1, "parts"), foreign);
            assertEquals(2, part(1, "parts"), said);
            assertEquals(foreign, Files.readString(file(1, "parts")));
            assertEquals(2, merge(List.of(file(1, "parts").toString()), "merged"), said);
        }
        assertEquals(2, merge(List.of(folder.resolve("none").toString()), "merged"));
        assertTrue(said.contains("is no file"), said);
    }

    @Test
    void shouldRefuseAPartWhenLinesWereChanged() throws IOException {
        assertEquals(0, part(1, "parts"));
        final List<String> lines = Files.readAllLines(file(1, "parts"));
        for (final String wrong : List.of("x\t-", "-1\t1 1 1 0 1\t-", "99999999\t-", lines.get(1), "7", "")) {
            Files.write(file(1, "parts"), lines);
            Files.writeString(file(1, "parts"), wrong + "\n", StandardOpenOption.APPEND);
            assertEquals(2, merge(List.of(file(1, "parts").toString()), "merged"), wrong);
            assertTrue(said.contains("is not written by"), said);
        }
    }

    @Test
    void shouldTellTheSameViolationWhateverIsAddedFirst() {
        final Outcome early = new Outcome(1);
        early.violation = "early";
        final Outcome late = new Outcome(1);
        late.violation = "late";
        final Tally one = new Tally(2, 1);
        one.add(1, 9, late);
        one.add(0, 3, early);
        final Tally other = new Tally(2, 1);
        other.add(0, 3, early);
        other.add(1, 9, late);
        final Tally read = new Tally(2, 1);
        read.read(1, one.line(1));
        assertEquals("early", one.violation());
        assertEquals("early", other.violation());
        assertEquals("early", read.violation());
    }
}
