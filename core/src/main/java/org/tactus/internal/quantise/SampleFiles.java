// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.file.MappedFile;
import org.tactus.internal.file.NumpyFile;
import org.tactus.internal.graph.InvalidModelException;

/**
 * Samples in files: NumPy arrays of 32-bit floats ({@code .npy}, rows one after another), or bare little-endian floats
 * ({@code .f32}); each holds any number of inputs. Mapped, not read.
 */
public final class SampleFiles implements SampleSource {
    private final List<MemorySegment> samples = new ArrayList<>();

    private SampleFiles() {
    }

    /**
     * Maps samples for a model.
     *
     * @param path  a file, or a folder whose {@code .npy} and {@code .f32} files are taken in the order of their names
     * @param model whose only input they are for
     * @return at least one sample
     * @throws InvalidModelException with one line when there is none or a file does not fit the input
     */
    public static SampleFiles of(final Path path, final LayeredModel model) {
        final TensorInfo input = model.inputs().getFirst();
        if (model.inputs().size() != 1 || input.type() != ElementType.FLOAT || input.bytes() == 0) {
            throw new InvalidModelException(model.name() + ": its inputs are " + model.inputs() + "; samples are for one input of FLOAT");
        }
        final SampleFiles found = new SampleFiles();
        try {
            for (final Path file : files(path)) {
                found.take(file, input);
            }
        } catch (final IOException e) {
            throw new InvalidModelException(path + ": cannot be read: " + e.getMessage(), e);
        }
        if (found.samples.isEmpty()) {
            throw new InvalidModelException(path + ": holds no samples; give .npy or .f32 files of inputs of " + input);
        }
        return found;
    }

    private static List<Path> files(final Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            if (!Files.isRegularFile(path)) {
                throw new InvalidModelException(path + ": no such file or folder; name samples as .npy or .f32");
            }
            return List.of(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(file -> file.toString().endsWith(".npy") || file.toString().endsWith(".f32")).sorted().toList();
        }
    }

    private void take(final Path file, final TensorInfo input) throws IOException {
        final MemorySegment values = file.toString().endsWith(".npy") ? array(file, input) : MappedFile.read(file);
        if (values.byteSize() == 0 || values.byteSize() % input.bytes() != 0) {
            throw new InvalidModelException(file + ": its " + values.byteSize() + " bytes of values are no whole number of inputs of "
                + input + ", " + input.bytes() + " bytes each");
        }
        for (long at = 0; at < values.byteSize(); at += input.bytes()) {
            samples.add(values.asSlice(at, input.bytes()));
        }
    }

    /** The values of a NumPy array whose shape is that of inputs. */
    private static MemorySegment array(final Path file, final TensorInfo input) throws IOException {
        final NumpyFile array;
        try {
            array = NumpyFile.read(file);
        } catch (final IllegalArgumentException e) {
            throw new InvalidModelException(file + ": " + e.getMessage(), e);
        }
        if (!array.type().equals("<f4")) {
            throw new InvalidModelException(file + ": an array of '" + array.type() + "'; save it as float32 in C's order");
        }
        final List<Long> one = input.shape().isEmpty() ? input.shape() : input.shape().subList(1, input.shape().size());
        final boolean fits = isFlat(array.shape(), input.elements()) || array.shape().equals(input.shape())
            || input.shape().getFirst() == 1 && array.shape().equals(one) || behindTheFirst(array.shape()).equals(input.shape())
            || behindTheFirst(array.shape()).equals(one) && array.shape().getFirst() % Math.max(1, input.shape().getFirst()) == 0;
        if (!fits) {
            final String rest = one.stream().map(String::valueOf).collect(Collectors.joining(", "));
            throw new InvalidModelException(file + ": an array of " + array.shapeText() + " is no row of inputs " + input.shape() + "; (N"
                + (rest.isEmpty() ? ",)" : ", " + rest + ")") + (rest.isEmpty() ? "" : ", (" + rest + (one.size() == 1 ? ",)" : ")"))
                + " and flat are taken");
        }
        return array.values();
    }

    /** One row of all values, or a row an input. */
    private static boolean isFlat(final List<Long> shape, final long elements) {
        return shape.size() == 1 || shape.size() == 2 && shape.getLast() == elements;
    }

    private static List<Long> behindTheFirst(final List<Long> shape) {
        return shape.isEmpty() ? shape : shape.subList(1, shape.size());
    }

    @Override
    public int count() {
        return samples.size();
    }

    @Override
    public void fill(final int index, final MemorySegment memory) {
        // the machines that this runs on are little-endian, as the files are
        memory.copyFrom(samples.get(index));
    }
}
