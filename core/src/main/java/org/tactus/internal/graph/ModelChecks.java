// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.time.Sizes;

/** Refuses, by name, what a model may hold that is not supported. */
public final class ModelChecks {
    /** No tensor may be larger; a broken file may claim any extent. */
    private static final long MAX_TENSOR_BYTES = 1L << 31;

    private ModelChecks() {
    }

    /**
     * Refuses a graph whose tensors lie in other files.
     *
     * @param model name of the model, for messages
     * @param graph its graph
     * @throws InvalidModelException with the first such tensor
     */
    public static void refuseExternalData(final String model, final GraphProto graph) {
        for (final TensorProto tensor : graph.getInitializerList()) {
            refuseExternalData(model, tensor);
        }
        for (final NodeProto node : graph.getNodeList()) {
            for (final AttributeProto attribute : node.getAttributeList()) {
                refuseExternalData(model, attribute.getT());
                attribute.getTensorsList().forEach(tensor -> refuseExternalData(model, tensor));
                if (attribute.hasG()) {
                    refuseExternalData(model, attribute.getG());
                }
                attribute.getGraphsList().forEach(inner -> refuseExternalData(model, inner));
            }
        }
    }

    private static void refuseExternalData(final String model, final TensorProto tensor) {
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            throw new InvalidModelException(model + ": tensor '" + tensor.getName()
                + "' lies outside the file (external data); save the model with its weights inside");
        }
    }

    /** What a cut cannot divide: sparse weights. */
    public static void refuseUncuttable(final String model, final GraphProto graph) {
        if (graph.getSparseInitializerCount() > 0) {
            throw new InvalidModelException(model + ": a cut that the graph does not allow: it holds sparse weights; use cuts: 1");
        }
    }

    /** What goes in or comes out and is no tensor of numbers, by what the file says, before the runtime is asked. */
    static void refuseForeign(final String model, final GraphProto graph) {
        graph.getInputList().forEach(input -> refuseForeign(model, "input", input));
        graph.getOutputList().forEach(output -> refuseForeign(model, "output", output));
    }

    private static void refuseForeign(final String model, final String role, final ValueInfoProto value) {
        final TypeProto type = value.getType();
        final String what = switch (type.getValueCase()) {
            case SEQUENCE_TYPE -> "is a sequence, whose length is not known before a run; export the network with one tensor for each "
                + "element";
            case OPTIONAL_TYPE -> "is optional; export the network with the value, or without it";
            case MAP_TYPE -> "is a map; export the network with a tensor in its place";
            case SPARSE_TENSOR_TYPE -> "is a sparse tensor; export the network with a dense one";
            case TENSOR_TYPE -> foreign(type.getTensorType().getElemType());
            default -> "";
        };
        if (!what.isEmpty()) {
            throw new InvalidModelException(model + ": " + role + " '" + value.getName() + "' " + what);
        }
    }

    private static String foreign(final int code) {
        if (code == TensorProto.DataType.STRING_VALUE) {
            return "holds text; leave to the program what takes or gives text, and export the network from numbers to numbers";
        }
        return code == TensorProto.DataType.UNDEFINED_VALUE || ElementType.of(code) != null ? "" : "is of type "
            + (TensorProto.DataType.forNumber(code) == null ? String.valueOf(code) : TensorProto.DataType.forNumber(code))
            + ", whose elements have no width of whole bytes or no place here; cast it to one of " + List.of(ElementType.values());
    }

    /** An input or output whose memory cannot be laid out before a run. */
    public static void refuseUnfixed(final String model, final String role, final TensorInfo info) {
        if (info.type() == null) {
            throw new InvalidModelException(model + ": " + role + " '" + info.name()
                + "' is not a tensor of numbers; only those are supported");
        }
        if (!info.isFixed()) {
            throw new InvalidModelException(model + ": " + role + " " + info
                + " has a dynamic shape (-1); export the model with fixed extents");
        }
        long bytes = info.type().bytes();
        for (final long extent : info.shape()) {
            if (extent != 0 && bytes > MAX_TENSOR_BYTES / extent) {
                throw new InvalidModelException(model + ": " + role + " " + info + " is larger than " + Sizes.format(MAX_TENSOR_BYTES));
            }
            bytes *= extent;
        }
    }
}
