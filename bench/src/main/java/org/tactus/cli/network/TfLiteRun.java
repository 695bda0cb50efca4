// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.edgetpu.EdgeTpu;
import org.tactus.bindings.edgetpu.compiled.MalformedFileException;
import org.tactus.bindings.edgetpu.compiled.TfLiteOperators;
import org.tactus.bindings.edgetpu.compiled.TfLiteTraits;
import org.tactus.bindings.edgetpu.software.SoftwareEdgeTpu;
import org.tactus.bindings.edgetpu.software.SoftwareTpuSettings;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.bindings.tflite.TfLiteInterpreter;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.internal.file.FileCheck;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.network.TfLiteChain;

/**
 * A TensorFlow Lite file that is ready to run: a plain one on TensorFlow Lite, a compiled one on the first Edge TPU, or on a software one
 * where there is none, which says so.
 */
final class TfLiteRun implements AutoCloseable {
    private final TfLiteChain chain;
    private final List<String> notes;
    private final AutoCloseable device;

    private TfLiteRun(final TfLiteChain chain, final List<String> notes, final AutoCloseable device) {
        this.chain = chain;
        this.notes = notes;
        this.device = device;
    }

    static TfLiteRun open(final Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidModelException(file + ": " + FileCheck.absence(file) + "; name an .onnx or .tflite file");
        }
        try {
            final byte[] bytes = Files.readAllBytes(file);
            final TfLiteOperators operators = TfLiteOperators.read(ByteBuffer.wrap(bytes));
            final TfLiteTraits traits = TfLiteTraits.read(bytes);
            if (traits.hazard().isPresent()) {
                throw new InvalidModelException(file + ": " + traits.hazard().get());
            }
            return operators.onDevice() == 0 ? plain(file, bytes, traits) : compiled(file, bytes, operators, traits);
        } catch (final MalformedFileException | NativeCallException e) {
            throw new InvalidModelException(file + ": " + e.getMessage(), e);
        } catch (final IOException e) {
            throw new InvalidModelException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static TfLiteChain chain(final Path file, final TfLiteInterpreter interpreter, final TfLiteTraits traits) {
        return new TfLiteChain(List.of(file.toString()), List.of(interpreter), List.of(traits));
    }

    private static TfLiteRun plain(final Path file, final byte[] bytes, final TfLiteTraits traits) {
        final TfLite library = TfLite.find().orElseThrow(() -> new PrerequisiteException(TfLite.absence().orElseThrow()));
        return new TfLiteRun(chain(file, library.interpreter(bytes), traits), List.of("computed by " + library), () -> { });
    }

    private static TfLiteRun compiled(final Path file, final byte[] bytes, final TfLiteOperators operators, final TfLiteTraits traits) {
        final List<String> notes = new ArrayList<>();
        if (operators.onHost() > 0) {
            notes.add(operators.leftToTheCpu());
        }
        if (EdgeTpu.find().isPresent() && !EdgeTpu.find().get().devices().isEmpty()) {
            final EdgeTpu edgeTpu = EdgeTpu.find().get();
            notes.add("computed by " + edgeTpu.library() + " at " + edgeTpu.devices().getFirst());
            return new TfLiteRun(chain(file, edgeTpu.interpreter(bytes, edgeTpu.devices().getFirst(), Map.of()), traits), notes,
                () -> { });
        }
        notes.add("by a software Edge TPU, as there is no real one (" + EdgeTpu.absence().orElse("none was found")
            + "): THE OUTPUTS ARE A FUNCTION OF THE INPUTS, BUT NOT THE NETWORK'S ANSWERS");
        final SoftwareEdgeTpu software = SoftwareEdgeTpu.open(SoftwareTpuSettings.USB3);
        try {
            final EdgeTpu edgeTpu = software.edgeTpu();
            return new TfLiteRun(chain(file, edgeTpu.interpreter(bytes, edgeTpu.devices().getFirst(), Map.of()), traits), notes,
                software);
        } catch (final RuntimeException e) {
            software.close();
            throw e;
        }
    }

    TfLiteChain chain() {
        return chain;
    }

    /** What computes, and what of it is to be known, a line each. */
    List<String> notes() {
        return notes;
    }

    @Override
    public void close() throws IOException {
        chain.close();
        try {
            device.close();
        } catch (final IOException | RuntimeException e) {
            throw e;
        } catch (final Exception e) {
            throw new IOException("the software Edge TPU cannot be closed: " + e.getMessage(), e);
        }
    }
}
