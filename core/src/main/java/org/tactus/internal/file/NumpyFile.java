// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A NumPy array in a file, as {@code numpy.save} writes it.
 *
 * <pre>
 *   [93 'NUMPY'][version, 2 bytes][length of the header, 2 bytes of version 1, else 4][header, text][values]
 * </pre>
 *
 * @param type   such as {@code <f4}: byte order, kind and bytes of an element
 * @param shape  extents
 * @param values elements, row-major; a view of the mapped file
 */
public record NumpyFile(String type, List<Long> shape, MemorySegment values) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int VERSION_AT = 6;
    private static final int LENGTH_AT = 8;
    private static final int ALIGNMENT = 64;
    private static final int MOST_HEADER_BYTES = 1 << 16;
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)");
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Keeps an unmodifiable copy of the list. */
    public NumpyFile {
        shape = List.copyOf(shape);
    }

    /**
     * Maps an array.
     *
     * @param file the file
     * @return the array; as many bytes of values as the file has, which the caller holds against the shape
     * @throws IOException              when the file cannot be read
     * @throws IllegalArgumentException when it is no array in C's order; the message says what it is, without the file's name
     */
    public static NumpyFile read(final Path file) throws IOException {
        final MemorySegment whole = MappedFile.read(file);
        if (whole.byteSize() < LENGTH_AT + Integer.BYTES
            || whole.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
            throw new IllegalArgumentException("no NumPy array; write it with numpy.save");
        }
        final boolean first = whole.get(ValueLayout.JAVA_BYTE, VERSION_AT) == 1;
        final long length = first ? Short.toUnsignedLong(whole.get(SHORT, LENGTH_AT)) : Integer.toUnsignedLong(whole.get(INT, LENGTH_AT));
        final long begin = LENGTH_AT + (first ? Short.BYTES : Integer.BYTES);
        if (length > Math.min(MOST_HEADER_BYTES, whole.byteSize() - begin)) {
            throw new IllegalArgumentException("a NumPy array that is cut short");
        }
        final String header = new String(whole.asSlice(begin, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        final String type = found(TYPE, header).replaceAll("\\p{Cntrl}", "?");
        if (!found(ORDER, header).equals("False")) {
            throw new IllegalArgumentException("an array of '" + type + "'"
                + (found(ORDER, header).equals("True") ? " in Fortran's order" : "") + "; save it as float32 in C's order");
        }
        return new NumpyFile(type, shape(header), whole.asSlice(begin + length));
    }

    private static String found(final Pattern pattern, final String header) {
        final Matcher matcher = pattern.matcher(header);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static List<Long> shape(final String header) {
        final Matcher matcher = SHAPE.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException("a NumPy array without a shape; write it with numpy.save");
        }
        final List<Long> shape = new ArrayList<>();
        for (final String extent : matcher.group(1).split(",")) {
            if (!extent.isBlank()) {
                final String digits = extent.strip().replace("L", "");
                if (!digits.matches("[0-9]{1,18}")) {
                    throw new IllegalArgumentException("a NumPy array with the extent '" + digits + "'; write it with numpy.save");
                }
                shape.add(Long.parseLong(digits));
            }
        }
        return shape;
    }

    /**
     * Writes an array.
     *
     * @param file   to be written whole or not at all
     * @param type   such as {@code <f4}
     * @param shape  extents
     * @param values elements, row-major, in the machine's byte order, which is that of the type
     * @throws IOException when it cannot be written
     */
    public static void write(final Path file, final String type, final List<Long> shape, final MemorySegment values) throws IOException {
        final String extents = shape.stream().map(String::valueOf).collect(Collectors.joining(", ")) + (shape.size() == 1 ? "," : "");
        final String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + extents + "), }";
        final int head = LENGTH_AT + Short.BYTES;
        final int length = Math.ceilDiv(head + text.length() + 1, ALIGNMENT) * ALIGNMENT - head; // values begin at a multiple of 64
        WholeFile.write(file, out -> {
            out.write(MAGIC);
            out.write(new byte[] {1, 0, (byte) length, (byte) (length >> Byte.SIZE)});
            out.write((text + " ".repeat(length - text.length() - 1) + "\n").getBytes(StandardCharsets.ISO_8859_1));
            final byte[] buffer = new byte[1 << 16];
            for (long at = 0; at < values.byteSize(); at += buffer.length) {
                final int part = (int) Math.min(buffer.length, values.byteSize() - at);
                MemorySegment.copy(values, ValueLayout.JAVA_BYTE, at, buffer, 0, part);
                out.write(buffer, 0, part);
            }
        });
    }

    /**
     * The shape as NumPy prints it.
     *
     * @return such as {@code (20, 8, 8, 3)}
     */
    public String shapeText() {
        return "(" + shape.stream().map(String::valueOf).collect(Collectors.joining(", ")) + (shape.size() == 1 ? ",)" : ")");
    }
}
