// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tactus.model.ModelSource;

/** A network as an ONNX graph, read or generated, not yet cut or loaded. Immutable. */
public final class OnnxModel {
    private final String name;
    private final ModelProto proto;

    public OnnxModel(final String name, final ModelProto proto) {
        this.name = name;
        this.proto = proto;
    }

    /**
     * Reads a model from a file.
     *
     * @param file an {@code .onnx} file of less than 2 GiB that holds its weights
     * @return the model
     * @throws InvalidModelException when the file is missing or is no ONNX model
     */
    public static OnnxModel load(final Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidModelException(file + ": no such file; name an .onnx file");
        }
        try {
            return of(file.toString(), Files.readAllBytes(file));
        } catch (final IOException | OutOfMemoryError e) {
            throw new InvalidModelException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a model from bytes.
     *
     * @param name  what errors call it
     * @param bytes the bytes of an {@code .onnx} file
     * @return the model
     * @throws InvalidModelException when the bytes are no ONNX model
     */
    public static OnnxModel of(final String name, final byte[] bytes) {
        final ModelProto proto;
        try {
            proto = ModelProto.parseFrom(bytes);
        } catch (final InvalidProtocolBufferException e) {
            throw new InvalidModelException(name + ": no ONNX model, or cut short: " + e.getMessage().replaceAll("\\s+", " "), e);
        }
        if (!proto.hasGraph() || proto.getGraph().getNodeCount() == 0) {
            throw new InvalidModelException(name + ": no ONNX model: it holds no graph with nodes");
        }
        ModelChecks.refuseExternalData(name, proto.getGraph());
        return new OnnxModel(name, proto);
    }

    /**
     * Reads or generates what a task set names.
     *
     * @param source    a file or a network of the zoo
     * @param directory what a relative path counts from: the task-set file's folder
     * @param seed      of the weights of a generated network
     * @return the model
     * @throws InvalidModelException when there is no such file or network
     */
    public static OnnxModel of(final ModelSource source, final Path directory, final long seed) {
        return switch (source) {
            case ModelSource.OnnxFile file -> load(directory.resolve(file.path()));
            case ModelSource.Zoo zoo -> ModelZoo.generate(zoo.name(), zoo.size(), seed);
            case ModelSource.TfLiteFiles files -> throw new InvalidModelException(
                files.paths().getFirst() + ": a TensorFlow Lite file; here an .onnx file is needed");
        };
    }

    /**
     * What errors and reports call the model.
     *
     * @return a path, or a name such as {@code resnet-small}
     */
    public String name() {
        return name;
    }

    /**
     * The model as a file's bytes.
     *
     * @return a new array
     */
    public byte[] bytes() {
        return proto.toByteArray();
    }

    public ModelProto proto() {
        return proto;
    }
}
