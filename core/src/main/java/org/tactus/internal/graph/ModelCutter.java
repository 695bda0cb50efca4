// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.model.ModelSource;

/**
 * Cuts a model at sets of tensors into segments of about equal estimated cost. Types and shapes are those that the runtime reports
 * for the whole graph. Control flow stays whole in one segment. A graph with sparse weights, or whose tensors have no fixed shape at enough
 * positions is refused. Not for the hot path; safe on any thread.
 */
public final class ModelCutter {
    private static final OnnxOptions AS_WRITTEN = new OnnxOptions(1, List.of(), false);

    private final OnnxRuntime runtime;

    /**
     * Makes a cutter.
     *
     * @param runtime reports types and shapes
     */
    public ModelCutter(final OnnxRuntime runtime) {
        this.runtime = runtime;
    }

    /**
     * Cuts a model.
     *
     * @param model the model
     * @param cuts  number of segments, at least 1; 1 leaves the model as it is
     * @return the segments
     * @throws InvalidModelException for a model that the runtime refuses, a dynamic shape, or a cut that the graph does not allow
     */
    public CutChain cut(final OnnxModel model, final int cuts) {
        if (cuts < 1) {
            throw new InvalidModelException(model.name() + ": cuts: " + cuts + "; a model has at least 1 segment");
        }
        if (cuts == 1) {
            return whole(model);
        }
        final Places places = places(model);
        return places.chain(places.choose(places.costs(), cuts));
    }

    /**
     * Cuts a model where somebody says.
     *
     * @param model  the model
     * @param starts the first node of each segment, ascending from 0; one alone leaves the model as it is
     * @return the segments
     * @throws InvalidModelException for a model that the runtime refuses, or places where it cannot be cut
     */
    public CutChain cut(final OnnxModel model, final List<Integer> starts) {
        return starts.equals(List.of(0)) ? whole(model) : places(model).chain(starts);
    }

    /**
     * Cuts a model as a task set says.
     *
     * @param model  the model
     * @param source how often, and where if it says so
     * @return the segments
     * @throws InvalidModelException for a model that the runtime refuses, or a cut that the graph does not allow
     */
    public CutChain cut(final OnnxModel model, final ModelSource source) {
        return source.starts().isEmpty() ? cut(model, source.cuts()) : cut(model, source.starts());
    }

    /**
     * Finds where a model can be cut; takes as long as a session of it.
     *
     * @param model the model
     * @return the places, to be chosen from many times
     * @throws InvalidModelException for a model that the runtime refuses or that cannot be cut
     */
    public Places places(final OnnxModel model) {
        return new Places(model);
    }

    /** A model's nodes in the order in which they run, and between which of them it can be cut. Immutable. */
    public final class Places {
        private final OnnxModel model;
        private final CutGraph graph;
        private final Map<String, TensorInfo> tensors;
        private final List<TensorInfo> inputs;
        private final List<TensorInfo> outputs;
        private final double[] cost;
        private final int[] crossings;
        private final Set<String> unfixed = new HashSet<>();

        private Places(final OnnxModel model) {
            this.model = model;
            final GraphProto proto = model.proto().getGraph();
            ModelChecks.refuseUncuttable(model.name(), proto);
            graph = new CutGraph(model.name(), proto);
            final TensorShapes shapes = new TensorShapes(runtime, model, graph.nodes());
            tensors = shapes.tensors();
            inputs = shapes.inputs();
            outputs = proto.getOutputList().stream().map(output -> tensors.get(output.getName())).toList();
            OpenOutputs.refuse(model, outputs, shapes);
            cost = ModelCutter.costs(graph, tensors);
            tensors.values().stream().filter(info -> !info.isFixed()).forEach(info -> unfixed.add(info.name()));
            crossings = graph.crossingCounts(unfixed);
        }

        /**
         * The estimated cost of each node.
         *
         * @return multiply-accumulate operations, a copy
         */
        public double[] costs() {
            return cost.clone();
        }

