// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.bindings.onnxruntime.ElementType;

/**
 * Extents that a file leaves open: fixes them as the task set says, and says what to write where it says nothing. A dimension is open when
 * it has a name, or neither a name nor an extent above 0.
 */
public final class OpenShapes {
    private OpenShapes() {
    }

    /**
     * Fixes extents.
     *
     * @param model  the model
     * @param dims   extents by name of a dimension
     * @param shapes whole shapes by input, and largest shapes by output
     * @return the model with these extents; an output that was given its largest shape is filled up to it with zeros, or cut to it, and has
     *         a second output beside it, {@code NAME/extents}, that says what it was
     * @throws InvalidModelException when the model has no such dimension, input or output, or other extents there
     */
    public static OnnxModel fix(final OnnxModel model, final Map<String, Long> dims, final Map<String, List<Long>> shapes) {
        if (dims.isEmpty() && shapes.isEmpty()) {
            return model;
        }
        final GraphProto graph = model.proto().getGraph();
        final Map<String, Long> extents = new LinkedHashMap<>(dims);
        final Set<String> symbols = symbols(graph);
        for (final String name : dims.keySet()) {
            if (!symbols.contains(name)) {
                throw new InvalidModelException(model.name() + ": dims: no input has a dimension '" + name + "'; "
                    + (symbols.isEmpty() ? "none is open by name" : "they have " + String.join(", ", symbols)));
            }
        }
        final Map<String, List<Long>> outputs = new LinkedHashMap<>(shapes);
        for (final ValueInfoProto input : graph.getInputList()) {
            final List<Long> shape = outputs.remove(input.getName());
            if (shape != null) {
                agree(model.name(), input, shape, extents);
            }
        }
        final GraphProto.Builder fixed = graph.toBuilder();
        for (int i = 0; i < graph.getInputCount(); i++) {
            fixed.setInput(i, fixed(graph.getInput(i), extents, shapes.get(graph.getInput(i).getName())));
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            fixed.setOutput(i, fixed(graph.getOutput(i), extents, null));
        }
        for (int i = 0; i < graph.getValueInfoCount(); i++) {
            fixed.setValueInfo(i, fixed(graph.getValueInfo(i), extents, null));
        }
        final OnnxModel result = model.with(model.name(), model.proto().toBuilder().setGraph(fixed).build());
        return outputs.isEmpty() ? result : LargestOutputs.bound(result, outputs);
    }

    /** Names of the open dimensions of the inputs, each once. */
    static Set<String> symbols(final GraphProto graph) {
        final Set<String> symbols = new LinkedHashSet<>();
        graph.getInputList().forEach(input -> input.getType().getTensorType().getShape().getDimList().stream()
            .filter(OpenShapes::isNamed).forEach(dimension -> symbols.add(dimension.getDimParam())));
        return symbols;
    }

    static boolean has(final ValueInfoProto value, final String symbol) {
        return value.getType().getTensorType().getShape().getDimList().stream()
            .anyMatch(dimension -> dimension.getDimParam().equals(symbol));
    }

    private static boolean isNamed(final TensorShapeProto.Dimension dimension) {
        return dimension.hasDimParam() && !dimension.getDimParam().isEmpty();
    }

    private static boolean isOpen(final TensorShapeProto.Dimension dimension) {
        return !dimension.hasDimValue() || dimension.getDimValue() < 0;
    }

    /** Holds a shape against what the file says, and learns the extents of named dimensions from it. */
    private static void agree(final String model, final ValueInfoProto input, final List<Long> shape, final Map<String, Long> extents) {
        final TypeProto.Tensor type = input.getType().getTensorType();
        if (!type.hasShape()) {
            return;
        }
        final List<TensorShapeProto.Dimension> declared = type.getShape().getDimList();
        boolean fits = declared.size() == shape.size();
        for (int i = 0; fits && i < shape.size(); i++) {
            final TensorShapeProto.Dimension dimension = declared.get(i);
            if (isNamed(dimension)) {
                final Long other = extents.putIfAbsent(dimension.getDimParam(), shape.get(i));
                if (other != null && !other.equals(shape.get(i))) {
                    throw new InvalidModelException(model + ": shapes: '" + dimension.getDimParam() + "' is " + shape.get(i) + " in '"
                        + input.getName() + "' and " + other + " elsewhere; a dimension has one extent");
                }
            } else {
                fits = isOpen(dimension) || dimension.getDimValue() == shape.get(i);
            }
        }
        if (!fits) {
            throw new InvalidModelException(model + ": shapes: input '" + input.getName() + "' is " + text(input) + ", which " + shape
                + " does not fit");
        }
    }

