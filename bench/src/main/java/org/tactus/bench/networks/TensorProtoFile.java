// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A tensor in a file of its own, as ONNX's tests have them.
 *
 * @param info   name, type and extents
 * @param values elements, row-major, little-endian; at least one byte
 */
record TensorProtoFile(TensorInfo info, MemorySegment values) {
    /** Reads a file into memory of the arena. */
    static TensorProtoFile read(final Path file, final Arena arena) throws IOException {
        return of(TensorProto.parseFrom(Files.readAllBytes(file)), arena);
    }

    /** Copies a tensor into memory of the arena. */
    static TensorProtoFile of(final TensorProto tensor, final Arena arena) {
        final ElementType type = ElementType.of(tensor.getDataType());
        final TensorInfo info = new TensorInfo(tensor.getName(), type, tensor.getDimsList());
        if (type == null) {
            return new TensorProtoFile(info, MemorySegment.NULL);
        }
        final MemorySegment values = arena.allocate(Math.max(1, info.bytes()), 64);
        if (tensor.hasRawData()) {
            MemorySegment.copy(MemorySegment.ofArray(tensor.getRawData().toByteArray()), 0, values, 0, info.bytes());
        } else {
            listed(tensor, type, values, info.elements());
        }
        return new TensorProtoFile(info, values);
    }

    /** Values that the format keeps in lists of numbers: narrow types in the list of 32-bit integers. */
    private static void listed(final TensorProto tensor, final ElementType type, final MemorySegment values, final long elements) {
        for (int i = 0; i < elements; i++) {
            switch (type) {
                case FLOAT -> values.setAtIndex(ValueLayout.JAVA_FLOAT, i, tensor.getFloatData(i));
                case DOUBLE -> values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, tensor.getDoubleData(i));
                case INT64 -> values.setAtIndex(ValueLayout.JAVA_LONG, i, tensor.getInt64Data(i));
                case UINT64 -> values.setAtIndex(ValueLayout.JAVA_LONG, i, tensor.getUint64Data(i));
                case UINT32 -> values.setAtIndex(ValueLayout.JAVA_INT, i, (int) tensor.getUint64Data(i));
                case INT32 -> values.setAtIndex(ValueLayout.JAVA_INT, i, tensor.getInt32Data(i));
                case FLOAT16, BFLOAT16, INT16, UINT16 -> values.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) tensor.getInt32Data(i));
                case INT8, UINT8, BOOL -> values.set(ValueLayout.JAVA_BYTE, i, (byte) tensor.getInt32Data(i));
                default -> throw new IllegalStateException("no list of " + type);
            }
        }
    }

    /** Extents as a shape of a task set. */
    List<Long> shape() {
        return info.shape();
    }
}
