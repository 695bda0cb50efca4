// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tactus.bindings.edgetpu.compiled.CompiledModelWriter;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.ExecutableType;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/** Compiled models of the tests of Edge TPUs. */
final class EdgeModels {
    private static final int CACHED_BYTES = 1 << 16;

    private EdgeModels() {
    }

    /** Four floating-point numbers. */
    static TensorInfo four(final String name) {
        return new TensorInfo(name, ElementType.FLOAT, List.of(1L, 4L));
    }

    /** Writes a segment of 64 KiB of cached parameters, from four numbers to four. */
    static void write(final Path file, final String input, final String output, final long token) throws IOException {
        Files.write(file, CompiledModelWriter.write(List.of(four(input)), List.of(four(output)), new EdgePackage(14, "", "", 0, List.of(
            new Executable(ExecutableType.PARAMETER_CACHING, token, CACHED_BYTES, 100, 0, CACHED_BYTES, 0, 0, 0),
            new Executable(ExecutableType.EXECUTION_ONLY, token, 0, 1000, 64, 0, 16, 16, 0)))));
    }
}
