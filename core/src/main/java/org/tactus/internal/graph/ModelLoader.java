// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tactus.internal.file.FileCheck;
import org.tactus.internal.file.MappedFile;
import org.tactus.internal.time.Sizes;

/**
 * Reads models without copying their large weights: a file is mapped, and these weights are views of the mapping, which holds as long as
 * one of them is reachable. Only the graph and small weights take memory of the heap. A file must not be cut short before its last session
 * is made.
 */
final class ModelLoader {
    /** The largest message of the format that ONNX files are written in. */
    private static final long MAX_FILE_BYTES = Integer.MAX_VALUE;
    /** Since this version of the format a weight need not be an input as well. */
    private static final long WEIGHTS_ARE_NO_INPUTS = 4;

    private ModelLoader() {
    }

    /** Reads a file, with the weights that it has in files beside it. */
    static OnnxModel load(final Path file) {
        requireFile(file);
        long bytes = 0;
        try {
            bytes = Files.size(file);
            if (bytes > MAX_FILE_BYTES) {
                throw new InvalidModelException(file + ": has " + Sizes.format(bytes, 2L << 30)
                    + ", but an ONNX file has less than 2GiB; save the weights "
                    + "in a file beside it (external data)");
            }
            final OutsideWeights outside = new OutsideWeights();
            final ModelProto proto = check(file.toString(), parse(file, bytes, outside));
            return new OnnxModel(file.toString(), new ExternalData(file, outside).resolve(proto), outside.files());
        } catch (final InvalidProtocolBufferException e) {
            throw new InvalidModelException(file + ": no ONNX model, or cut short: " + e.getMessage().replaceAll("\\s+", " "), e);
        } catch (final IOException e) {
            throw new InvalidModelException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (final OutOfMemoryError e) {
            throw new InvalidModelException(file + ": does not fit into the heap of " + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB, because its weights are written as lists of numbers, which take about " + (2 * bytes >> 20) + " MiB to read; save "
                + "it with raw weights, or give more by TACTUS_JVM_FLAGS=-Xmx" + Math.max(2, 3 * bytes >> 30) + "g", e);
        }
    }

    private static void requireFile(final Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidModelException(file + ": " + FileCheck.absence(file) + "; name an .onnx file");
        }
    }

    /** Names the files beside a model in which it has weights, relative to its folder. */
    static List<String> filesBeside(final Path file) {
        requireFile(file);
        try {
            final OutsideWeights outside = new OutsideWeights();
            final ModelProto proto = parse(file, Files.size(file), outside); // tells which weights it leaves where they are
            final ExternalData external = new ExternalData(file, outside);
            external.resolve(proto);
            return external.locations();
        } catch (final IOException e) {
            throw new InvalidModelException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** A file without large weights is read at once. */
    private static ModelProto parse(final Path file, final long bytes, final OutsideWeights outside) throws IOException {
        return bytes < OutsideWeights.FROM_BYTES ? ModelProto.parseFrom(Files.readAllBytes(file)) : outside.read(MappedFile.read(file));
    }

    /** Reads a model from memory. */
    static ModelProto parse(final String name, final byte[] bytes) {
        try {
            return check(name, ModelProto.parseFrom(bytes));
        } catch (final InvalidProtocolBufferException e) {
            throw new InvalidModelException(name + ": no ONNX model, or cut short: " + e.getMessage().replaceAll("\\s+", " "), e);
        }
    }

    private static ModelProto check(final String name, final ModelProto proto) {
        if (!proto.hasGraph() || proto.getGraph().getNodeCount() == 0) {
            throw new InvalidModelException(name + ": no ONNX model: it holds no graph with nodes");
        }
        return OldOperators.renew(withoutWeightsAsInputs(proto));
    }

    /** Names of a graph's own weights, sparse ones included. */
    static Set<String> weights(final GraphProto graph) {
        final Set<String> weights = new HashSet<>();
        graph.getInitializerList().stream().map(TensorProto::getName).forEach(weights::add);
        graph.getSparseInitializerList().forEach(sparse -> weights.add(sparse.getValues().getName()));
        return weights;
    }

    /**
     * Drops from the inputs what has a weight's value: older exporters list weights there, and a runtime that may be given others at each
     * run does not fuse them.
     */
    private static ModelProto withoutWeightsAsInputs(final ModelProto proto) {
        final GraphProto graph = proto.getGraph();
        final Set<String> weights = weights(graph);
        final List<ValueInfoProto> inputs =
            graph.getInputList().stream().filter(input -> !weights.contains(input.getName())).toList();
        if (inputs.size() == graph.getInputCount()) {
            return proto;
        }
        return proto.toBuilder().setIrVersion(Math.max(WEIGHTS_ARE_NO_INPUTS, proto.getIrVersion()))
            .setGraph(graph.toBuilder().clearInput().addAllInput(inputs)).build();
    }
}
