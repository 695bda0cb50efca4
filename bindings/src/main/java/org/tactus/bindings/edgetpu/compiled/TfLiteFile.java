// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A TensorFlow Lite model, plain or compiled for the Edge TPU: what goes in, what comes out, what the device gets.
 *
 * @param inputs     inputs of the first subgraph
 * @param outputs    outputs of the first subgraph
 * @param subgraphs  number of subgraphs
 * @param operators  operators of all subgraphs together
 * @param packages   one for each operator that the device runs; empty for a plain model
 */
public record TfLiteFile(
    List<TensorInfo> inputs, List<TensorInfo> outputs, int subgraphs, int operators, List<EdgePackage> packages) {
    /** Name of the operator that the device runs. */
    static final String CUSTOM_OPERATOR = "edgetpu-custom-op";

    private static final int MAX_OPERATORS = 1 << 16;
    private static final int MAX_PACKAGES = 256;
    private static final int MAX_TENSORS = 1 << 12;
    private static final int MAX_RANK = 16;
    /** TensorFlow Lite's numbers of element types in files, from 0. */
    private static final List<ElementType> TYPES = new ArrayList<>();

    static {
        TYPES.addAll(List.of(ElementType.FLOAT, ElementType.FLOAT16, ElementType.INT32, ElementType.UINT8, ElementType.INT64));
        TYPES.add(null); // strings
        TYPES.addAll(List.of(ElementType.BOOL, ElementType.INT16));
        TYPES.add(null); // complex numbers
        TYPES.addAll(List.of(ElementType.INT8, ElementType.DOUBLE));
    }

    /** Keeps unmodifiable copies of the lists. */
    public TfLiteFile {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        packages = List.copyOf(packages);
    }

    /**
     * Reads a model.
     *
     * @param bytes a {@code .tflite} file
     * @return what it says
     * @throws MalformedFileException when the bytes are no such file, or damaged where this reader looks
     */
    public static TfLiteFile read(final byte[] bytes) {
        return read(ByteBuffer.wrap(bytes));
    }

    /**
     * Reads a model.
     *
     * @param bytes a {@code .tflite} file, from position 0 to the limit; only read
     * @return what it says
     * @throws MalformedFileException when the bytes are no such file, or damaged where this reader looks
     */
    public static TfLiteFile read(final ByteBuffer bytes) {
        final FlatTable model = FlatTable.root(bytes, TfLiteSchema.IDENTIFIER, "the file");
        final int codes = model.size(TfLiteSchema.Model.OPERATOR_CODES, MAX_OPERATORS, "operator codes");
        final boolean[] compiled = new boolean[codes];
        for (int i = 0; i < codes; i++) {
            final ByteBuffer custom =
                model.tableAt(TfLiteSchema.Model.OPERATOR_CODES, i).bytes(TfLiteSchema.OperatorCode.CUSTOM_CODE);
            compiled[i] = custom != null && custom.limit() == CUSTOM_OPERATOR.length()
                && StandardCharsets.ISO_8859_1.decode(custom).toString().equals(CUSTOM_OPERATOR);
        }
        final int subgraphs = model.size(TfLiteSchema.Model.SUBGRAPHS, MAX_OPERATORS, "subgraphs");
        if (subgraphs == 0) {
            throw new MalformedFileException("the model has no graph");
        }
        int operators = 0;
        final List<EdgePackage> packages = new ArrayList<>();
        for (int i = 0; i < subgraphs; i++) {
            final FlatTable graph = model.tableAt(TfLiteSchema.Model.SUBGRAPHS, i);
            final int count = graph.size(TfLiteSchema.SubGraph.OPERATORS, MAX_OPERATORS, "operators");
            operators += count;
            if (operators > MAX_OPERATORS) {
                throw new MalformedFileException("more than " + MAX_OPERATORS + " operators; a sound file has fewer");
            }
            for (int j = 0; j < count; j++) {
                final FlatTable operator = graph.tableAt(TfLiteSchema.SubGraph.OPERATORS, j);
                final int code = operator.int32(TfLiteSchema.Operator.OPCODE_INDEX, 0);
                if (code < 0 || code >= codes) {
                    throw new MalformedFileException("operator " + j + " is of code " + code + ", but there are " + codes);
                }
                if (compiled[code]) {
                    if (packages.size() == MAX_PACKAGES) {
                        throw new MalformedFileException("more than " + MAX_PACKAGES + " compiled operators; a sound file has fewer");
                    }
                    packages.add(PackageReader.read(operator.bytes(TfLiteSchema.Operator.CUSTOM_OPTIONS)));
                }
            }
        }
        final FlatTable main = model.tableAt(TfLiteSchema.Model.SUBGRAPHS, 0);
        return new TfLiteFile(tensors(main, TfLiteSchema.SubGraph.INPUTS), tensors(main, TfLiteSchema.SubGraph.OUTPUTS), subgraphs,
            operators, packages);
    }

    private static List<TensorInfo> tensors(final FlatTable graph, final int field) {
        final int tensors = graph.size(TfLiteSchema.SubGraph.TENSORS, Integer.MAX_VALUE, "tensors");
        final int count = graph.size(field, MAX_TENSORS, "inputs or outputs");
        final List<TensorInfo> infos = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            final int index = graph.int32At(field, i);
            if (index < 0 || index >= tensors) {
                throw new MalformedFileException("tensor " + index + " is named, but there are " + tensors);
            }
            infos.add(tensor(graph.tableAt(TfLiteSchema.SubGraph.TENSORS, index)));
        }
        return infos;
    }

    private static TensorInfo tensor(final FlatTable tensor) {
        final int rank = tensor.size(TfLiteSchema.Tensor.SHAPE, MAX_RANK, "extents of a tensor");
        final List<Long> shape = new ArrayList<>(rank);
        for (int i = 0; i < rank; i++) {
            shape.add((long) Math.max(-1, tensor.int32At(TfLiteSchema.Tensor.SHAPE, i)));
        }
        return new TensorInfo(tensor.text(TfLiteSchema.Tensor.NAME), type(tensor), shape);
    }

    /** Type of a tensor's elements; null for one without elements of fixed width. */
    static ElementType type(final FlatTable tensor) {
        final int type = tensor.int8(TfLiteSchema.Tensor.TYPE, 0);
        return type < 0 || type >= TYPES.size() ? null : TYPES.get(type);
    }

    /** A type's number in files. */
    static int number(final ElementType type) {
        final int number = TYPES.indexOf(type);
        if (number < 0) {
            throw new IllegalArgumentException("TensorFlow Lite has no elements of type " + type);
        }
        return number;
    }

    /**
     * Tells whether the Edge TPU's compiler made this file.
     *
     * @return true when the device runs part of it
     */
    public boolean isCompiled() {
        return !packages.isEmpty();
    }
}
