// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.Tensors;

/**
 * Writes a run of layers as a model of its own, some of them on 8-bit integers. A tensor that an int8 layer wrote is bytes until a
 * layer in floating point, or the caller, reads it: <b>the reader converts</b>, so a cut between any two layers charges conversion to the
 * segment that follows, and between two int8 layers there is none. An int8 layer is written between DequantizeLinear and
 * QuantizeLinear, in ONNX's own operators, which the runtime fuses into integer kernels; saturation takes the place of its activation.
 */
final class MixtureWriter {
    private static final int LEAST_IR_VERSION = 7;

    private final LayeredModel model;
    private final Map<String, Range> ranges;
    private final int weightLimit;
    private final boolean[] int8;
    private final boolean[] computed;
    private final boolean alone;

    private GraphProto.Builder graph;
    private Set<String> written;
    /** Names under which a tensor is known so far, by form. */
    private Map<String, String> asFloats;
    private Map<String, String> asBytes;

    /**
     * Prepares.
     *
     * @param int8     for each layer, whether it hands on bytes as one that computes on them does
     * @param computed for each layer, whether it computes on bytes: where the two differ, it converts what it hands on
     * @param alone    whether inputs of the model come as bytes too where an int8 layer reads them
     */
    MixtureWriter(final LayeredModel model, final Map<String, Range> ranges, final int weightLimit, final boolean[] int8,
                  final boolean[] computed, final boolean alone) {
        this.model = model;
        this.ranges = ranges;
        this.weightLimit = weightLimit;
        this.int8 = int8;
        this.computed = computed;
        this.alone = alone;
    }

    /** Name of a tensor's bytes. */
    private String bytesName(final String tensor) {
        return model.made(tensor, "uint8");
    }

    /** Whether a tensor is handed on as bytes. */
    private boolean isBytes(final String tensor) {
        final int producer = model.producer(tensor);
        return producer >= 0 ? int8[producer] && !answersInFloats(producer) : alone && firstReaderIsInt8(tensor);
    }

    private boolean firstReaderIsInt8(final String tensor) {
        for (int j = 0; j < int8.length; j++) {
            if (model.layers().get(j).inputs().contains(tensor)) {
                return int8[j];
            }
        }
        return false;
    }

    /** A matrix product that ends the network: its 32-bit sums are scaled and given out as they are. */
    private boolean answersInFloats(final int index) {
        final ModelLayer layer = model.layers().get(index);
        final String output = layer.outputs().getFirst();
        return layer.kernel() == Int8Kernel.WEIGHTED && layer.nodes().size() == 1 && !layer.operator().endsWith("Conv")
            && model.isOutput(output) && model.lastUse(output) < 0;
    }

    /** The segment of layers from the first up to, not including, the last. */
    CutChain.Part part(final String name, final int from, final int to) {
        graph = GraphProto.newBuilder().setName(name);
        written = new HashSet<>();
        asFloats = new HashMap<>();
        asBytes = new HashMap<>();
        final Set<String> reads = new LinkedHashSet<>();
        final Set<String> writes = new LinkedHashSet<>();
        double operations = 0;
        for (int j = from; j < to; j++) {
            for (final String input : model.layers().get(j).inputs()) {
                if (model.producer(input) < from) {
                    reads.add(isBytes(input) ? bytesName(input) : input);
                    (isBytes(input) ? asBytes : asFloats).put(input, isBytes(input) ? bytesName(input) : input);
                }
            }
            layer(j);
            for (final String output : model.layers().get(j).outputs()) {
                if (model.isOutput(output)) {
                    floats(output);
                    writes.add(output);
                }
                if (model.lastUse(output) >= to) {
                    if (isBytes(output) && !asBytes.containsKey(output)) {
                        quantize(asFloats.get(output), output, bytesName(output));
                        asBytes.put(output, bytesName(output));
                    }
                    writes.add(isBytes(output) ? bytesName(output) : output);
                }
            }
            operations += model.operations(j);
        }
        reads.forEach(tensor -> graph.addInput(value(tensor)));
        writes.forEach(tensor -> graph.addOutput(value(tensor)));
        final var proto = model.frame().toBuilder().setGraph(graph);
        proto.setIrVersion(Math.max(LEAST_IR_VERSION, proto.getIrVersion()));
        final int nodes = graph.getNodeCount();
        return new CutChain.Part(new OnnxModel(name, proto.build()), model.layers().get(from).name(), nodes, operations,
            List.copyOf(reads), List.copyOf(writes));
    }

