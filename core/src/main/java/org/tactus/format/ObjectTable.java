// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.internal.text.CsvLine;
import org.tactus.internal.text.Printable;
import org.tactus.internal.time.Sizes;

/**
 * The memory objects of a network: a CSV file whose first line names its columns, one of them {@code bytes}. A column
 * {@code class} says what each object is: {@code constant}, {@code scratch}, {@code state}, or {@code unused} for what inference
 * never touches, which does not count.
 *
 * @param classified     whether there is a column {@code class}
 * @param footprintBytes with everything resident that counts
 * @param scratchBytes   of them, dead between two segments
 * @param stateBytes     of them, what must live on; all without classes
 */
record ObjectTable(boolean classified, long footprintBytes, long scratchBytes, long stateBytes) {
    private static final int MOST_LINES = 1_000_000;
    private static final List<String> CLASSES = List.of("constant", "scratch", "state", "unused");

    static ObjectTable read(final Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            final Iterator<String> each = lines.iterator();
            final List<String> columns =
                each.hasNext() ? CsvLine.cells(each.next()) : List.of();
            final int bytes = columns.indexOf("bytes");
            final int kind = columns.indexOf("class");
            if (bytes < 0) {
                throw new FileFormatException(file.toString(), 1, "no column 'bytes'; the first line must name the columns, separated by "
                    + "commas; it has " + columns.stream().map(column -> "'" + Printable.line(column) + "'")
                        .collect(Collectors.joining(", ")), null);
            }
            final long[] sums = new long[CLASSES.size()];
            for (int number = 2; each.hasNext(); number++) {
                final String line = each.next();
                if (number > MOST_LINES) {
                    throw new FileFormatException(file.toString(), number, "more than " + MOST_LINES
                        + " lines; join objects of one class into one line", null);
                }
                if (!line.isBlank()) {
                    final List<String> cells = CsvLine.cells(line);
                    final int to = kind < 0 ? CLASSES.indexOf("state") : kind(file, number, cells, kind);
                    sums[to] = Math.addExact(sums[to], bytes(file, number, cells, bytes));
                }
            }
            return new ObjectTable(kind >= 0, Math.addExact(Math.addExact(sums[0], sums[1]), sums[2]), sums[1], sums[2]);
        } catch (final ArithmeticException e) {
            throw new FileFormatException(file.toString(), 1, "the sizes add up to " + Sizes.MOST + " or more", e);
        } catch (final MalformedInputException | UncheckedIOException e) {
            throw new FileFormatException(file.toString(), 1, "this is not text; give a CSV file with a column 'bytes'", e);
        } catch (final IOException e) {
            throw new FileFormatException(file.toString(), 0, "the file cannot be read: " + e.getMessage(), e);
        }
    }

    private static int kind(final Path file, final int line, final List<String> cells, final int column) {
        final String cell = column < cells.size() ? cells.get(column) : "";
        final int kind = CLASSES.indexOf(cell);
        if (kind < 0) {
            throw new FileFormatException(
                file.toString(), line, "class: '" + cell + "' is none; write " + String.join(", ", CLASSES), null);
        }
        return kind;
    }

    private static long bytes(final Path file, final int line, final List<String> cells, final int column) {
        final String cell = column < cells.size() ? cells.get(column) : "";
        try {
            final long bytes = Long.parseLong(cell);
            if (bytes >= 0) {
                return bytes;
            }
        } catch (final NumberFormatException e) {
            throw new FileFormatException(file.toString(), line, "bytes: '" + cell + "' is not a whole number of bytes", e);
        }
        throw new FileFormatException(file.toString(), line, "bytes: '" + cell + "' is negative; a size is at least 0", null);
    }
}
