// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * Types and shapes of a model's tensors: as the runtime infers them; where it does not, as one run with drawn inputs shows them, for those
 * tensors whose shape no input's values decide. A tensor whose rank is not known is never taken for a scalar.
 */
public final class TensorShapes {
    private static final long SEED = 1;
    private static final int LONGEST = 160;
    private static final List<Long> UNKNOWN = List.of(-1L);

    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final List<TensorInfo> inputs;
    /** Shapes that a run with drawn inputs showed of tensors whose shape is not known. */
    private final Map<String, List<Long>> seen = new HashMap<>();
    private String noRun = "";

    /**
     * Finds shapes.
     *
     * @param runtime tells them
     * @param model   a model whose inputs are fixed
     * @param nodes   nodes whose outputs are asked for, beside the model's own outputs
     * @throws InvalidModelException when the runtime refuses the model
     */
    public TensorShapes(final OnnxRuntime runtime, final OnnxModel model, final List<NodeProto> nodes) {
        ModelChecks.refuseForeign(model.name(), model.proto().getGraph());
        OpenShapes.requireFixedInputs(model);
        try (OnnxSession probe = ModelCutter.session(runtime, nodes.isEmpty() ? model : ModelCutter.probe(model, nodes))) {
            inputs = probe.inputs();
            inputs.forEach(info -> ModelChecks.refuseUnfixed(model.name(), "input", info));
            // The runtime gives a tensor of unknown rank no extents, as it gives a scalar.
            final boolean complete = probe.outputs().stream()
                .allMatch(info -> info.type() == null || info.isFixed() && !info.shape().isEmpty());
            final List<TensorInfo> shown = complete ? probe.outputs() : run(probe, model.given());
            final ShapeDependence dependence = complete ? null : dependence(model);
            for (int i = 0; i < probe.outputs().size(); i++) {
                final TensorInfo inferred = probe.outputs().get(i);
                final TensorInfo told = shown.isEmpty() ? new TensorInfo(inferred.name(), inferred.type(), UNKNOWN) : shown.get(i);
                final boolean known = inferred.isFixed() && !inferred.shape().isEmpty();
                final boolean holds = !known && !shown.isEmpty() && told.type() != null && dependence.isFixed(inferred.name());
                if (!known && !holds && told.isFixed()) {
                    seen.put(told.name(), told.shape());
                }
                tensors.put(inferred.name(), known || inferred.type() == null ? inferred : holds ? told
                    : inferred.shape().isEmpty() ? new TensorInfo(inferred.name(), inferred.type(), UNKNOWN) : inferred);
            }
        }
        inputs.forEach(info -> tensors.put(info.name(), info));
    }

    /** One run; empty when the model does not run with drawn inputs. */
    private List<TensorInfo> run(final OnnxSession probe, final Map<String, TensorProto> given) {
        try (Arena arena = Arena.ofShared()) {
            final SplittableRandom random = new SplittableRandom(SEED);
            for (final TensorInfo input : inputs) {
                final MemorySegment memory = arena.allocate(Math.max(1, input.bytes()), 64);
                SeededValues.fill(input, memory, random);
                if (given.containsKey(input.name())) {
                    GivenInputs.write(given.get(input.name()), memory);
                }
                probe.bindInput(input, memory);
            }
            return probe.runForShapes();
        } catch (final NativeCallException e) {
            noRun = "; a run with drawn inputs ended with: " + brief(e.getMessage());
            return List.of();
        }
    }

    /** Of a long text its end, which has the cause. */
    private static String brief(final String text) {
        return text.length() <= LONGEST ? text : "... " + text.substring(text.length() - LONGEST);
    }

    private static ShapeDependence dependence(final OnnxModel model) {
        final GraphProto graph = model.proto().getGraph();
        final List<String> names = graph.getInputList().stream().map(input -> input.getName()).toList();
        final Set<String> givens = ModelLoader.weights(graph);
        givens.addAll(model.given().keySet());
        return new ShapeDependence(givens, names, sorted(graph));
    }

    /** Nodes behind those that they read; a graph is not always written in such an order. */
    private static List<NodeProto> sorted(final GraphProto graph) {
        final Map<String, NodeProto> makers = new HashMap<>();
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
        makers.remove("");
        final List<NodeProto> sorted = new ArrayList<>();
        final Set<String> made = new HashSet<>();
        List<NodeProto> waiting = graph.getNodeList();
        int before = -1;
        while (sorted.size() != before) {
            before = sorted.size();
            final List<NodeProto> later = new ArrayList<>();
            for (final NodeProto node : waiting) {
                if (NodeReads.of(node).stream().allMatch(name -> made.contains(name) || !makers.containsKey(name))) {
                    sorted.add(node);
                    made.addAll(node.getOutputList());
                } else {
                    later.add(node);
                }
            }
            waiting = later;
        }
        return sorted;
    }

    /**
     * The inputs.
     *
     * @return in the model's order, all fixed
     */
    public List<TensorInfo> inputs() {
        return inputs;
    }

    /**
     * All tensors that were asked for.
     *
     * @return by name; with -1 in the shape of one whose extents are not known before a run
     */
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** The shape of a tensor in a run with drawn inputs, where it is not known before one; empty when no run came to its end. */
    Optional<List<Long>> seen(final String tensor) {
        return Optional.ofNullable(seen.get(tensor));
    }

    /** Why a tensor has no fixed shape, as the end of a sentence; empty when its extents depend on data. */
    String why() {
        return noRun;
    }
}
