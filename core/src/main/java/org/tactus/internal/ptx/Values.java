// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.Tensors;

/** What is known of a segment's values while it is read: constants, and the shapes of tensors. */
final class Values {
    private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
    private static final int INT64 = TensorProto.DataType.INT64_VALUE;

    private final String model;
    private final Map<String, TensorProto> constants = new HashMap<>();
    private final Map<String, long[]> shapes = new HashMap<>();
    private final List<TensorInfo> inputs = new ArrayList<>();
    private final List<ValueInfoProto> outputs;

    Values(final String model, final GraphProto graph) {
        this.model = model;
        graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
        for (final ValueInfoProto input : graph.getInputList()) {
            if (constants.containsKey(input.getName())) {
                continue;
            }
            final long[] shape = shape(input);
            shapes.put(input.getName(), shape);
            inputs.add(info(input.getName(), shape));
        }
        outputs = graph.getOutputList();
    }

    private long[] shape(final ValueInfoProto input) {
        final var type = input.getType().getTensorType();
        if (type.getElemType() != FLOAT) {
            throw new InvalidModelException(model + ": tensor '" + input.getName() + "' is of type "
                + TensorProto.DataType.forNumber(type.getElemType()) + "; kernels compute in 32-bit floating point");
        }
        final long[] shape = type.getShape().getDimList().stream().mapToLong(TensorShapeProto.Dimension::getDimValue).toArray();
        for (final long extent : shape) {
            if (extent < 1) {
                throw new InvalidModelException(model + ": tensor '" + input.getName() + "' has no fixed shape, which kernels need");
            }
        }
        return shape;
    }

    private static TensorInfo info(final String name, final long[] shape) {
        return new TensorInfo(name, ElementType.of(FLOAT), boxed(shape));
    }

    static List<Long> boxed(final long... shape) {
        final List<Long> extents = new ArrayList<>();
        for (final long extent : shape) {
            extents.add(extent);
        }
        return extents;
    }

    Map<String, TensorProto> constants() {
        return constants;
    }

    boolean isConstant(final String name) {
        return constants.containsKey(name);
    }

    /** Numbers of a constant. */
    float[] floats(final String name) {
        return Tensors.floats(model, constants.get(name));
    }

    /** The only number of a constant. */
    float scalar(final String name) {
        final float[] numbers = floats(name);
        if (numbers.length != 1) {
            throw new UnsupportedOperationException("'" + name + "' has " + numbers.length + " numbers in place of one");
        }
        return numbers[0];
    }

    /** Whole numbers of a constant, such as a shape. */
    long[] longs(final String name) {
        final TensorProto tensor = constants.get(name);
        if (tensor == null || tensor.getDataType() != INT64) {
            throw new UnsupportedOperationException("'" + name + "' is no constant of whole numbers");
        }
        if (!tensor.hasRawData()) {
            return tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
        }
        final long[] values = new long[tensor.getRawData().size() / Long.BYTES];
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
        return values;
    }

    /** Whether a node has an input in a place: one that it may do without is absent, or has no name. */
    static boolean isGiven(final NodeProto node, final int input) {
        return input < node.getInputCount() && !node.getInput(input).isEmpty();
    }

    /** A node that makes a constant: of its values from now on. */
    void constant(final NodeProto node) {
        final String name = node.getOutput(0);
        for (final AttributeProto attribute : node.getAttributeList()) {
            final TensorProto made = switch (attribute.getName()) {
                case "value" -> attribute.getT().toBuilder().setName(name).build();
                case "value_float" -> Tensors.floats(name, List.of(), attribute.getF());
                case "value_floats" -> Tensors.floats(name, List.of((long) attribute.getFloatsCount()), floats(attribute));
                case "value_int" -> Tensors.longs(name, List.of(), attribute.getI());
                case "value_ints" -> Tensors.longs(name, List.of((long) attribute.getIntsCount()),
                    NodeAttributes.integers(node, attribute.getName()));
                default -> null;
            };
            if (made != null) {
                constants.put(name, made);
                return;
            }
        }
        throw new UnsupportedOperationException("its value is no tensor and no number");
    }

    private static float[] floats(final AttributeProto attribute) {
        final float[] numbers = new float[attribute.getFloatsCount()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = attribute.getFloats(i);
        }
        return numbers;
    }

    long[] shape(final String name) {
        if (constants.containsKey(name)) {
            return constants.get(name).getDimsList().stream().mapToLong(Long::longValue).toArray();
        }
        final long[] shape = shapes.get(name);
        if (shape == null) {
            throw new UnsupportedOperationException("nothing makes '" + name + "' before it");
        }
        return shape;
    }

    /** Notes the shape of a tensor that a node makes. */
    void make(final String name, final long... shape) {
        if (elements(shape) > Integer.MAX_VALUE / Float.BYTES) {
            throw new UnsupportedOperationException("a tensor of " + elements(shape) + " numbers, more than kernels count");
        }
        shapes.put(name, shape);
    }

    static long elements(final long... shape) {
        return Tensors.elements(boxed(shape));
    }

    long bytes(final String name) {
        return elements(shape(name)) * Float.BYTES;
    }

    boolean isInput(final String name) {
        return inputs.stream().anyMatch(info -> info.name().equals(name));
    }

    boolean isOutput(final String name) {
        return outputs.stream().anyMatch(output -> output.getName().equals(name));
    }

    List<TensorInfo> inputs() {
        return inputs;
    }

    List<TensorInfo> outputs() {
        return outputs.stream().map(output -> info(output.getName(), shape(output.getName()))).toList();
    }

    /** Refuses an output that has another shape than the graph says: who reads it would take other memory. */
    void requireOutputs() {
        for (final ValueInfoProto output : outputs) {
            if (isInput(output.getName()) || isConstant(output.getName())) {
                throw new InvalidModelException(model + ": '" + output.getName() + "' is an output that no node makes; put an Identity "
                    + "before it");
            }
            final var said = output.getType().getTensorType();
            final List<Long> extents = said.getShape().getDimList().stream().map(TensorShapeProto.Dimension::getDimValue).toList();
            final List<Long> made = boxed(shape(output.getName()));
            if (said.hasShape() && extents.stream().allMatch(extent -> extent > 0) && !extents.equals(made)) {
                throw new InvalidModelException(model + ": its kernels make " + made + " of '" + output.getName() + "', which should be "
                    + extents);
            }
        }
    }
}
