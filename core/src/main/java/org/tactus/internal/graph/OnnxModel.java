// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.onnxruntime.MemoryFile;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;
import org.tactus.model.ModelSource;

/** A network as an ONNX graph, read or generated, not yet cut or loaded. Immutable. */
public final class OnnxModel {
    private final String name;
    private final ModelProto proto;
    private final List<MemoryFile> outside;
    private final Map<String, TensorProto> given;

    /** Makes a model that holds all its weights. */
    public OnnxModel(final String name, final ModelProto proto) {
        this(name, proto, List.of());
    }

    OnnxModel(final String name, final ModelProto proto, final List<MemoryFile> outside) {
        this(name, proto, outside, Map.of());
    }

    private OnnxModel(
        final String name, final ModelProto proto, final List<MemoryFile> outside, final Map<String, TensorProto> given) {
        this.name = name;
        this.proto = proto;
        this.outside = List.copyOf(outside);
        this.given = Map.copyOf(given);
    }

    /**
     * Reads a model from a file.
     *
     * @param file an {@code .onnx} file of less than 2 GiB; weights may lie in files beside it (external data). Large
     *             ones are mapped, not copied
     * @return the model
     * @throws InvalidModelException when the file is missing or is no ONNX model
     */
    public static OnnxModel load(final Path file) {
        return ModelLoader.load(file);
    }

    /**
     * Names the files in which a model has weights (external data).
     *
     * @param file an {@code .onnx} file
     * @return paths relative to its folder; empty when it holds all its weights
     * @throws InvalidModelException when the file or one of these is missing, or it is no ONNX model
     */
    public static List<String> filesBeside(final Path file) {
        return ModelLoader.filesBeside(file);
    }

    /**
     * Reads a model from bytes.
     *
     * @param name  what errors call it
     * @param bytes the bytes of an {@code .onnx} file, not changed from here on
     * @return the model
     * @throws InvalidModelException when the bytes are no ONNX model
     */
    public static OnnxModel of(final String name, final byte[] bytes) {
        final ModelProto proto = ModelLoader.parse(name, bytes);
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
            case ModelSource.OnnxFile file -> GivenInputs.give(
                OpenShapes.fix(load(directory.resolve(file.path())), file.dims(), file.shapes()), file.inputs());
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
     * Makes a session of the model, its weights copied by the runtime alone. Takes as long as loading and optimising takes.
     *
     * @param runtime what computes
     * @param options how it computes
     * @return the session; its inputs and outputs are bound next
     * @throws InvalidModelException when the model holds more than the runtime takes
     * @throws org.tactus.bindings.NativeCallException when the runtime refuses the model
     */
    public OnnxSession open(final OnnxRuntime runtime, final OnnxOptions options) {
        return SessionBytes.open(runtime, this, options);
    }

    /**
     * The model as a file's bytes.
     *
     * @return a new array, weights and all
     */
    public byte[] bytes() {
        return SessionBytes.inside(proto, outside).toByteArray();
    }

    /**
     * The same model with all weights on the heap, for who computes with them.
     *
     * @return a model whose tensors hold their bytes
     */
    public OnnxModel inside() {
        return outside.isEmpty() ? this : new OnnxModel(name, SessionBytes.inside(proto, outside), List.of(), given);
    }

    /**
     * A model of parts of this one, with the same weights outside the heap.
     *
     * @param newName  what errors call it
     * @param newProto its graph
     * @return the model
     */
    OnnxModel with(final String newName, final ModelProto newProto) {
        return new OnnxModel(newName, newProto, outside, given);
    }

    /** The same model with inputs that hold these values in every job. */
    OnnxModel withGiven(final Map<String, TensorProto> values) {
        return new OnnxModel(name, proto, outside, values);
    }

    /**
     * Inputs that hold the same values in every job, which nobody else writes.
     *
     * @return their values by name, as raw bytes
     */
    public Map<String, TensorProto> given() {
        return given;
    }

    /** Weights that lie outside the heap, by the location that the graph names. */
    List<MemoryFile> outside() {
        return outside;
    }

    /**
     * The graph. Large weights of a file stand in it as external data; {@link #inside} has them in it.
     *
     * @return the model
     */
    public ModelProto proto() {
        return proto;
    }
}
