// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.onnxruntime.TensorInfo;

/** Writes a TensorFlow Lite model of one graph: tensors first, then operators, then {@link #finish}. */
final class GraphWriter {
    private final FlatBuilder out = new FlatBuilder();
    private final List<Integer> buffers = new ArrayList<>();
    private final List<Integer> tensors = new ArrayList<>();
    private final List<Integer> codes = new ArrayList<>();
    private final List<Integer> operators = new ArrayList<>();

    GraphWriter() {
        buffers.add(out.start().end()); // buffer 0 is empty: tensors without data name it
    }

    /** Adds a tensor; with data it is a constant. */
    int tensor(final TensorInfo info, final byte[] data) {
        return tensor(info, data, false);
    }

    /** Adds a tensor that keeps its values from run to run. */
    int variable(final TensorInfo info) {
        return tensor(info, null, true);
    }

    private int tensor(final TensorInfo info, final byte[] data, final boolean isVariable) {
        int buffer = 0;
        if (data != null) {
            final int bytes = out.bytes(data);
            buffer = buffers.size();
            buffers.add(out.start().offset(0, bytes).end());
        }
        final int shape = out.ints(info.shape().stream().mapToInt(Math::toIntExact).toArray());
        final int name = out.text(info.name());
        tensors.add(out.start().offset(TfLiteSchema.Tensor.SHAPE, shape)
            .int8(TfLiteSchema.Tensor.TYPE, TfLiteFile.number(info.type())).int32(TfLiteSchema.Tensor.BUFFER, buffer)
            .offset(TfLiteSchema.Tensor.NAME, name).int8(TfLiteSchema.Tensor.IS_VARIABLE, isVariable ? 1 : 0).end());
        return tensors.size() - 1;
    }

    void custom(final String name, final int[] inputs, final int[] outputs, final byte[] options) {
        final int text = out.text(name);
        codes.add(out.start().int8(TfLiteSchema.OperatorCode.OLD_BUILTIN_CODE, TfLiteSchema.BUILTIN_CUSTOM)
            .offset(TfLiteSchema.OperatorCode.CUSTOM_CODE, text).int32(TfLiteSchema.OperatorCode.VERSION, 1)
            .int32(TfLiteSchema.OperatorCode.BUILTIN_CODE, TfLiteSchema.BUILTIN_CUSTOM).end());
        final int custom = out.bytes(options);
        final int in = out.ints(inputs);
        final int result = out.ints(outputs);
        operators.add(out.start().int32(TfLiteSchema.Operator.OPCODE_INDEX, codes.size() - 1)
            .offset(TfLiteSchema.Operator.INPUTS, in).offset(TfLiteSchema.Operator.OUTPUTS, result)
            .offset(TfLiteSchema.Operator.CUSTOM_OPTIONS, custom).end());
    }

    void fullyConnected(final int[] inputs, final int output, final boolean relu) {
        final int options = out.start().int8(0, relu ? TfLiteSchema.ACTIVATION_RELU : 0).end();
        builtin(TfLiteSchema.BUILTIN_FULLY_CONNECTED, inputs, output, TfLiteSchema.OPTIONS_FULLY_CONNECTED, options);
    }

    void svdf(final int[] inputs, final int output) {
        final int options = out.start().int32(0, 1).end(); // the rank
        builtin(TfLiteSchema.BUILTIN_SVDF, inputs, output, TfLiteSchema.OPTIONS_SVDF, options);
    }

    /** An operator whose options are all default: of kind 0. */
    void builtin(final int code, final int[] inputs, final int output) {
        builtin(code, inputs, output, 0, out.start().end());
    }

    private void builtin(final int code, final int[] inputs, final int output, final int optionsType, final int options) {
        codes.add(out.start().int8(TfLiteSchema.OperatorCode.OLD_BUILTIN_CODE, Math.min(code, Byte.MAX_VALUE))
            .int32(TfLiteSchema.OperatorCode.VERSION, 1).int32(TfLiteSchema.OperatorCode.BUILTIN_CODE, code).end());
        final int in = out.ints(inputs);
        final int result = out.ints(output);
        out.start().int32(TfLiteSchema.Operator.OPCODE_INDEX, codes.size() - 1)
            .offset(TfLiteSchema.Operator.INPUTS, in).offset(TfLiteSchema.Operator.OUTPUTS, result);
        if (optionsType != 0) {
            out.int8(TfLiteSchema.Operator.OPTIONS_TYPE, optionsType).offset(TfLiteSchema.Operator.OPTIONS, options);
        }
        operators.add(out.end());
    }

    byte[] finish(final String description, final int[] inputs, final int[] outputs) {
        final int tensorList = list(tensors);
        final int in = out.ints(inputs);
        final int result = out.ints(outputs);
        final int operatorList = list(operators);
        final int graph = out.start().offset(TfLiteSchema.SubGraph.TENSORS, tensorList).offset(TfLiteSchema.SubGraph.INPUTS, in)
            .offset(TfLiteSchema.SubGraph.OUTPUTS, result).offset(TfLiteSchema.SubGraph.OPERATORS, operatorList).end();
        final int graphs = out.offsets(graph);
        final int codeList = list(codes);
        final int bufferList = list(buffers);
        final int text = out.text(description);
        return out.finish(out.start().int32(TfLiteSchema.Model.VERSION, TfLiteSchema.VERSION)
            .offset(TfLiteSchema.Model.OPERATOR_CODES, codeList).offset(TfLiteSchema.Model.SUBGRAPHS, graphs)
            .offset(TfLiteSchema.Model.DESCRIPTION, text).offset(TfLiteSchema.Model.BUFFERS, bufferList).end(), TfLiteSchema.IDENTIFIER);
    }

    private int list(final List<Integer> places) {
        return out.offsets(places.stream().mapToInt(Integer::intValue).toArray());
    }
}
