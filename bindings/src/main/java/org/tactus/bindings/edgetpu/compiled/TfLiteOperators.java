// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The operators of a TensorFlow Lite model, and what of a compiled one the compiler left to the processor.
 *
 * @param names          how often each operator is there, by the schema's name; a custom one by its own
 * @param count          all operators of all graphs
 * @param onDevice       those that the Edge TPU runs, each of which stands for many of the network's
 * @param hostOperations estimated work of the others: multiply-accumulate operations, and four for each element that one writes
 */
public record TfLiteOperators(Map<String, Integer> names, int count, int onDevice, long hostOperations) {
    private static final int MOST = 1 << 16;
    private static final int MOST_RANK = 16;
    private static final long MOST_OPERATIONS = 1L << 50;
    private static final int MOVE = 4;
    private static final int CONV = 3;
    private static final int DEPTHWISE_CONV = 4;
    private static final int TRANSPOSE_CONV = 67;
    private static final int BATCH_MATMUL = 126;
    /** By number, as the public schema lists them. */
    private static final List<String> BUILTIN = List.of(("ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE "
        + "DEQUANTIZE EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION "
        + "LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF "
        + "TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND "
        + "SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP "
        + "TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER "
        + "GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT "
        + "SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN "
        + "FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD "
        + "ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG "
        + "ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL "
        + "PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND "
        + "HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS "
        + "RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD "
        + "UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT").split(" "));

    /** Keeps an unmodifiable copy. */
    public TfLiteOperators {
        names = Collections.unmodifiableMap(new TreeMap<>(names));
    }

    /**
     * Reads them.
     *
     * @param bytes a {@code .tflite} file; only read
     * @return its operators
     * @throws MalformedFileException when the bytes are no such file, or damaged where this reader looks
     */
    public static TfLiteOperators read(final ByteBuffer bytes) {
        final FlatTable model = FlatTable.root(bytes, TfLiteSchema.IDENTIFIER, "the file");
        final int codes = model.size(TfLiteSchema.Model.OPERATOR_CODES, MOST, "operator codes");
        final int[] numbers = new int[codes];
        final List<String> named = new ArrayList<>();
        for (int i = 0; i < codes; i++) {
            final FlatTable code = model.tableAt(TfLiteSchema.Model.OPERATOR_CODES, i);
            // Old writers know the first field alone, which has 7 bits; new ones write the largest of these there.
            numbers[i] = Math.max(code.int8(TfLiteSchema.OperatorCode.OLD_BUILTIN_CODE, 0),
                code.int32(TfLiteSchema.OperatorCode.BUILTIN_CODE, 0));
            named.add(name(numbers[i], code.bytes(TfLiteSchema.OperatorCode.CUSTOM_CODE)));
        }
        final Map<String, Integer> names = new TreeMap<>();
        int count = 0;
        int onDevice = 0;
        long operations = 0;
        final int subgraphs = model.size(TfLiteSchema.Model.SUBGRAPHS, MOST, "subgraphs");
        for (int i = 0; i < subgraphs; i++) {
            final FlatTable graph = model.tableAt(TfLiteSchema.Model.SUBGRAPHS, i);
            final int operators = graph.size(TfLiteSchema.SubGraph.OPERATORS, MOST, "operators");
            count += operators;
            if (count > MOST) {
                throw new MalformedFileException("more than " + MOST + " operators; a sound file has fewer");
            }
            for (int j = 0; j < operators; j++) {
                final FlatTable operator = graph.tableAt(TfLiteSchema.SubGraph.OPERATORS, j);
                final int code = operator.int32(TfLiteSchema.Operator.OPCODE_INDEX, 0);
                if (code < 0 || code >= codes) {
                    throw new MalformedFileException("operator " + j + " is of code " + code + ", but there are " + codes);
                }
                names.merge(named.get(code), 1, Integer::sum);
                if (named.get(code).equals(TfLiteFile.CUSTOM_OPERATOR)) {
                    onDevice++;
                } else {
                    operations = Math.min(MOST_OPERATIONS, operations + operations(graph, operator, numbers[code]));
                }
            }
        }
        return new TfLiteOperators(names, count, onDevice, operations);
    }