        /**
         * The places.
         *
         * @return the nodes before which the model can be cut, ascending; 0 is the first
         */
        public List<Integer> allowed() {
            return IntStream.range(0, cost.length).filter(i -> i == 0 || crossings[i] >= 0).boxed().toList();
        }

        /**
         * Chooses places so that segments cost about the same.
         *
         * @param costs of each node, in any unit
         * @param cuts  number of segments
         * @return the first node of each segment
         * @throws InvalidModelException when there are not so many places
         */
        public List<Integer> choose(final double[] costs, final int cuts) {
            final int[] starts = CutPositions.choose(costs, crossings, cuts);
            if (starts == null) {
                throw new InvalidModelException(model.name() + ": a cut that the graph does not allow: cuts: " + cuts + ", but only "
                    + most(crossings) + " segments can be made of its " + cost.length + " nodes" + hindrance(graph, tensors, unfixed));
            }
            return Arrays.stream(starts).boxed().toList();
        }

        /**
         * Cuts.
         *
         * @param starts the first node of each segment, ascending from 0
         * @return the segments
         * @throws InvalidModelException when the model cannot be cut there
         */
        public CutChain chain(final List<Integer> starts) {
            for (int i = 0; i < starts.size(); i++) {
                final int at = starts.get(i);
                if (i == 0 ? at != 0 : at <= starts.get(i - 1) || at >= cost.length || crossings[at] < 0) {
                    throw new InvalidModelException(model.name() + ": starts: " + starts + ": it cannot be cut before node " + at
                        + "; places ascend from 0, below " + cost.length + ", where tensors of fixed size cross");
                }
            }
            final List<CutChain.Part> parts = new ArrayList<>();
            for (int i = 0; i < starts.size(); i++) {
                final int end = i + 1 < starts.size() ? starts.get(i + 1) : cost.length;
                parts.add(part(model, graph, tensors, cost, new int[] {i + 1, starts.get(i), end}));
            }
            return new CutChain(model.name(), parts, inputs, outputs);
        }
    }

    private CutChain whole(final OnnxModel model) {
        final GraphProto graph = model.proto().getGraph();
        final TensorShapes shapes = new TensorShapes(runtime, model, List.of());
        final List<TensorInfo> outputs = graph.getOutputList().stream().map(output -> shapes.tensors().get(output.getName())).toList();
        OpenOutputs.refuse(model, outputs, shapes);
        final CutChain.Part part = new CutChain.Part(withOutputs(model, outputs), graph.getNode(0).getName(), graph.getNodeCount(), 0,
            names(shapes.inputs()), names(outputs));
        return new CutChain(model.name(), List.of(part), shapes.inputs(), outputs);
    }

    /** Writes into the model what shapes its outputs have, where the file leaves them open. */
    private static OnnxModel withOutputs(final OnnxModel model, final List<TensorInfo> outputs) {
        final GraphProto.Builder graph = model.proto().getGraph().toBuilder();
        for (int i = 0; i < outputs.size(); i++) {
            graph.setOutput(i, value(model.name(), outputs.get(i).name(), outputs.get(i)));
        }
        return model.with(model.name(), model.proto().toBuilder().setGraph(graph).build());
    }

    private static List<String> names(final List<TensorInfo> infos) {
        return infos.stream().map(TensorInfo::name).toList();
    }

    /** A session that computes the graph as it is written. */
    public static OnnxSession session(final OnnxRuntime runtime, final OnnxModel model) {
        try {
            return model.open(runtime, AS_WRITTEN);
        } catch (final NativeCallException e) {
            throw RuntimeRefusal.of(model.name(), e);
        }
    }

    /** The whole model with every tensor as an output, so that the runtime says the type and shape of each. */
    static OnnxModel probe(final OnnxModel model, final CutGraph cutGraph) {
        return probe(model, cutGraph.nodes());
    }

