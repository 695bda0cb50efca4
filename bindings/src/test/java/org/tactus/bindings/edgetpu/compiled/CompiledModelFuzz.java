// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * What a coverage-guided fuzzer calls: any bytes are read as a model and as a compiler's log, and give a value or a
 * {@link MalformedFileException}. What was read is used, so that a record that cannot be printed or asked shows as well.
 */
public final class CompiledModelFuzz {
    private CompiledModelFuzz() {
    }

    public static void fuzzerTestOneInput(final byte[] bytes) {
        try {
            final TfLiteFile file = TfLiteFile.read(bytes);
            for (final EdgePackage content : file.packages()) {
                content.bytes();
                content.token();
            }
            if (file.toString().isEmpty()) {
                throw new AssertionError("a model that says nothing");
            }
        } catch (final MalformedFileException e) {
            check(e);
        }
        try {
            if (TfLiteTraits.read(bytes).toString().isEmpty()) {
                throw new AssertionError("traits that say nothing");
            }
        } catch (final MalformedFileException e) {
            check(e);
        }
        try {
            final CompilerLog log = CompilerLog.read(new String(bytes, StandardCharsets.UTF_8));
            log.reservedBytes(8 << 20);
            final String text = log.write();
            if (!CompilerLog.read(text).write().equals(text)) {
                throw new AssertionError("what was written reads otherwise: " + text);
            }
        } catch (final MalformedFileException e) {
            check(e);
        }
    }

    private static void check(final MalformedFileException e) {
        if (e.getMessage().isEmpty() || e.getMessage().indexOf('\n') >= 0) {
            throw new AssertionError("no single line: " + e.getMessage());
        }
    }

    /** Writes sound files to begin with. */
    static void seeds(final Path folder) throws IOException {
        final List<TensorInfo> in = List.of(new TensorInfo("x", ElementType.UINT8, List.of(1L, 4L)));
        final List<TensorInfo> out = List.of(new TensorInfo("y", ElementType.INT8, List.of(1L, 2L)));
        int number = 0;
        for (final List<ExecutableType> types : List.of(List.of(ExecutableType.STAND_ALONE),
            List.of(ExecutableType.PARAMETER_CACHING, ExecutableType.EXECUTION_ONLY), Arrays.asList(ExecutableType.values()))) {
            final EdgePackage content = new EdgePackage(14, "16.0", "m", 2, types.stream()
                .map(type -> new Executable(type, 0x1234_5678_9abcL, 9, 8, 7, 6, 5, 4, 3)).toList());
            Files.write(folder.resolve("model-" + number++), CompiledModelWriter.write(in, out, content));
        }
        Files.write(folder.resolve("plain"), DenseModelWriter.write("x", "y", new float[][] {{1, 2}}, new float[] {3}, true));
        Files.writeString(folder.resolve("log"), new CompilerLog("16.0", List.of(
            new CompilerLog.Entry("a.tflite", 1000, "a_edgetpu.tflite", 2000, 300, 400, 0, 1, 12, 11),
            new CompilerLog.Entry("b.tflite", 9_000_000, "b_edgetpu.tflite", 2000, 0, 100, 7_000_000, 1, 5, 5))).write());
    }
}
