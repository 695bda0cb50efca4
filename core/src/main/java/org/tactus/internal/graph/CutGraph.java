// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * A graph in the order in which it runs: nodes that contribute to an output, in the file's order as far as the data flow allows;
 * weights and constants apart, since every segment takes along those it uses. Control flow is one node, which also reads what its
 * bodies take from around it.
 */
public final class CutGraph {
    private final List<NodeProto> nodes = new ArrayList<>();
    private final Map<String, TensorProto> weights = new HashMap<>();
    private final Map<String, NodeProto> constants = new HashMap<>();
    private final Map<String, Integer> producer = new HashMap<>();
    private final Map<String, Integer> lastUse = new HashMap<>();
    private final Set<String> outputs = new HashSet<>();

    /**
     * Reads a graph.
     *
     * @param model name of the model, for messages
     * @param graph its graph
     * @throws InvalidModelException when a tensor is input and output at once
     */
    public CutGraph(final String model, final GraphProto graph) {
        graph.getInitializerList().forEach(tensor -> weights.put(tensor.getName(), tensor));
        graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(outputs::add);
        for (final ValueInfoProto input : graph.getInputList()) {
            if (outputs.contains(input.getName())) {
                throw new InvalidModelException(model + ": a cut that the graph does not allow: '" + input.getName()
                    + "' is input and output at once; use cuts: 1");
            }
        }
        final List<NodeProto> computed = new ArrayList<>();
        for (final NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("Constant") && node.getDomain().isEmpty()) {
                node.getOutputList().forEach(output -> constants.put(output, node));
            } else {
                computed.add(node);
            }
        }
        sort(model, alive(computed));
        for (int i = 0; i < nodes.size(); i++) {
            for (final String output : nodes.get(i).getOutputList()) {
                if (!output.isEmpty()) {
                    producer.put(output, i);
                }
            }
            for (final String input : NodeReads.of(nodes.get(i))) {
                lastUse.put(input, i);
            }
        }
    }

    /** The nodes that an output needs, in the file's order. */
    private List<NodeProto> alive(final List<NodeProto> computed) {
        final Map<String, NodeProto> makers = new HashMap<>();
        computed.forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
        makers.remove("");
        final Set<NodeProto> needed = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        final Deque<String> open = new ArrayDeque<>(outputs);
        while (!open.isEmpty()) {
            final NodeProto node = makers.get(open.pop());
            if (node != null && needed.add(node)) {
                open.addAll(NodeReads.of(node));
            }
        }
        return computed.stream().filter(needed::contains).toList();
    }

    private void sort(final String model, final List<NodeProto> alive) {
        final Map<String, Integer> makers = new HashMap<>();
        for (int i = 0; i < alive.size(); i++) {
            for (final String output : alive.get(i).getOutputList()) {
                if (!output.isEmpty()) {
                    makers.put(output, i);
                }
            }
        }
        final List<List<Integer>> users = new ArrayList<>();
        final int[] waiting = new int[alive.size()];
        for (int i = 0; i < alive.size(); i++) {
            users.add(new ArrayList<>());
        }
        for (int i = 0; i < alive.size(); i++) {
            for (final String input : NodeReads.of(alive.get(i))) {
                final Integer maker = makers.get(input);
                if (maker != null) {
                    users.get(maker).add(i);
                    waiting[i]++;
                }
            }
        }
        final PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] == 0) {
                ready.add(i);
            }
        }
        while (!ready.isEmpty()) {
            final int next = ready.poll();
            nodes.add(alive.get(next));
            for (final int user : users.get(next)) {
                if (--waiting[user] == 0) {
                    ready.add(user);
                }
            }
        }
        if (nodes.size() < alive.size()) {
            throw new InvalidModelException(model + ": its graph has a cycle; an ONNX graph has none");
        }
    }

    public List<NodeProto> nodes() {
        return nodes;
    }

    public Map<String, TensorProto> weights() {
        return weights;
    }

    public Map<String, NodeProto> constants() {
        return constants;
    }

    /** Tensors that are computed before a node and used by it or later. */
    public List<List<String>> crossings() {
        final List<List<String>> crossings = new ArrayList<>();
        nodes.forEach(node -> crossings.add(new ArrayList<>()));
        producer.forEach((tensor, from) -> {
            for (int i = from + 1; i <= lastUse.getOrDefault(tensor, -1); i++) {
                crossings.get(i).add(tensor);
            }
        });
        return crossings;
    }

    /** What a run of nodes reads from outside it, weights and constants apart, in order of use. */
    public List<String> reads(final int start, final int end) {
        final Map<String, Boolean> reads = new LinkedHashMap<>();
        for (final NodeProto node : nodes.subList(start, end)) {
            for (final String input : NodeReads.of(node)) {
                final Integer maker = producer.get(input);
                final boolean inside = maker != null && maker >= start && maker < end;
                if (!input.isEmpty() && !inside && !weights.containsKey(input) && !constants.containsKey(input)) {
                    reads.put(input, true);
                }
            }
        }
        return List.copyOf(reads.keySet());
    }

    /** What a run of nodes writes for later nodes or the caller; the last run also answers outputs that are constants. */
    public List<String> writes(final int start, final int end) {
        final List<String> writes = new ArrayList<>();
        for (final NodeProto node : nodes.subList(start, end)) {
            for (final String output : node.getOutputList()) {
                if (!output.isEmpty() && (outputs.contains(output) || lastUse.getOrDefault(output, -1) >= end)) {
                    writes.add(output);
                }
            }
        }
        if (end == nodes.size()) {
            outputs.stream().filter(output -> weights.containsKey(output) || constants.containsKey(output)).sorted()
                .forEach(writes::add);
        }
        return writes;
    }

    /** Names of weights and constants that a run of nodes uses. */
    public Set<String> givens(final int start, final int end) {
        final Set<String> givens = new HashSet<>();
        nodes.subList(start, end).forEach(node -> givens.addAll(NodeReads.of(node)));
        if (end == nodes.size()) {
            givens.addAll(outputs);
        }
        return givens;
    }

    /** Numbers of crossing tensors, -1 where one has no fixed memory. */
    public int[] crossingCounts(final Set<String> unfixed) {
        final int[] counts = new int[nodes.size()];
        Arrays.setAll(counts, i -> 0);
        final List<List<String>> crossings = crossings();
        for (int i = 0; i < counts.length; i++) {
            counts[i] = crossings.get(i).stream().anyMatch(unfixed::contains) ? -1 : crossings.get(i).size();
        }
        return counts;
    }
}
