// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CompilerLogTest {
    /** The lines of the compiler for one model, as users publish them. */
    private static final String ONE = """
        Edge TPU Compiler version 16.0.384591198
        Started a compilation timeout timer of 180 seconds.

        Model compiled successfully in 1524 ms.

        Input model: efficientdet_coral_v2.tflite
        Input size: 4.24MiB
        Output model: efficientdet_coral_v2_edgetpu.tflite
        Output size: 5.57MiB
        On-chip memory used for caching model parameters: 4.21MiB
        On-chip memory remaining for caching model parameters: 3.29MiB
        Off-chip memory used for streaming uncached model parameters: 0.00B
        Number of Edge TPU subgraphs: 1
        Total number of operations: 267
        Operation log: efficientdet_coral_v2_edgetpu.log

        Model successfully compiled but not all operations are supported by the Edge TPU.
        Number of operations that will run on Edge TPU: 264
        Number of operations that will run on CPU: 3
        See the operation log file for individual operation details.
        Compilation child process completed within timeout period.
        Compilation succeeded!
        """;

    private static long kib(final Map<String, String> row, final String column) {
        return row.get(column).isEmpty() ? 0 : Math.round(Double.parseDouble(row.get(column)) * 1024);
    }

    private static int operations(final Map<String, String> row) {
        final String text = row.get("ops_total");
        return text.isEmpty() ? 1 : Integer.parseInt(text.split(" ")[0]);
    }

    @Test
    void shouldReadTheLinesThatTheCompilerPrints() {
        final CompilerLog log = CompilerLog.read(ONE);
        assertEquals("16.0.384591198", log.compilerVersion());
        final CompilerLog.Entry entry = log.entries().getFirst();
        assertEquals(1, log.entries().size());
        assertEquals("efficientdet_coral_v2.tflite", entry.input());
        assertEquals("efficientdet_coral_v2_edgetpu.tflite", entry.output());
        assertEquals(Math.round(4.21 * (1 << 20)), entry.cachedBytes());
        assertEquals(Math.round(3.29 * (1 << 20)), entry.remainingBytes());
        assertEquals(0, entry.streamedBytes());
        assertEquals(267, entry.operations());
        assertEquals(264, entry.onDevice());
        assertEquals(8192 * 1024 - entry.cachedBytes() - entry.remainingBytes(), log.reservedBytes(8 << 20));
    }

    @Test
    void shouldWriteAndReadBackEveryPublishedCompilation() throws IOException {
        final Map<String, List<CompilerLog.Entry>> groups = new LinkedHashMap<>();
        for (final Map<String, String> row : Tables.read("edgetpu_compiler_logs_kib.csv")) {
            final String model = row.get("model");
            final String group = row.get("compile_group").equals("single") ? model : row.get("compile_group");
            groups.computeIfAbsent(group, name -> new ArrayList<>()).add(new CompilerLog.Entry(model + ".tflite",
                kib(row, "input_kib"), model + "_edgetpu.tflite", kib(row, "output_kib"), kib(row, "on_chip_used_kib"),
                kib(row, "on_chip_remaining_kib"), kib(row, "off_chip_kib"), 1, operations(row), operations(row)));
        }
        assertEquals(6, groups.size());
        for (final List<CompilerLog.Entry> entries : groups.values()) {
            final String text = new CompilerLog("16.0.384591198", entries).write();
            final CompilerLog read = CompilerLog.read(text);
            assertEquals(text, read.write(), "what was read is printed as it was");
            assertEquals(entries.size(), read.entries().size());
            for (int i = 0; i < entries.size(); i++) {
                // the table's sizes come from two decimals of KiB or MiB, so they come back to the byte
                assertEquals(entries.get(i), read.entries().get(i));
            }
        }
        // the reference's executable space: 8192 - (322.25 + 4311.04 + 3051.52) KiB
        assertEquals(Math.round((8192 - 322.25 - 4311.04 - 3051.52) * 1024),
            new CompilerLog("", groups.get("lane+det")).reservedBytes(8 << 20), 16);
    }

    @Test
    void shouldSayTheLineWhenALogIsCutShortOrDamaged() {
        assertTrue(assertThrows(MalformedFileException.class, () -> CompilerLog.read("nothing")).getMessage()
            .startsWith("no line 'Input model:'"));
        final String cut = ONE.substring(0, ONE.indexOf("Off-chip"));
        assertTrue(assertThrows(MalformedFileException.class, () -> CompilerLog.read(cut)).getMessage()
            .startsWith("line 6: what is said of 'efficientdet_coral_v2.tflite' is cut short"));
        assertEquals("line 10: '4.21MB' is no size such as 4.21MiB", assertThrows(MalformedFileException.class,
            () -> CompilerLog.read(ONE.replace("parameters: 4.21MiB", "parameters: 4.21MB"))).getMessage());
    }

    @Test
    void shouldReadOrRefuseWhenCharactersAreChangedAtRandom() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            final StringBuilder text = new StringBuilder(ONE);
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(1, 128));
            }
            try {
                CompilerLog.read(text.toString());
            } catch (final MalformedFileException e) {
                assertTrue(!e.getMessage().isEmpty());
            } catch (final Throwable e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
    }
}
