// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.edgetpu.compiled.MalformedFileException;
import org.tactus.bindings.edgetpu.compiled.TfLiteFile;
import org.tactus.bindings.edgetpu.compiled.TfLiteTraits;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.bindings.tflite.TfLiteInterpreter;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.edgetpu.EdgeTpuDevice;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.internal.network.TfLiteChain;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.ModelSource;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Loads networks of TensorFlow Lite files for the devices that their segments name. Control thread. */
final class TfLiteNetworks {
    private final TaskSet set;
    private final List<Device> devices;
    private final Path directory;

    TfLiteNetworks(final TaskSet set, final List<Device> devices, final Path directory) {
        this.set = set;
        this.devices = devices;
        this.directory = directory;
    }

    /** Loads a task's files, one interpreter a segment. */
    TfLiteChain load(final Task task, final ModelSource.TfLiteFiles source) {
        final List<Interpreter> interpreters = new ArrayList<>();
        final List<TfLiteTraits> traits = new ArrayList<>();
        try {
            for (int i = 0; i < source.paths().size(); i++) {
                final byte[] bytes = read(source.paths().get(i));
                traits.add(traits(source.paths().get(i), bytes));
                interpreters.add(interpreter(task, i, source.paths().get(i), bytes));
            }
        } catch (final Throwable e) {
            final Undo opened = new Undo();
            interpreters.forEach(interpreter -> opened.add(interpreter::close));
            opened.run(e);
            throw e;
        }
        return new TfLiteChain(source.paths(), interpreters, traits);
    }

    /** Calls by the smallest network what every run of a segment calls; by a chain's first segment where no processor can compute one. */
    static void rehearse(final TfLiteChain chain) {
        final Optional<TfLite> library = TfLite.find();
        if (library.isEmpty()) {
            for (int i = 0; i < WarmUp.CALLS; i++) {
                chain.run(0);
            }
            return;
        }
        try (TfLiteInterpreter smallest =
            library.get().interpreter(DenseModelWriter.write("x", "y", new float[][] {{1}}, new float[1], false))) {
            for (int i = 0; i < WarmUp.CALLS; i++) {
                smallest.invoke();
            }
        }
    }

    /** What of a file matters beyond its shapes; refuses one that would damage the process before the library sees it. */
    private static TfLiteTraits traits(final String path, final byte[] bytes) {
        try {
            final TfLiteTraits traits = TfLiteTraits.read(bytes);
            if (traits.hazard().isPresent()) {
                throw new InvalidModelException(path + ": " + traits.hazard().get());
            }
            return traits;
        } catch (final MalformedFileException e) {
            throw new InvalidModelException(path + ": " + e.getMessage(), e);
        }
    }

    private Interpreter interpreter(final Task task, final int segment, final String path, final byte[] bytes) {
        final int index = task.segments().get(segment).device();
        final DeviceSpec spec = set.platform().devices().get(index);
        final String at = set.fieldOf(task, segment) + ".device";
        try {
            final boolean compiled = TfLiteFile.read(bytes).isCompiled();
            if (devices.get(index) instanceof final EdgeTpuDevice edgeTpu) {
                if (!compiled) {
                    throw new InvalidTaskSetException(at, path + " is not compiled for an Edge TPU, which '" + spec.name()
                        + "' is; compile it by edgetpu_compiler, or name a cpu device");
                }
                return edgeTpu.interpreter(path, bytes);
            }
            if (spec.kind() == DeviceKind.CUDA) {
                throw new InvalidTaskSetException(at, path + " is a TensorFlow Lite file, and '" + spec.name()
                    + "' is of kind cuda, which computes ONNX networks; name an ONNX file, or a cpu device");
            }
            if (compiled) {
                throw new InvalidTaskSetException(at, path + " is compiled for an Edge TPU, which '" + spec.name()
                    + "' is not; name a device of kind edgetpu, with 'driver: software' where there is none");
            }
            return TfLite.find().orElseThrow(() -> new InvalidModelException(path + ": " + TfLite.absence().orElseThrow()))
                .interpreter(bytes);
        } catch (final MalformedFileException | NativeCallException e) {
            throw new InvalidModelException(path + ": " + e.getMessage(), e);
        }
    }

    private byte[] read(final String path) {
        try {
            return Files.readAllBytes(directory.resolve(path));
        } catch (final IOException | OutOfMemoryError e) {
            throw new InvalidModelException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