    private static ValueInfoProto fixed(final ValueInfoProto value, final Map<String, Long> extents, final List<Long> shape) {
        if (!value.getType().hasTensorType()) {
            return value;
        }
        final TypeProto.Tensor type = value.getType().getTensorType();
        final TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        if (shape != null) {
            shape.forEach(extent -> dimensions.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent)));
        } else {
            for (final TensorShapeProto.Dimension dimension : type.getShape().getDimList()) {
                final Long extent = isNamed(dimension) ? extents.get(dimension.getDimParam()) : null;
                dimensions.addDim(extent == null ? dimension : dimension.toBuilder().setDimValue(extent).build());
            }
            if (!type.hasShape()) {
                return value;
            }
        }
        return value.toBuilder().setType(value.getType().toBuilder().setTensorType(type.toBuilder().setShape(dimensions))).build();
    }

    /**
     * Refuses inputs with open extents, with the keys that would fix all of them.
     *
     * @param model the model
     * @throws InvalidModelException with the first such input
     */
    public static void requireFixedInputs(final OnnxModel model) {
        final GraphProto graph = model.proto().getGraph();
        final List<ValueInfoProto> open = graph.getInputList().stream().filter(OpenShapes::isOpen).toList();
        if (open.isEmpty()) {
            return;
        }
        final boolean shapeless = open.stream().anyMatch(input -> !input.getType().getTensorType().hasShape());
        throw new InvalidModelException(model.name() + ": " + (open.size() == 1 ? "input " : "inputs ") + open.stream()
            .map(input -> "'" + input.getName() + "' " + (input.getType().getTensorType().hasShape() ? text(input)
                : text(input) + " of no known shape")).collect(Collectors.joining(", "))
            + (open.size() == 1 ? " leaves" : " leave") + " extents open; write "
            + keys(graph, open).stream().map(key -> "'" + key + "'").collect(Collectors.joining(" and "))
            + " beside 'file', with the extents that are needed in place of 1" + (shapeless ? ", as many as the shape has" : ""));
    }

    /**
     * The keys of a task set that fix all that the inputs leave open, with 1 for each extent.
     *
     * @param model the model
     * @return such as {@code dims: {batch: 1}}; empty when nothing is open
     */
    public static String suggestedKeys(final OnnxModel model) {
        final GraphProto graph = model.proto().getGraph();
        return String.join(", ", keys(graph, graph.getInputList().stream().filter(OpenShapes::isOpen).toList()));
    }

    private static List<String> keys(final GraphProto graph, final List<ValueInfoProto> open) {
        final List<String> keys = new ArrayList<>();
        final String named = symbols(graph).stream().map(symbol -> key(symbol) + ": 1").collect(Collectors.joining(", "));
        if (!named.isEmpty()) {
            keys.add("dims: {" + named + "}");
        }
        final String unnamed = open.stream().filter(OpenShapes::isOpenWithoutName)
            .map(input -> key(input.getName()) + ": " + suggestion(input)).collect(Collectors.joining(", "));
        if (!unnamed.isEmpty()) {
            keys.add("shapes: {" + unnamed + "}");
        }
        return keys;
    }

    private static boolean isOpen(final ValueInfoProto value) {
        final TypeProto.Tensor type = value.getType().getTensorType();
        return value.getType().hasTensorType()
            && (!type.hasShape() || type.getShape().getDimList().stream().anyMatch(OpenShapes::isOpen));
    }

    static boolean isOpenWithoutName(final ValueInfoProto value) {
        return !value.getType().getTensorType().hasShape() || value.getType().getTensorType().getShape().getDimList().stream()
            .anyMatch(dimension -> isOpen(dimension) && !isNamed(dimension));
    }

    /** Extents of a shape, 1 for each that is open; one alone where the file has no shape. */
    static List<Long> suggestion(final ValueInfoProto value) {
        final TypeProto.Tensor type = value.getType().getTensorType();
        return !type.hasShape() ? List.of(1L)
            : type.getShape().getDimList().stream().map(dimension -> isOpen(dimension) ? 1 : dimension.getDimValue()).toList();
    }

    /** A name as a key of a YAML map in one line. */
    static String key(final String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_./-]*") ? name : "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** Type and extents as the file has them, such as {@code FLOAT['n', 3, ?]}. */
    public static String text(final ValueInfoProto value) {
        final TypeProto.Tensor type = value.getType().getTensorType();
        final ElementType element = ElementType.of(type.getElemType());
        return (element == null ? "of type " + type.getElemType() : element.toString()) + (type.hasShape() ? type.getShape().getDimList()
            .stream().map(dimension -> isNamed(dimension) ? "'" + dimension.getDimParam() + "'"
                : isOpen(dimension) ? "?" : String.valueOf(dimension.getDimValue())).collect(Collectors.joining(", ", "[", "]")) : "");
    }
}
