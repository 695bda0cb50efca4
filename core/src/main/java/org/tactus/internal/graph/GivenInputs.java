// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.onnxruntime.ElementType;

/**
 * Inputs that hold one number throughout, in every job: a sampling rate, a threshold, a mask of ones. They stay inputs of
 * the graph, because the runtime (1.29) ends the process when it folds the nested branches of some networks; the program does not see them.
 */
public final class GivenInputs {
    /** More elements than a switch, a threshold or a mask of a network here has. */
    private static final long MOST_ELEMENTS = 1 << 24;

    private GivenInputs() {
    }

    /**
     * Gives inputs their values.
     *
     * @param model  a model, these inputs fixed
     * @param values numbers by name of an input
     * @return the model, which knows the values
     * @throws InvalidModelException when there is no such input, its extents are open, or its type does not hold the number
     */
    public static OnnxModel give(final OnnxModel model, final Map<String, Double> values) {
        if (values.isEmpty()) {
            return model;
        }
        final GraphProto graph = model.proto().getGraph();
        final List<String> names = graph.getInputList().stream().map(ValueInfoProto::getName).toList();
        for (final String name : values.keySet()) {
            if (!names.contains(name)) {
                throw new InvalidModelException(model.name() + ": inputs: no input '" + name + "'; there are " + String.join(", ", names));
            }
        }
        final Map<String, TensorProto> given = new LinkedHashMap<>();
        for (final ValueInfoProto input : graph.getInputList()) {
            if (values.containsKey(input.getName())) {
                given.put(input.getName(), tensor(model.name(), input, values.get(input.getName())));
            }
        }
        return model.withGiven(given);
    }

    /**
     * Writes a value.
     *
     * @param value  of a given input
     * @param memory the input's memory
     */
    public static void write(final TensorProto value, final MemorySegment memory) {
        final byte[] bytes = value.getRawData().toByteArray();
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, 0, bytes.length);
    }

    private static TensorProto tensor(final String model, final ValueInfoProto input, final double value) {
        final ElementType type = ElementType.of(input.getType().getTensorType().getElemType());
        final List<TensorShapeProto.Dimension> extents = input.getType().getTensorType().getShape().getDimList();
        if (type == null || !input.getType().getTensorType().hasShape()
            || extents.stream().anyMatch(dimension -> !dimension.hasDimValue() || dimension.getDimValue() < 0)) {
            throw new InvalidModelException(model + ": inputs: '" + input.getName() + "' is " + OpenShapes.text(input)
                + "; only a tensor of numbers whose extents are fixed can be given, so fix them by 'dims' or 'shapes'");
        }
        final List<Long> shape = extents.stream().map(TensorShapeProto.Dimension::getDimValue).toList();
        final long elements = Tensors.elements(shape);
        if (elements > MOST_ELEMENTS) {
            throw new InvalidModelException(model + ": inputs: '" + input.getName() + "' has " + elements + " elements; one of at most "
                + MOST_ELEMENTS + " can be given");
        }
        final ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(elements * type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (long i = 0; i < elements; i++) {
            put(model, input, type, data, value);
        }
        return TensorProto.newBuilder().setName(input.getName()).setDataType(type.code()).addAllDims(shape)
            .setRawData(ByteString.copyFrom(data.flip())).build();
    }

    private static void put(
        final String model, final ValueInfoProto input, final ElementType type, final ByteBuffer data, final double value) {
        switch (type) {
            case FLOAT -> data.putFloat(held(model, input, value, (float) value));
            case DOUBLE -> data.putDouble(value);
            case FLOAT16 -> {
                final short half = Float.floatToFloat16((float) value);
                held(model, input, value, Float.float16ToFloat(half));
                data.putShort(half);
            }
            case BFLOAT16 -> data.putShort((short) (Float.floatToIntBits(held(model, input, value, (float) value)) >>> 16));
            default -> {
                final int bits = 8 * type.bytes();
                final boolean unsigned = type.name().startsWith("U");
                final double beyond = type == ElementType.BOOL ? 2 : Math.scalb(1.0, unsigned ? bits : bits - 1);
                final double least = unsigned || type == ElementType.BOOL ? 0 : -beyond;
                if (value != Math.rint(value) || value < least || value >= beyond) {
                    throw notHeld(model, input, value);
                }
                switch (type.bytes()) {
                    case Byte.BYTES -> data.put((byte) (int) value);
                    case Short.BYTES -> data.putShort((short) (int) value);
                    case Integer.BYTES -> data.putInt((int) (long) value);
                    default -> data.putLong(value < 0x1p63 ? (long) value : (long) (value - 0x1p63) + Long.MIN_VALUE);
                }
            }
        }
    }

    /** What a type of floating point makes of a value, rounded but not infinite. */
    private static float held(final String model, final ValueInfoProto input, final double value, final float rounded) {
        if (Float.isInfinite(rounded)) {
            throw notHeld(model, input, value);
        }
        return rounded;
    }

    private static InvalidModelException notHeld(final String model, final ValueInfoProto input, final double value) {
        return new InvalidModelException(model + ": inputs: '" + input.getName() + "' is " + OpenShapes.text(input)
            + ", which does not hold " + value);
    }
}
