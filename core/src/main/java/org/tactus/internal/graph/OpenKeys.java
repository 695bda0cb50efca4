// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.text.Printable;

/**
 * What a task set must say of a network because its file leaves it open, each with an example: extents of inputs and outputs, and the
 * values of inputs that are the same in every job.
 *
 * @param dims    1 for each named dimension of the inputs
 * @param shapes  whole shapes of the inputs whose open extents have no name, 1 for each that is open
 * @param outputs largest shapes of the outputs that a run with drawn inputs and these extents gave, else 1 for each that is open
 * @param inputs  inputs of one whole number without which a run did not show the outputs; empty when it did
 * @param meaning what each name is, as a remark
 * @param failure why nothing is known of the outputs with these extents; empty when it is
 */
public record OpenKeys(
    Map<String, Long> dims, Map<String, List<Long>> shapes, Map<String, List<Long>> outputs, List<String> inputs,
    Map<String, String> meaning, Optional<String> failure) {

    /** Of a network that leaves nothing open. */
    public static final OpenKeys NONE = new OpenKeys(Map.of(), Map.of(), Map.of(), List.of(), Map.of(), Optional.empty());

    /**
     * Finds them: loads the model, with 1 for each extent that is open, and runs it once where its outputs are not known before.
     *
     * @param model a model as its file has it
     * @return what is open; nothing is said of outputs where ONNX Runtime is not to be had
     * @throws InvalidModelException when the model is refused and its extents are not the reason
     */
    public static OpenKeys of(final OnnxModel model) {
        final GraphProto graph = model.proto().getGraph();
        final Map<String, Long> dims = new LinkedHashMap<>();
        final Map<String, List<Long>> shapes = new LinkedHashMap<>();
        final Map<String, String> meaning = new LinkedHashMap<>();
        for (final String symbol : OpenShapes.symbols(graph)) {
            dims.put(symbol, 1L);
            meaning.put(symbol, "a dimension of " + graph.getInputList().stream().filter(input -> OpenShapes.has(input, symbol))
                .map(input -> remark("input", input)).collect(Collectors.joining(" and ")));
        }
        for (final ValueInfoProto input : graph.getInputList()) {
            if (OpenShapes.isOpenWithoutName(input)) {
                shapes.put(input.getName(), OpenShapes.suggestion(input));
                meaning.put(input.getName(), remark("input", input) + ": its shape in every job");
            }
        }
        final boolean open = !dims.isEmpty() || !shapes.isEmpty();
        final Optional<OnnxRuntime> runtime = OnnxRuntime.find();
        if (runtime.isEmpty()) {
            return new OpenKeys(dims, shapes, Map.of(), List.of(), meaning, OnnxRuntime.absence());
        }
        try {
            final OnnxModel fixed = OpenShapes.fix(model, dims, shapes);
            final TensorShapes found = new TensorShapes(runtime.get(), fixed, List.of());
            final List<TensorInfo> unknown = OpenOutputs.open(graph.getOutputList().stream()
                .map(output -> found.tensors().get(output.getName())).toList());
            unknown.forEach(info -> meaning.put(info.name(), Printable.line("output " + info)
                + ": its largest shape" + (found.why().isEmpty() ? ", such as a run with drawn inputs gave" : "")));
            final List<String> inputs = unknown.isEmpty() || found.why().isEmpty() ? List.of() : OpenOutputs.switches(fixed);
            graph.getInputList().stream().filter(input -> inputs.contains(input.getName())).forEach(input ->
                meaning.put(input.getName(), remark("input", input) + ": write it where it is the same in every job"));
            return new OpenKeys(dims, shapes, OpenOutputs.examples(unknown, found), inputs, meaning,
                unknown.isEmpty() || found.why().isEmpty() ? Optional.empty() : Optional.of(found.why().replaceFirst("^; ", "")));
        } catch (final InvalidModelException e) {
            if (!open || RuntimeRefusal.isOfAnyShape(e)) {
                throw e;
            }
            return new OpenKeys(dims, shapes, Map.of(), List.of(), meaning, Optional.of(e.getMessage()));
        }
    }

    private static String remark(final String role, final ValueInfoProto value) {
        return Printable.line(role + " '" + value.getName() + "' " + OpenShapes.text(value));
    }

    /**
     * Tells whether the file leaves nothing open.
     *
     * @return true when a task set needs no key beside the file
     */
    public boolean isEmpty() {
        return dims.isEmpty() && shapes.isEmpty() && outputs.isEmpty() && inputs.isEmpty();
    }

    /**
     * The names of all that is open.
     *
     * @return dimensions, inputs and outputs
     */
    public List<String> names() {
        return Stream.of(dims.keySet(), shapes.keySet(), outputs.keySet(), inputs).flatMap(names -> names.stream()).distinct().toList();
    }

    /**
     * The keys as lines of a task set, each name with a remark.
     *
     * @return without an indent; nothing when nothing is open
     */
    public List<String> lines() {
        final List<String> lines = new ArrayList<>();
        if (!dims.isEmpty()) {
            lines.add("dims: # put in the extents that are needed in place of 1");
            String before = ""; // of several extents of one input the first has the remark
            for (final Map.Entry<String, Long> dim : dims.entrySet()) {
                final String what = meaning.get(dim.getKey());
                lines.add("  " + (what.equals(before) ? OpenShapes.key(dim.getKey()) + ": " + dim.getValue()
                    : line(dim.getKey(), dim.getValue())));
                before = what;
            }
        }
        // The largest shape of an output cuts what is beyond, so one that follows from guesses is only shown.
        final boolean guessed = !dims.isEmpty() || !shapes.isEmpty() || failure.isPresent();
        if (!shapes.isEmpty() || !guessed && !outputs.isEmpty()) {
            lines.add("shapes: # put in the extents that are needed where these are not");
            shapes.forEach((name, shape) -> lines.add("  " + line(name, shape)));
            outputs.forEach((name, shape) -> lines.add((guessed ? "  # " : "  ") + line(name, shape)));
        } else if (!outputs.isEmpty()) {
            lines.add("# shapes: # take away the '# ' before these lines, and put in the extents");
            outputs.forEach((name, shape) -> lines.add("#   " + line(name, shape)));
        }
        if (!inputs.isEmpty()) {
            lines.add("# inputs: # take away the '# ' before these lines, and put in the values");
            inputs.forEach(name -> lines.add("#   " + line(name, 1)));
        }
        return lines;
    }

    private String line(final String name, final Object value) {
        return OpenShapes.key(name) + ": " + value + " # " + meaning.get(name);
    }
}
