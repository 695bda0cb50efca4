// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.InvalidModelException;

/**
 * Samples in files: NumPy arrays of 32-bit floats ({@code .npy}, rows one after another), or bare little-endian floats
 * ({@code .f32}); each holds any number of inputs. Mapped, not read.
 */
public final class SampleFiles implements SampleSource {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int VERSION_AT = 6;
    private static final int LENGTH_AT = 8;
    private static final int MOST_HEADER_BYTES = 1 << 16;
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
        final MemorySegment whole;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            whole = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
        final MemorySegment values = file.toString().endsWith(".npy") ? array(file, whole) : whole;
        if (values.byteSize() == 0 || values.byteSize() % input.bytes() != 0) {
            throw new InvalidModelException(file + ": its " + values.byteSize() + " bytes of values are no whole number of inputs of "
                + input + ", " + input.bytes() + " bytes each");
        }
        for (long at = 0; at < values.byteSize(); at += input.bytes()) {
            samples.add(values.asSlice(at, input.bytes()));
        }
    }

    /** The values of a NumPy array behind its header. */
    private static MemorySegment array(final Path file, final MemorySegment whole) {
        if (whole.byteSize() < LENGTH_AT + Integer.BYTES
            || whole.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
            throw new InvalidModelException(file + ": no NumPy array; write it with numpy.save");
        }
        final boolean first = whole.get(ValueLayout.JAVA_BYTE, VERSION_AT) == 1;
        final long length = first ? Short.toUnsignedLong(whole.get(SHORT, LENGTH_AT)) : Integer.toUnsignedLong(whole.get(INT, LENGTH_AT));
        final long begin = LENGTH_AT + (first ? Short.BYTES : Integer.BYTES);
        if (length > Math.min(MOST_HEADER_BYTES, whole.byteSize() - begin)) {
            throw new InvalidModelException(file + ": a NumPy array that is cut short");
        }
        final String header = new String(whole.asSlice(begin, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        final String type = found(TYPE, header);
        if (!type.equals("<f4") || !found(ORDER, header).equals("False")) {
            throw new InvalidModelException(file + ": an array of '" + type.replaceAll("\\p{Cntrl}", "?") + "'"
                + (found(ORDER, header).equals("True") ? " in Fortran's order" : "") + "; save it as float32 in C's order");
        }
        return whole.asSlice(begin + length);
    }

    private static String found(final Pattern pattern, final String header) {
        final Matcher matcher = pattern.matcher(header);
        return matcher.find() ? matcher.group(1) : "";
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
