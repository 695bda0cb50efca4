// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.BatchNormFolding;
import org.tactus.internal.graph.CutGraph;
import org.tactus.internal.graph.CutPositions;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelChecks;
import org.tactus.internal.graph.NodeCost;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.OperatorSet;
import org.tactus.internal.graph.TensorShapes;
import org.tactus.internal.graph.Tensors;

/**
 * A model as a sequence of layers, each of which may be computed in 32-bit floating point or, where there is a kernel, on 8-bit
 * integers. Batch normalisation is folded into the convolution before it. Immutable; any thread.
 */
public final class LayeredModel {
    /** Forms of a layer's tensors and of conversions: what a made-up name ends with, or goes on with. */
    private static final Pattern MADE_UP = Pattern.compile("(uint8|float|scale|zero|input|output|weight|bias|reads)");

    private final String name;
    private final OnnxModel original;
    private final ModelProto frame;
    private final List<ModelLayer> layers;
    /** Stands in every name that is made up, and in none of the network's. */
    private final String mark;
    private final Map<String, TensorProto> weights;
    private final Map<String, TensorInfo> tensors;
    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;
    private final Map<String, Integer> producer = new HashMap<>();
    private final Map<String, Integer> lastUse = new HashMap<>();

    private LayeredModel(final OnnxModel model, final OnnxRuntime runtime) {
        name = model.name();
        original = model;
        ModelChecks.refuseUncuttable(name, model.proto().getGraph());
        final OnnxModel raised = OperatorSet.raised(model);
        final GraphProto graph = raised.proto().getGraph();
        final CutGraph cutGraph = new CutGraph(name, graph);
        weights = new HashMap<>(cutGraph.weights());
        cutGraph.constants().forEach((output, node) -> weights.put(output, constant(output, node)));
        final Set<String> names = new HashSet<>();
        graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(names::add);
        final List<NodeProto> nodes = new BatchNormFolding(name, weights, names).fold(cutGraph.nodes());
        final GraphProto.Builder folded = graph.toBuilder().clearNode().clearInitializer().addAllNode(nodes).clearValueInfo();
        weights.values().forEach(folded::addInitializer);
        frame = raised.proto().toBuilder().setGraph(folded).build();
        final TensorShapes shapes = new TensorShapes(runtime, new OnnxModel(name, frame), nodes);
        tensors = new HashMap<>(shapes.tensors());
        inputs = shapes.inputs();
        outputs = graph.getOutputList().stream().map(output -> tensors.get(output.getName())).toList();
        tensors.values().forEach(info -> ModelChecks.refuseUnfixed(name, "tensor", info));
        layers = new LayerGrouping(weights, tensors, names).group(nodes);
        mark = mark(graph);
        for (int j = 0; j < layers.size(); j++) {
            for (final String output : layers.get(j).outputs()) {
                producer.put(output, j);
            }
            for (final String input : layers.get(j).inputs()) {
                lastUse.put(input, j);
            }
        }
    }

    /**
     * Prepares a model.
     *
     * @param model the model
     * @return its layers
     * @throws InvalidModelException for a model that is not supported
     * @throws IllegalStateException when ONNX Runtime is not to be had; the message says what would mend it
     */
    public static LayeredModel of(final OnnxModel model) {
        return new LayeredModel(model.inside(), OnnxRuntime.require());
    }

    private TensorProto constant(final String output, final NodeProto node) {
        final AttributeProto value = node.getAttributeCount() == 1 ? node.getAttribute(0) : AttributeProto.getDefaultInstance();
        return switch (value.getName()) {
            case "value" -> value.getT().toBuilder().setName(output).build();
            case "value_float" -> Tensors.floats(output, List.of(), value.getF());
            case "value_int" -> Tensors.longs(output, List.of(), value.getI());
            case "value_ints" -> Tensors.longs(output, List.of((long) value.getIntsCount()),
                value.getIntsList().stream().mapToLong(Long::longValue).toArray());
            default -> throw new InvalidModelException(name + ": constant '" + output + "' has the attribute '" + value.getName()
                + "'; value, value_float, value_int and value_ints are supported");
        };
    }

    /** The first of /, /~, /~~ ... that makes names which the network does not have. */
    private static String mark(final GraphProto graph) {
        final Set<String> own = new HashSet<>();
        graph.getInputList().forEach(input -> own.add(input.getName()));
        graph.getInitializerList().forEach(weight -> own.add(weight.getName()));
        graph.getNodeList().forEach(node -> {
            own.add(node.getName()); // the runtime refuses two nodes of one name
            own.addAll(node.getInputList());
            own.addAll(node.getOutputList());
        });
        String free = "/";
        while (meets(own, free)) {
            free += "~";
        }
        return free;
    }

    private static boolean meets(final Set<String> names, final String mark) {
        final Pattern made = Pattern.compile(Pattern.quote(mark) + MADE_UP.pattern(), Pattern.DOTALL);
        return names.stream().anyMatch(name -> made.matcher(name).find());
    }

    /**
     * Makes up a name that is none of the network's.
     *
     * @param base what it is for: a tensor or a layer
     * @param form one of the forms that {@link #MADE_UP} lists
     * @return the same name for the same arguments
     */
    String made(final String base, final String form) {
        return base + mark + form;
    }

    /**
     * What errors and reports call the model.
     *
     * @return a path or a name
     */
    public String name() {
        return name;
    }

