// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;

/** Reads what a session takes and gives. */
final class OrtInspection {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private OrtInspection() {
    }

    static List<TensorInfo> inputs(final Arena arena, final long session) {
        return list(arena, session, "SessionGetInput", onnxruntime_h.ORT_API_SessionGetInputCount(),
            onnxruntime_h.ORT_API_SessionGetInputName(), onnxruntime_h.ORT_API_SessionGetInputTypeInfo());
    }

    static List<TensorInfo> outputs(final Arena arena, final long session) {
        return list(arena, session, "SessionGetOutput", onnxruntime_h.ORT_API_SessionGetOutputCount(),
            onnxruntime_h.ORT_API_SessionGetOutputName(), onnxruntime_h.ORT_API_SessionGetOutputTypeInfo());
    }

    private static List<TensorInfo> list(final Arena arena, final long session, final String function, final int countIndex,
                                         final int nameIndex, final int typeIndex) {
        final MemorySegment out = Ort.out(arena);
        Ort.call(function + "Count", countIndex, session, out.address());
        final long count = out.get(LONG, 0);
        Ort.call("GetAllocatorWithDefaultOptions", onnxruntime_h.ORT_API_GetAllocatorWithDefaultOptions(), out.address());
        final long allocator = out.get(LONG, 0);
        final List<TensorInfo> infos = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            Ort.call(function + "Name", nameIndex, session, i, allocator, out.address());
            final long address = out.get(LONG, 0);
            final String name = Ort.text(address);
            Ort.call("AllocatorFree", onnxruntime_h.ORT_API_AllocatorFree(), allocator, address);
            Ort.call(function + "TypeInfo", typeIndex, session, i, out.address());
            final long type = out.get(LONG, 0);
            try {
                infos.add(info(arena, name, type));
            } finally {
                Ort.release(onnxruntime_h.ORT_API_ReleaseTypeInfo(), type);
            }
        }
        return List.copyOf(infos);
    }

    private static TensorInfo info(final Arena arena, final String name, final long type) {
        final MemorySegment out = Ort.out(arena);
        final MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
        Ort.call("GetOnnxTypeFromTypeInfo", onnxruntime_h.ORT_API_GetOnnxTypeFromTypeInfo(), type, number.address());
        if (number.get(ValueLayout.JAVA_INT, 0) != onnxruntime_h.ONNX_TYPE_TENSOR()) {
            return new TensorInfo(name, null, List.of());
        }
        // the tensor's view belongs to the type and is not released
        Ort.call("CastTypeInfoToTensorInfo", onnxruntime_h.ORT_API_CastTypeInfoToTensorInfo(), type, out.address());
        return tensor(arena, name, out.get(LONG, 0));
    }

    /** What the outputs of a binding hold after a run. */
    static List<TensorInfo> bound(final Arena arena, final long binding, final List<TensorInfo> outputs) {
        final MemorySegment out = Ort.out(arena);
        final MemorySegment count = Ort.out(arena);
        Ort.call("GetAllocatorWithDefaultOptions", onnxruntime_h.ORT_API_GetAllocatorWithDefaultOptions(), out.address());
        final long allocator = out.get(LONG, 0);
        Ort.call("GetBoundOutputValues", onnxruntime_h.ORT_API_GetBoundOutputValues(), binding, allocator, out.address(), count.address());
        final long address = out.get(LONG, 0);
        final int values = Math.toIntExact(count.get(LONG, 0));
        final MemorySegment list = MemorySegment.ofAddress(address).reinterpret((long) values * Long.BYTES);
        final List<TensorInfo> infos = new ArrayList<>();
        try {
            for (int i = 0; i < values; i++) {
                infos.add(value(arena, outputs.get(i).name(), list.getAtIndex(LONG, i)));
            }
        } finally {
            for (int i = 0; i < values; i++) {
                Ort.release(onnxruntime_h.ORT_API_ReleaseValue(), list.getAtIndex(LONG, i));
            }
            if (address != 0) {
                Ort.call("AllocatorFree", onnxruntime_h.ORT_API_AllocatorFree(), allocator, address);
            }
        }
        return infos;
    }

    private static TensorInfo value(final Arena arena, final String name, final long value) {
        final MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
        if (value == 0) {
            return new TensorInfo(name, null, List.of());
        }
        Ort.call("GetValueType", onnxruntime_h.ORT_API_GetValueType(), value, number.address());
        if (number.get(ValueLayout.JAVA_INT, 0) != onnxruntime_h.ONNX_TYPE_TENSOR()) {
            return new TensorInfo(name, null, List.of());
        }
        final MemorySegment out = Ort.out(arena);
        Ort.call("GetTensorTypeAndShape", onnxruntime_h.ORT_API_GetTensorTypeAndShape(), value, out.address());
        final long tensor = out.get(LONG, 0);
        try {
            return tensor(arena, name, tensor);
        } finally {
            Ort.release(onnxruntime_h.ORT_API_ReleaseTensorTypeAndShapeInfo(), tensor);
        }
    }

    private static TensorInfo tensor(final Arena arena, final String name, final long tensor) {
        final MemorySegment out = Ort.out(arena);
        final MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
        Ort.call("GetTensorElementType", onnxruntime_h.ORT_API_GetTensorElementType(), tensor, number.address());
        Ort.call("GetDimensionsCount", onnxruntime_h.ORT_API_GetDimensionsCount(), tensor, out.address());
        final int rank = Math.toIntExact(out.get(LONG, 0));
        final MemorySegment extents = arena.allocate(LONG, Math.max(1, rank));
        Ort.call("GetDimensions", onnxruntime_h.ORT_API_GetDimensions(), tensor, extents.address(), rank);
        final List<Long> shape = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            shape.add(extents.getAtIndex(LONG, i));
        }
        return new TensorInfo(name, ElementType.of(number.get(ValueLayout.JAVA_INT, 0)), shape);
    }
}