    /** As above with the given nodes' tensors. */
    public static OnnxModel probe(final OnnxModel model, final List<NodeProto> nodes) {
        final GraphProto.Builder graph = model.proto().getGraph().toBuilder();
        final Set<String> known = new HashSet<>();
        graph.getOutputList().forEach(output -> known.add(output.getName()));
        for (final NodeProto node : nodes) {
            for (final String output : node.getOutputList()) {
                if (!output.isEmpty() && known.add(output)) {
                    graph.addOutput(ValueInfoProto.newBuilder().setName(output));
                }
            }
        }
        return model.with(model.name(), model.proto().toBuilder().setGraph(graph).build());
    }

    private static double[] costs(final CutGraph graph, final Map<String, TensorInfo> tensors) {
        final Map<String, List<Long>> shapes = new HashMap<>();
        graph.weights().forEach((name, tensor) -> shapes.put(name, tensor.getDimsList()));
        tensors.forEach((name, info) -> shapes.put(name, info.shape()));
        return graph.nodes().stream().mapToDouble(node -> NodeCost.of(node, shapes)).toArray();
    }

    /** The first tensor that no cut goes through, as the end of a sentence; empty without one. */
    private static String hindrance(final CutGraph graph, final Map<String, TensorInfo> tensors, final Set<String> unfixed) {
        return graph.crossings().stream().flatMap(List::stream).filter(unfixed::contains).findFirst().map(tensors::get)
            .map(info -> " (no cut goes through '" + info.name() + "', " + (info.type() == null ? "which is a sequence or another thing "
                + "without elements of a fixed size)" : "whose extents depend on data)")).orElse("");
    }

    private static int most(final int[] crossingCounts) {
        int most = 1;
        for (int i = 1; i < crossingCounts.length; i++) {
            most += crossingCounts[i] >= 0 ? 1 : 0;
        }
        return most;
    }

    /** Builds one segment; range holds its number from 1, its first node, and the node behind its last. */
    private static CutChain.Part part(final OnnxModel model, final CutGraph graph, final Map<String, TensorInfo> tensors,
                                      final double[] cost, final int[] range) {
        final List<String> reads = graph.reads(range[1], range[2]);
        final List<String> writes = graph.writes(range[1], range[2]);
        final GraphProto.Builder part = GraphProto.newBuilder().setName(model.name() + "#" + range[0]);
        final Set<NodeProto> constants = new HashSet<>();
        for (final String given : graph.givens(range[1], range[2]).stream().sorted().toList()) {
            if (graph.weights().containsKey(given)) {
                part.addInitializer(graph.weights().get(given));
            } else if (graph.constants().containsKey(given) && constants.add(graph.constants().get(given))) {
                part.addNode(graph.constants().get(given));
            }
        }
        part.addAllNode(graph.nodes().subList(range[1], range[2]));
        reads.forEach(name -> part.addInput(value(model.name(), name, tensors.get(name))));
        writes.forEach(name -> part.addOutput(value(model.name(), name, tensors.get(name))));
        double operations = 0;
        for (int i = range[1]; i < range[2]; i++) {
            operations += cost[i];
        }
        final ModelProto.Builder proto = model.proto().toBuilder().setGraph(part);
        return new CutChain.Part(model.with(part.getName(), proto.build()), graph.nodes().get(range[1]).getName(),
            range[2] - range[1], operations, reads, writes);
    }

    /**
     * Describes a tensor as a graph's input or output.
     *
     * @param model name of the model, for messages
     * @param name  name of the tensor
     * @param info  type and shape; null when no node makes it
     * @return the description
     * @throws InvalidModelException when no node makes the tensor
     */
    public static ValueInfoProto value(final String model, final String name, final TensorInfo info) {
        if (info == null) {
            throw new InvalidModelException(model + ": tensor '" + name + "' is used but made by no node and is no input");
        }
        final TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        info.shape().forEach(extent -> shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent)));
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
            TypeProto.Tensor.newBuilder().setElemType(info.type().code()).setShape(shape))).build();
    }
}
