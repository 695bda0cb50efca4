// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * Outputs whose extents are not known before a run, so that their memory cannot be laid out: names all of them at once, and says what a
 * task set can say of them. An example holds the extents that the file fixes; the others are those of a run with drawn inputs where
 * there was one, and 1 elsewhere.
 */
final class OpenOutputs {
    private OpenOutputs() {
    }

    /** Refuses a model with such outputs. */
    static void refuse(final OnnxModel model, final List<TensorInfo> outputs, final TensorShapes shapes) {
        final List<TensorInfo> open = open(outputs);
        if (!open.isEmpty()) {
            final boolean one = open.size() == 1;
            final String largest = (one ? "its largest shape" : "their largest shapes");
            final String example = "'" + keys(examples(open, shapes)) + "'";
            final boolean ran = shapes.why().isEmpty();
            final List<String> switches = switches(model);
            throw new InvalidModelException(model.name() + ": output" + (one ? " " : "s ") + open.stream().map(TensorInfo::toString)
                .collect(Collectors.joining(", ")) + (one ? " has an extent that " : " have extents that ") + (ran
                ? (one ? "depends on the data; write " : "depend on the data; write ") + largest + " beside 'file', such as " + example
                    + ", which a run with drawn inputs gave"
                : (one ? "is" : "are") + " not known before a run" + shapes.why() + "; write beside 'file' "
                    + (switches.isEmpty() ? "" : "what an input holds in every job, such as '" + inputs(switches) + "' with the network's "
                    + "value in place of 1, or ") + largest + ", such as " + example + " with the extents that are needed in place of 1"));
        }
        outputs.forEach(info -> ModelChecks.refuseUnfixed(model.name(), "output", info));
    }

    /** Those of the outputs that are tensors with an extent that is not known. */
    static List<TensorInfo> open(final List<TensorInfo> outputs) {
        return outputs.stream().filter(info -> info.type() != null && !info.isFixed()).toList();
    }

    /** A shape for each, by name, in the order given. */
    static Map<String, List<Long>> examples(final List<TensorInfo> open, final TensorShapes shapes) {
        final Map<String, List<Long>> examples = new LinkedHashMap<>();
        for (final TensorInfo info : open) {
            examples.put(info.name(), shapes.seen(info.name()).orElse(info.shape()).stream().map(extent -> Math.max(1, extent)).toList());
        }
        return examples;
    }

    /** Inputs that hold one whole number, which nobody gives yet: a sampling rate, a switch, a length. */
    static List<String> switches(final OnnxModel model) {
        return model.proto().getGraph().getInputList().stream()
            .filter(input -> !model.given().containsKey(input.getName()) && isOneWholeNumber(input)).map(ValueInfoProto::getName).toList();
    }

    private static boolean isOneWholeNumber(final ValueInfoProto input) {
        final TypeProto.Tensor tensor = input.getType().getTensorType();
        final ElementType type = ElementType.of(tensor.getElemType());
        return type != null && Stream.of("INT", "UINT", "BOOL").anyMatch(type.name()::startsWith) && tensor.hasShape()
            && tensor.getShape().getDimList().stream().allMatch(extent -> extent.hasDimValue() && extent.getDimValue() == 1);
    }

    private static String keys(final Map<String, List<Long>> shapes) {
        return shapes.entrySet().stream().map(entry -> OpenShapes.key(entry.getKey()) + ": " + entry.getValue())
            .collect(Collectors.joining(", ", "shapes: {", "}"));
    }

    private static String inputs(final List<String> names) {
        return names.stream().map(name -> OpenShapes.key(name) + ": 1").collect(Collectors.joining(", ", "inputs: {", "}"));
    }
}