    /** Type and shape of a tensor that the segment written last reads or writes. */
    TensorInfo info(final String tensor) {
        final boolean bytes = tensor.endsWith(bytesName("")) && asBytes.containsValue(tensor);
        final TensorInfo info = model.tensor(bytes ? tensor.substring(0, tensor.length() - bytesName("").length()) : tensor);
        return bytes ? new TensorInfo(tensor, ElementType.UINT8, info.shape()) : info;
    }

    private ValueInfoProto value(final String tensor) {
        return ModelCutter.value(model.name(), tensor, info(tensor));
    }

    private void layer(final int index) {
        final ModelLayer layer = model.layers().get(index);
        if (!computed[index]) {
            copied(layer);
        } else if (layer.kernel() == Int8Kernel.BYTES) {
            moved(layer.nodes(), layer.nodes().getFirst().getInput(0), bytes(layer.inputs().getFirst(), layer.name()));
        } else {
            computed(index, layer);
        }
    }

    /** A layer in floating point: its nodes as they are, on converted inputs. */
    private void copied(final ModelLayer layer) {
        final Map<String, String> renamed = new HashMap<>();
        layer.inputs().forEach(input -> renamed.put(input, floats(input)));
        for (final NodeProto node : layer.nodes()) {
            final NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                copy.setInput(i, renamed.getOrDefault(node.getInput(i), node.getInput(i)));
                given(node.getInput(i));
            }
            graph.addNode(copy);
        }
        layer.outputs().forEach(output -> asFloats.put(output, output));
    }

    /** Nodes that take bytes as they are, in order; the last one's output is the layer's. */
    private void moved(final List<NodeProto> nodes, final String input, final String bytes) {
        final Map<String, String> renamed = new HashMap<>(Map.of(input, bytes));
        for (final NodeProto node : nodes) {
            final NodeProto.Builder copy = node.toBuilder().setInput(0, renamed.get(node.getInput(0)));
            copy.setOutput(0, bytesName(node.getOutput(0)));
            node.getInputList().stream().skip(1).forEach(this::given);
            graph.addNode(copy);
            renamed.put(node.getOutput(0), copy.getOutput(0));
        }
        final String output = nodes.getLast().getOutput(0);
        asBytes.put(output, bytesName(output));
    }

    /** A layer with a kernel: inputs and weights dequantised, the operator, its output quantised; then what only reshapes. */
    private void computed(final int index, final ModelLayer layer) {
        final NodeProto head = layer.nodes().getFirst();
        final NodeProto.Builder copy = head.toBuilder();
        for (int i = 0; i < head.getInputCount(); i++) {
            if (layer.inputs().contains(head.getInput(i))) {
                final String name = model.made(layer.name(), "input" + i);
                dequantize(bytes(head.getInput(i), layer.name()), head.getInput(i), name);
                copy.setInput(i, name);
            }
        }
        if (layer.kernel() == Int8Kernel.WEIGHTED) {
            weigh(layer, copy);
        }
        final List<NodeProto> rest = layer.nodes().subList(layer.activation() == null ? 1 : 2, layer.nodes().size());
        final String scaled = layer.scaled();
        if (answersInFloats(index)) {
            graph.addNode(copy);
            asFloats.put(scaled, scaled);
            return;
        }
        final String raw = model.made(layer.name(), "output");
        graph.addNode(copy.setOutput(0, raw));
        // the range of a tensor behind an activation begins at zero, so saturation is the activation
        quantize(raw, scaled, bytesName(scaled));
        asBytes.put(scaled, bytesName(scaled));
        if (!rest.isEmpty()) {
            moved(rest, scaled, bytesName(scaled));
        }
    }

    private void weigh(final ModelLayer layer, final NodeProto.Builder copy) {
        final NodeProto head = layer.nodes().getFirst();
        final QuantizedWeights weights =
            QuantizedWeights.of(model, head, model.made(layer.name(), ""), range(head.getInput(0)).scale(), weightLimit);
        final String weight = model.made(layer.name(), "weight");
        initialize(weights.weight(), weights.scale(), weights.zero());
        graph.addNode(node("DequantizeLinear", weight, weights.weight().getName(), weights.scale().getName(), weights.zero().getName())
            .addAttribute(NodeAttributes.integer("axis", weights.axis())));
        copy.setInput(1, weight);
        if (weights.bias() != null) {
            final String bias = model.made(layer.name(), "bias");
            initialize(weights.bias(), weights.factor());
            graph.addNode(node("DequantizeLinear", bias, weights.bias().getName(), weights.factor().getName())
                .addAttribute(NodeAttributes.integer("axis", 0)));
            copy.setInput(2, bias);
        }
    }

    /** Name of a tensor in floating point; converts once a segment. */
    private String floats(final String tensor) {
        final String known = asFloats.get(tensor);
        if (known != null) {
            return known;
        }
        final String name = model.isOutput(tensor) && model.producer(tensor) >= 0 ? tensor : model.made(tensor, "float");
        dequantize(asBytes.get(tensor), tensor, name);
        asFloats.put(tensor, name);
        return name;
    }

    private String bytes(final String tensor, final String reader) {
        final String known = asBytes.get(tensor);
        if (known != null) {
            return known;
        }
        final String name = bytesName(model.made(reader, "reads/" + tensor));
        quantize(asFloats.get(tensor), tensor, name);
        asBytes.put(tensor, name);
        return name;
    }

    private void quantize(final String from, final String scaledAs, final String to) {
        convert("QuantizeLinear", from, scaledAs, to);
    }

    private void dequantize(final String from, final String scaledAs, final String to) {
        convert("DequantizeLinear", from, scaledAs, to);
    }

    private void convert(final String operator, final String from, final String scaledAs, final String to) {
        final String root = scaleOf(scaledAs);
        final Range range = range(root);
        final String scale = model.made(root, "scale");
        final String zero = model.made(root, "zero");
        initialize(Tensors.floats(scale, List.of(), range.scale()), Tensors.unsignedByte(zero, range.zero()));
        graph.addNode(node(operator, to, from, scale, zero));
    }

    /** The tensor whose scale a tensor has: maximum pooling and reshaping keep that of their input, in every mixture. */
    private String scaleOf(final String tensor) {
        final int producer = model.producer(tensor);
        if (producer < 0) { // an input of the model, or a tensor within a layer
            return tensor;
        }
        final ModelLayer layer = model.layers().get(producer);
        if (layer.kernel() == Int8Kernel.BYTES) {
            return scaleOf(layer.inputs().getFirst());
        }
        return layer.outputs().size() == 1 ? layer.scaled() : tensor;
    }

    private Range range(final String tensor) {
        final Range range = ranges.get(scaleOf(tensor));
        if (range == null) {
            throw new IllegalArgumentException("no range of tensor '" + tensor + "' was calibrated");
        }
        return range;
    }

    private static NodeProto.Builder node(final String operator, final String output, final String... inputs) {
        return NodeProto.newBuilder().setOpType(operator).setName(output).addAllInput(List.of(inputs)).addOutput(output);
    }

    private void given(final String tensor) {
        if (model.weight(tensor) != null) {
            initialize(model.weight(tensor));
        }
    }

    private void initialize(final TensorProto... tensors) {
        for (final TensorProto tensor : tensors) {
            if (written.add(tensor.getName())) {
                graph.addInitializer(tensor);
            }
        }
    }

    /** The single conversions at a boundary, each as a model of its own: to bytes, or back. */
    CutChain.Part conversion(final String tensor, final boolean toBytes) {
        graph = GraphProto.newBuilder().setName(tensor);
        written = new HashSet<>();
        final Map<Boolean, String> names = new LinkedHashMap<>(Map.of(toBytes, tensor, !toBytes, bytesName(tensor)));
        asFloats = new HashMap<>(Map.of(tensor, tensor));
        asBytes = new HashMap<>(Map.of(tensor, bytesName(tensor)));
        convert(toBytes ? "QuantizeLinear" : "DequantizeLinear", names.get(true), tensor, names.get(false));
        graph.addInput(value(names.get(true))).addOutput(value(names.get(false)));
        final var proto = model.frame().toBuilder().setGraph(graph);
        return new CutChain.Part(new OnnxModel(tensor, proto.build()), tensor, 1, 0, List.of(names.get(true)), List.of(names.get(false)));
    }
}
