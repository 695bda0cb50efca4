// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.edgetpu.cost.InvocationBytes;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

class CompiledModelTest {
    private static final TensorInfo IN = new TensorInfo("images", ElementType.UINT8, List.of(1L, 224L, 224L, 3L));
    private static final TensorInfo OUT = new TensorInfo("classes", ElementType.INT8, List.of(1L, 1001L));

    private static long number(final Map<String, String> row, final String column) {
        return Long.parseLong(row.get(column));
    }

    private static Executable executable(final Map<String, String> row) {
        return new Executable(ExecutableType.valueOf(row.get("exec_type")), Long.parseUnsignedLong(row.get("token_hex"), 16),
            number(row, "param_bytes"), number(row, "instr_bytes"), (int) number(row, "narrow_mem_bytes_per_tile"),
            number(row, "dma_param_bytes"), number(row, "input_bytes"), number(row, "output_bytes"), 0);
    }

    static EdgePackage packageOf(final Executable... executables) {
        return new EdgePackage(14, "16.0.384591198", "", 0, Arrays.asList(executables));
    }

    static Executable executable(final ExecutableType type, final long token, final int parameters) {
        return new Executable(type, token, parameters, 128, 64, parameters, 224 * 224 * 3, 1008, 0);
    }

    @Test
    void shouldReadBackEveryRowThatPublicFilesGave() throws IOException {
        final Map<String, List<Map<String, String>>> files = new LinkedHashMap<>();
        for (final Map<String, String> row : Tables.read("darwinn_executables_parsed.csv")) {
            files.computeIfAbsent(row.get("file"), name -> new ArrayList<>()).add(row);
        }
        assertEquals(20, files.size());
        int rows = 0;
        for (final List<Map<String, String>> file : files.values()) {
            final List<Executable> executables = new ArrayList<>(file.stream().map(CompiledModelTest::executable).toList());
            executables.sort(Comparator.comparing(Executable::type)); // files hold the caching one first
            final EdgePackage content = new EdgePackage((int) number(file.getFirst(), "min_runtime"), "compiler", "",
                (int) number(file.getFirst(), "signature_len"), executables);
            final TfLiteFile read = TfLiteFile.read(CompiledModelWriter.write(List.of(IN), List.of(OUT), content));
            assertEquals(List.of(content), read.packages());
            assertTrue(read.isCompiled());
            assertEquals(List.of(IN), read.inputs());
            assertEquals(List.of(OUT), read.outputs());
            rows += read.packages().getFirst().executables().size();
            final Executable main = read.packages().getFirst().main();
            assertEquals(ExecutableType.EXECUTION_ONLY, main.type());
            assertEquals(read.packages().getFirst().executables().getFirst().token(), main.token(), "one token a file");
        }
        assertEquals(40, rows);
    }

    @Test
    void shouldTellWhatAnInvocationMovesByTheDriversRule() {
        final Executable caching = executable(ExecutableType.PARAMETER_CACHING, 7, 500);
        final Executable running = executable(ExecutableType.EXECUTION_ONLY, 7, 300);
        final Executable alone = executable(ExecutableType.STAND_ALONE, 9, 800);
        assertEquals(new InvocationBytes(500, 300, 128, 224 * 224 * 3, 1008), packageOf(caching, running).bytes());
        assertEquals(new InvocationBytes(0, 800, 128, 224 * 224 * 3, 1008), packageOf(alone).bytes());
        assertEquals(new InvocationBytes(0, 800, 128, 224 * 224 * 3, 1008), packageOf(caching, running, alone).bytes());
        assertEquals(7, packageOf(caching, running).token());
        assertEquals(9, packageOf(caching, running, alone).token());
    }

    @Test
    void shouldReadAPlainModelAsOneWithoutPackages() {
        final TfLiteFile file = TfLiteFile.read(
            DenseModelWriter.write("in", "out", new float[][] {{1, 2, 3}, {4, 5, 6}}, new float[] {7, 8}, true));
        assertFalse(file.isCompiled());
        assertEquals(List.of(new TensorInfo("in", ElementType.FLOAT, List.of(1L, 3L))), file.inputs());
        assertEquals(List.of(new TensorInfo("out", ElementType.FLOAT, List.of(1L, 2L))), file.outputs());
        assertEquals(1, file.operators());
    }

    private static String refusal(final byte[] bytes) {
        final String text = assertThrows(MalformedFileException.class, () -> TfLiteFile.read(bytes)).getMessage();
        assertFalse(text.contains("\n"), text);
        return text;
    }

    @Test
    void shouldSayWhatIsWrongWhenAFileIsNoModelOrAnUnsoundOne() {
        assertEquals("the file has 0 bytes; it is cut short", refusal(new byte[0]));
        assertEquals("the file does not begin with TFL3; it is no such thing, or damaged",
            refusal("PK\3\4 and so on".getBytes(StandardCharsets.ISO_8859_1)));
        final EdgePackage unsound = packageOf(
            executable(ExecutableType.PARAMETER_CACHING, 7, 5), executable(ExecutableType.PARAMETER_CACHING, 7, 5));
        final byte[] bytes = CompiledModelWriter.write(List.of(IN), List.of(OUT), unsound);
        assertTrue(refusal(bytes).startsWith("a package of [PARAMETER_CACHING, PARAMETER_CACHING]; a driver takes one"));
        final byte[] negative = CompiledModelWriter.write(List.of(IN), List.of(OUT),
            packageOf(new Executable(ExecutableType.STAND_ALONE, 0, 1, 1, 1, 0, -5, 1, 0)));
        assertEquals("a size of -5 bytes in an executable; a size is at least 0", refusal(negative));
    }

    @Test
    void shouldRefuseEveryPrefixOfAModelWithOneLine() {
        final byte[] bytes = CompiledModelWriter.write(List.of(IN), List.of(OUT), packageOf(
            executable(ExecutableType.PARAMETER_CACHING, 7, 50), executable(ExecutableType.EXECUTION_ONLY, 7, 30)));
        for (int length = 0; length < bytes.length - 64; length++) { // what comes last is padding and the empty buffer
            refusal(Arrays.copyOf(bytes, length));
        }
    }

    @Test
    void shouldReadOrRefuseWhenBytesAreChangedAtRandom() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] sound = CompiledModelWriter.write(List.of(IN), List.of(OUT), packageOf(
            executable(ExecutableType.PARAMETER_CACHING, 7, 50), executable(ExecutableType.EXECUTION_ONLY, 7, 30)));
        int refused = 0;
        for (int round = 0; round < 50_000; round++) {
            final byte[] bytes = sound.clone();
            for (int i = random.nextInt(1, 9); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                TfLiteFile.read(bytes);
            } catch (final MalformedFileException e) {
                refused++;
            } catch (final Throwable e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
        assertTrue(refused > 5_000 && refused < 45_000, "refused " + refused + " of 50000, seed " + seed);
    }
}
