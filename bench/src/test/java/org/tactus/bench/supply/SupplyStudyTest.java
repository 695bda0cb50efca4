// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.supply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.ExperimentCommand;
import org.tactus.internal.supply.StallTrace;
import org.tactus.internal.text.TextTable;
import picocli.CommandLine;

class SupplyStudyTest {
    private static final long SEED = Long.getLong("tactus.property.seed", 99);
    private static final long SECOND = 1_000_000_000L;
    @TempDir
    private Path folder;

    @Test
    void shouldCountTheWindowsThatHoldWhenTheyAreCountedOneByOne() {
        for (long seed = SEED; seed < SEED + 500; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final int span = 50 + random.nextInt(400);
            final boolean[] stalled = new boolean[span];
            final double share = random.nextDouble();
            for (int i = 0; i < span; i++) {
                stalled[i] = random.nextDouble() < share;
            }
            final StallTrace trace = trace(stalled);
            final int window = 4 + random.nextInt(span - 4);
            final int allowed = random.nextInt(window);
            int windows = 0;
            int good = 0;
            for (int from = 0; from + window <= span; from += window / 4) {
                int away = 0;
                for (int unit = from; unit < from + window; unit++) {
                    away += stalled[unit] ? 1 : 0;
                }
                windows++;
                good += away <= allowed ? 1 : 0;
            }
            assertEquals((double) good / windows, CurveStudy.held(trace, window, allowed), 1e-12, "seed " + seed);
        }
    }

    @Test
    void shouldTellWhichCurvesBrokeWhenTheSecondHalfIsWorse() {
        // 2 ms away in each 100 ms, and from 30 s on 4 ms.
        final int count = 600;
        final long[] begins = new long[count];
        final long[] ends = new long[count];
        for (int i = 0; i < count; i++) {
            begins[i] = i * 100_000_000L + 5_000_000;
            ends[i] = begins[i] + (i < count / 2 ? 2_000_000 : 4_000_000);
        }
        final StallTrace trace = StallTrace.of(begins, ends, count, 60 * SECOND);
        final CurveStudy.Settings settings =
            new CurveStudy.Settings(List.of(10 * SECOND, 100 * SECOND), List.of(1_000L, 2_000L), 10 * SECOND);
        final List<CurveStudy.Row> rows = new CurveStudy(trace, settings).rows();
        assertEquals(20, rows.size(), "an hour of learning has no room, ten windows by two factors have");
        for (final CurveStudy.Row row : rows) {
            assertEquals(5, row.curves());
            final String of = row.toString();
            if (row.windowNs() <= 2_000_000) {
                assertEquals(1, row.unbroken(), of); // a core that is away for 2 ms takes a window of 2 ms whole
            } else if (row.windowNs() == 100_000_000 && row.factor() == 1_000) {
                // Between its steps a curve has the value of the next longer window, which holds two stalls of the better half.
                assertEquals(1, row.unbroken(), of);
            } else if (row.factor() == 1_000) {
                // Learnt on the first three tens of seconds, of which the last is followed by the worse half.
                assertEquals(4 / 5.0, row.unbroken(), of);
                assertTrue(row.worst() < 1 && row.held() > 0.8 - 1e-9 && row.held() < 1, of);
                assertEquals(1 - (1 - row.worst()) / 5, row.held(), 1e-9, of);
            } else {
                assertEquals(1, row.unbroken(), of);
                assertEquals(1, row.held(), of);
            }
        }
        assertTrue(SupplyOutput.csv(rows).startsWith("learn_s,factor,window_ms,"));
        assertEquals(21, SupplyOutput.csv(rows).lines().count());
        final StringWriter printed = new StringWriter();
        SupplyOutput.print(rows, new PrintWriter(printed, true));
        assertEquals(List.of(), printed.toString().lines().filter(line -> line.length() > TextTable.NARROW).toList());
        assertTrue(printed.toString().lines().count() >= 21, printed::toString);
    }

