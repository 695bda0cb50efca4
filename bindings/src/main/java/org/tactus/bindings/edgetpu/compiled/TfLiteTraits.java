// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.bindings.onnxruntime.ElementType;

/**
 * What a TensorFlow Lite model keeps from run to run, what it draws, and what its library would not survive.
 *
 * @param variables     number of tensors that keep their values from run to run
 * @param keepsResource whether an operator assigns a resource variable, which keeps its value, too, and cannot be reset
 * @param random        names of the operators that draw random numbers, each once
 * @param hazard        why the library must not run the model, in one line; empty when nothing is known against it
 */
public record TfLiteTraits(int variables, boolean keepsResource, List<String> random, Optional<String> hazard) {
    private static final int MAX_OPERATORS = 1 << 16;
    private static final int MOST_SEEN = 1 << 20;
    private static final int SVDF_STATE = 4;

    /** Keeps an unmodifiable copy of the list. */
    public TfLiteTraits {
        random = List.copyOf(random);
    }

    /**
     * Reads them.
     *
     * @param bytes a {@code .tflite} file
     * @return what it says
     * @throws MalformedFileException when the bytes are no such file, or damaged where this reader looks
     */
    public static TfLiteTraits read(final byte[] bytes) {
        final FlatTable model = FlatTable.root(ByteBuffer.wrap(bytes), TfLiteSchema.IDENTIFIER, "the file");
        final int[] codes = codes(model);
        final int subgraphs = model.size(TfLiteSchema.Model.SUBGRAPHS, MAX_OPERATORS, "subgraphs");
        int variables = 0;
        long seen = 0;
        boolean keepsResource = false;
        final List<String> random = new ArrayList<>();
        Optional<String> hazard = Optional.empty();
        for (int i = 0; i < subgraphs; i++) {
            final FlatTable graph = model.tableAt(TfLiteSchema.Model.SUBGRAPHS, i);
            final int operators = graph.size(TfLiteSchema.SubGraph.OPERATORS, MAX_OPERATORS, "operators");
            seen += operators + graph.size(TfLiteSchema.SubGraph.TENSORS, Integer.BYTES);
            if (seen > MOST_SEEN) { // graphs that share one long list would take for ever
                throw new MalformedFileException("more than " + MOST_SEEN + " operators and tensors; a sound file has fewer");
            }
            variables += variables(graph);
            for (int j = 0; j < operators; j++) {
                final FlatTable operator = graph.tableAt(TfLiteSchema.SubGraph.OPERATORS, j);
                final int index = operator.int32(TfLiteSchema.Operator.OPCODE_INDEX, 0);
                final int code = index < 0 || index >= codes.length ? -1 : codes[index];
                final String drawing = random(code);
                if (drawing != null && !random.contains(drawing)) {
                    random.add(drawing);
                }
                keepsResource |= code == TfLiteSchema.BUILTIN_ASSIGN_VARIABLE;
                if (code == TfLiteSchema.BUILTIN_SVDF && hazard.isEmpty()) {
                    hazard = svdf(graph, operator, j);
                }
            }
        }
        return new TfLiteTraits(variables, keepsResource, random, hazard);
    }

    private static int[] codes(final FlatTable model) {
        final int[] codes = new int[model.size(TfLiteSchema.Model.OPERATOR_CODES, MAX_OPERATORS, "operator codes")];
        for (int i = 0; i < codes.length; i++) {
            final FlatTable code = model.tableAt(TfLiteSchema.Model.OPERATOR_CODES, i);
            // Old writers know the first field alone, which has 7 bits; new ones write the largest of these there.
            codes[i] = Math.max(code.int8(TfLiteSchema.OperatorCode.OLD_BUILTIN_CODE, 0),
                code.int32(TfLiteSchema.OperatorCode.BUILTIN_CODE, 0));
        }
        return codes;
    }

    private static int variables(final FlatTable graph) {
        final int tensors = graph.size(TfLiteSchema.SubGraph.TENSORS, Integer.BYTES);
        int variables = 0;
        for (int i = 0; i < tensors; i++) {
            variables += graph.tableAt(TfLiteSchema.SubGraph.TENSORS, i).int8(TfLiteSchema.Tensor.IS_VARIABLE, 0) != 0 ? 1 : 0;
        }
        return variables;
    }

    private static String random(final int code) {
        return switch (code) {
            case TfLiteSchema.BUILTIN_RANDOM_STANDARD_NORMAL -> "RANDOM_STANDARD_NORMAL";
            case TfLiteSchema.BUILTIN_RANDOM_UNIFORM -> "RANDOM_UNIFORM";
            case TfLiteSchema.BUILTIN_MULTINOMIAL -> "MULTINOMIAL";
            default -> null;
        };
    }

    /** The library takes the state of a layer in integers for 16 bits without looking, and writes beyond one of 8. */
    private static Optional<String> svdf(final FlatTable graph, final FlatTable operator, final int number) {
        final ElementType input = type(graph, operator, 0);
        final ElementType state = type(graph, operator, SVDF_STATE);
        if (input != ElementType.INT8 || state == ElementType.INT16) {
            return Optional.empty();
        }
        return Optional.of("operator " + number + " (SVDF) computes in integers on a state of " + (state == null ? "no known type" : state)
            + "; TensorFlow Lite takes it for INT16 and would write beyond it, because the file was converted for a micro-controller; "
            + "convert the network with a state of 16 bits");
    }

    private static ElementType type(final FlatTable graph, final FlatTable operator, final int input) {
        if (operator.size(TfLiteSchema.Operator.INPUTS, Integer.BYTES) <= input) {
            return null;
        }
        final int tensor = operator.int32At(TfLiteSchema.Operator.INPUTS, input);
        if (tensor < 0 || tensor >= graph.size(TfLiteSchema.SubGraph.TENSORS, Integer.BYTES)) {
            return null;
        }
        return TfLiteFile.type(graph.tableAt(TfLiteSchema.SubGraph.TENSORS, tensor));
    }
}