    private static String name(final int code, final ByteBuffer custom) {
        if (code == TfLiteSchema.BUILTIN_CUSTOM && custom != null) {
            return StandardCharsets.UTF_8.decode(custom).toString();
        }
        return code >= 0 && code < BUILTIN.size() ? BUILTIN.get(code) : "operator " + code;
    }

    /** After the operators' definitions, as far as shapes tell: a product for each element that is written and each that it sums. */
    private static long operations(final FlatTable graph, final FlatTable operator, final int code) {
        double written = 0;
        final int outputs = Math.min(MOST_RANK, operator.size(TfLiteSchema.Operator.OUTPUTS, Integer.BYTES));
        for (int i = 0; i < outputs; i++) {
            written += elements(shape(graph, operator.int32At(TfLiteSchema.Operator.OUTPUTS, i)));
        }
        final List<Integer> first = input(graph, operator, 0);
        final List<Integer> second = input(graph, operator, 1);
        final double summed = switch (code) {
            case CONV, TRANSPOSE_CONV -> second.isEmpty() ? 0 : elements(second) / Math.max(1, second.getFirst());
            case DEPTHWISE_CONV -> second.isEmpty() ? 0 : elements(second) / Math.max(1, second.getLast());
            case TfLiteSchema.BUILTIN_FULLY_CONNECTED -> second.isEmpty() ? 0 : Math.max(1, second.getLast());
            case BATCH_MATMUL -> first.isEmpty() ? 0 : Math.max(1, first.getLast());
            default -> 0;
        };
        return (long) Math.min(MOST_OPERATIONS, written * (summed + MOVE));
    }

    private static List<Integer> input(final FlatTable graph, final FlatTable operator, final int index) {
        return operator.size(TfLiteSchema.Operator.INPUTS, Integer.BYTES) <= index ? List.of()
            : shape(graph, operator.int32At(TfLiteSchema.Operator.INPUTS, index));
    }

    private static List<Integer> shape(final FlatTable graph, final int tensor) {
        if (tensor < 0 || tensor >= graph.size(TfLiteSchema.SubGraph.TENSORS, Integer.BYTES)) {
            return List.of(); // an input that is left out is -1
        }
        final FlatTable table = graph.tableAt(TfLiteSchema.SubGraph.TENSORS, tensor);
        final int rank = table.size(TfLiteSchema.Tensor.SHAPE, MOST_RANK, "extents of a tensor");
        final List<Integer> shape = new ArrayList<>(rank);
        for (int i = 0; i < rank; i++) {
            shape.add(table.int32At(TfLiteSchema.Tensor.SHAPE, i));
        }
        return shape;
    }

    private static double elements(final List<Integer> shape) {
        double elements = 1;
        for (final int extent : shape) {
            elements *= Math.max(1, extent);
        }
        return elements;
    }

    /** How many operators the processor runs, beside those of the device. */
    public int onHost() {
        return count - onDevice;
    }

    /**
     * Says what of a compiled model the processor runs.
     *
     * @return such as {@code 59 of 60 operators run on the CPU (CONV_2D 40, SOFTMAX 19)}; empty words where none does
     */
    public String leftToTheCpu() {
        if (onHost() == 0) {
            return "";
        }
        final StringBuilder text = new StringBuilder();
        names.entrySet().stream().filter(entry -> !entry.getKey().equals(TfLiteFile.CUSTOM_OPERATOR))
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
            .forEach(entry -> text.append(text.isEmpty() ? "" : ", ").append(entry.getKey()).append(' ').append(entry.getValue()));
        return onHost() + " of " + count + " operators run on the CPU (" + text + ")";
    }
}