    @Test
    void shouldReadWhatWasWrittenWhenTheFileIsWholeOrBrokenOff() throws IOException {
        final Path whole = folder.resolve("whole.gz");
        final long[] begins = new long[20_000];
        final long[] ends = new long[20_000];
        final SplittableRandom random = new SplittableRandom(SEED);
        try (StallFile.Output output = new StallFile.Output(whole, Map.of("core", "1", "granted", "two words"))) {
            for (int i = 0; i < begins.length; i++) {
                begins[i] = 1_000_000L * i + random.nextInt(400_000);
                ends[i] = begins[i] + 1 + random.nextInt(500_000);
                output.stall(begins[i], ends[i] - begins[i]);
                if (i == 9_999) {
                    output.toldUntil(10 * SECOND);
                }
            }
            output.toldUntil(20 * SECOND);
        }
        final StallFile.Content read = StallFile.read(whole);
        assertEquals(Map.of("core", "1", "granted", "two words"), read.notes());
        assertEquals(20 * SECOND, read.trace().spanNs());
        assertEquals(begins.length, read.trace().count());
        for (int i = 0; i < begins.length; i++) {
            assertEquals(begins[i], read.trace().beginNs(i));
            assertEquals(ends[i], read.trace().endNs(i));
        }
        final byte[] bytes = Files.readAllBytes(whole);
        final Path broken = folder.resolve("broken.gz");
        Files.write(broken, Arrays.copyOf(bytes, bytes.length - 5_000));
        final StallFile.Content part = StallFile.read(broken);
        assertEquals(10 * SECOND, part.trace().spanNs());
        assertEquals(10_000, part.trace().count());
        assertTrue(part.notes().containsKey("broken-off"));
    }

    @Test
    void shouldSayTheLineWhenAFileIsNone() throws IOException {
        assertMessage("1: the line is not '# tactus-stalls 1'", "hello\n");
        assertMessage("3: the line is not 'NS NS', a begin and a length", "# tactus-stalls 1\n# core 1\n17\n@ 5\n");
        assertMessage("2: the line is not 'NS NS', a begin and a length", "# tactus-stalls 1\n-1 4\n@ 5\n");
        assertMessage("2: the line ends before any stretch of time is complete", "# tactus-stalls 1\n1 4\n");
    }

    private void assertMessage(final String expected, final String text) throws IOException {
        final Path file = folder.resolve("wrong.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        final String message = assertThrows(IOException.class, () -> StallFile.read(file)).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void shouldRecordAndStudyWhenTheCommandIsGiven() throws IOException {
        final Path file = folder.resolve("short.gz");
        final StringWriter out = new StringWriter();
        assertEquals(0, execute(out, "supply", "--record", file.toString(), "--for", "1500ms", "--grid", "200us"), out.toString());
        final StallTrace trace = StallFile.read(file).trace();
        assertTrue(trace.spanNs() >= SECOND, "recorded " + trace.spanNs());
        for (int i = 0; i < trace.count(); i++) {
            assertEquals(0, trace.beginNs(i) % 200_000, "a stall begins where the recorder should have looked");
        }
        assertEquals(2, execute(out, "supply", "--from", file.toString(), "--out", folder.resolve("out").toString()));
        assertTrue(out.toString().contains("give a recording of at least"), out.toString());

        final Path minutes = folder.resolve("minutes.gz");
        try (StallFile.Output output = new StallFile.Output(minutes, Map.of("core", "0"))) {
            for (int i = 0; i < 1_000; i++) {
                output.stall(i * 30_000_000L, 1 + i % 7 * 300_000L);
            }
            output.toldUntil(30 * SECOND);
        }
        assertEquals(0, execute(out, "supply", "--from", minutes.toString(), "--later", "10s", "--out", folder.resolve("out").toString()),
            out.toString());
        for (final String ending : List.of("csv", "svg", "png")) {
            assertTrue(Files.size(folder.resolve("out/supply." + ending)) > 500, ending);
        }
    }

    @Test
    void shouldRefuseWhenBothOrNoneOrAWrongValueIsGiven() {
        final StringWriter out = new StringWriter();
        assertEquals(2, execute(out, "supply"));
        assertEquals(2, execute(out, "supply", "--record", "a", "--from", "b"));
        assertEquals(2, execute(out, "supply", "--record", folder.resolve("a").toString(), "--core", "4711"));
        assertEquals(2, execute(out, "supply", "--record", folder.resolve("a").toString(), "--grid", "1us"));
        assertTrue(out.toString().contains("give one of --record FILE and --from FILE")
            && out.toString().contains("--core 4711 is not on line")
            && out.toString().contains("--grid 1us is out of range"), out.toString());
    }

    private static int execute(final StringWriter out, final String... words) {
        return new CommandLine(new ExperimentCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(out)).execute(words);
    }

    private static StallTrace trace(final boolean[] stalled) {
        final long[] begins = new long[stalled.length];
        final long[] ends = new long[stalled.length];
        int count = 0;
        for (int i = 0; i < stalled.length; i++) {
            if (stalled[i]) {
                begins[count] = i;
                ends[count++] = i + 1;
            }
        }
        return StallTrace.of(begins, ends, count, stalled.length);
    }
}