    /**
     * The layers.
     *
     * @return in the order in which they run
     */
    public List<ModelLayer> layers() {
        return layers;
    }

    /**
     * Inputs of the model.
     *
     * @return in the model's order
     */
    public List<TensorInfo> inputs() {
        return inputs;
    }

    /**
     * Outputs of the model.
     *
     * @return in the model's order
     */
    public List<TensorInfo> outputs() {
        return outputs;
    }

    /**
     * Type and shape of an input or of what a layer writes.
     *
     * @param tensor its name
     * @return the tensor as it is in 32-bit floating point
     */
    public TensorInfo tensor(final String tensor) {
        final TensorInfo info = tensors.get(tensor);
        if (info == null) {
            throw new IllegalArgumentException("no tensor '" + tensor + "' in " + name);
        }
        return info;
    }

    /**
     * Estimated cost of a layer, for choosing cuts.
     *
     * @param layer its index
     * @return multiply-accumulate operations
     */
    public double operations(final int layer) {
        final Map<String, List<Long>> shapes = new HashMap<>();
        weights.forEach((key, tensor) -> shapes.put(key, tensor.getDimsList()));
        tensors.forEach((key, info) -> shapes.put(key, info.shape()));
        return layers.get(layer).nodes().stream().mapToDouble(node -> NodeCost.of(node, shapes)).sum();
    }

    /**
     * Chooses where to cut into segments of about equal estimated cost.
     *
     * @param cuts number of segments; as many as there are layers makes each a segment
     * @return index of each segment's first layer
     * @throws InvalidModelException when there are fewer layers
     */
    public int[] starts(final int cuts) {
        if (cuts < 1 || cuts > layers.size()) {
            throw new InvalidModelException(name + ": cuts: " + cuts + ", but it has " + layers.size() + " layers");
        }
        final int[] crossing = new int[layers.size()];
        producer.forEach((tensor, from) -> {
            for (int j = from + 1; j <= lastUse(tensor); j++) {
                crossing[j]++;
            }
        });
        return CutPositions.choose(IntStream.range(0, crossing.length).mapToDouble(this::operations).toArray(), crossing, cuts);
    }

    /**
     * The tensors that go from one segment to another.
     *
     * @param starts index of each segment's first layer
     * @return once for each segment that takes one, in order of the takers
     */
    public List<Crossing> crossings(final int... starts) {
        final Set<Crossing> found = new LinkedHashSet<>();
        for (int j = 0; j < layers.size(); j++) {
            final int taker = segmentOf(j, starts);
            for (final String input : layers.get(j).inputs()) {
                final int maker = producer(input) < 0 ? Crossing.INPUT : segmentOf(producer(input), starts);
                if (maker != taker) {
                    found.add(new Crossing(maker, taker, input));
                }
            }
        }
        return List.copyOf(found);
    }

    /**
     * A tensor on its way.
     *
     * @param from   index of the segment that makes it; {@link #INPUT} for an input of the model
     * @param to     index of the segment that takes it
     * @param tensor its name
     */
    public record Crossing(int from, int to, String tensor) {
        /** Stands for an input of the model. */
        public static final int INPUT = -1;
    }

    private static int segmentOf(final int layer, final int... starts) {
        int segment = 0;
        while (segment + 1 < starts.length && starts[segment + 1] <= layer) {
            segment++;
        }
        return segment;
    }

    /**
     * The ranges that the model's file carries.
     *
     * @return by tensor; empty when it was never calibrated
     * @throws InvalidModelException when they are damaged or not those of this model
     */
    public Optional<Map<String, Range>> ranges() {
        final Optional<Map<String, Range>> ranges = RangeMetadata.read(name, original.proto());
        if (ranges.isPresent() && !ranges.get().keySet().containsAll(floats())) {
            throw new InvalidModelException(name + ": its ranges are those of another network; calibrate it anew: tactus quantize");
        }
        return ranges;
    }

    private List<String> floats() {
        return tensors.values().stream().filter(info -> info.type() == ElementType.FLOAT).map(TensorInfo::name).toList();
    }

    /**
     * The original model, in floating point, with ranges in its file.
     *
     * @param ranges by tensor
     * @return a model that computes the same, and of which any mixture can be made
     */
    public OnnxModel calibrated(final Map<String, Range> ranges) {
        return new OnnxModel(name, RangeMetadata.write(original.proto(), ranges));
    }

    /** The model as it was given, weights inside. */
    OnnxModel original() {
        return original;
    }

    /** How close int8 forms were found to be, as the model's file says. */
    Optional<Closeness> closeness() {
        return Closeness.of(original);
    }

    /** The folded graph, from which mixtures take opset, producer and other surroundings. */
    ModelProto frame() {
        return frame;
    }

    TensorProto weight(final String tensor) {
        return weights.get(tensor);
    }

    Map<String, TensorProto> weights() {
        return weights;
    }

    /** Index of the layer that writes a tensor; -1 for an input of the model. */
    public int producer(final String tensor) {
        return producer.getOrDefault(tensor, -1);
    }

    /** Index of the last layer that reads a tensor; -1 when none does. */
    int lastUse(final String tensor) {
        return lastUse.getOrDefault(tensor, -1);
    }

    boolean isOutput(final String tensor) {
        return outputs.stream().anyMatch(info -> info.name().equals(tensor));
    }
}
