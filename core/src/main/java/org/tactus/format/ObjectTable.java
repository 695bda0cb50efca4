package org.tactus.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** The memory objects of a network: a CSV file whose first line names its columns, one of them {@code bytes}. */
final class ObjectTable {
    private static final long MOST_LINES = 1_000_000;

    private ObjectTable() {
    }

    /** Adds up the column {@code bytes}: the footprint with everything resident. */
    static long footprintBytes(final Path file) {
        try (Stream<String> lines = Files.lines(file).limit(MOST_LINES)) {
            final Iterator<String> each = lines.iterator();
            final int column = each.hasNext() ? List.of(each.next().strip().split(",")).indexOf("bytes") : -1;
            if (column < 0) {
                throw new FileFormatException(file.toString(), 1, "no column 'bytes'; the first line must name the columns", null);
            }
            long sum = 0;
            for (int number = 2; each.hasNext(); number++) {
                final String line = each.next();
                if (!line.isBlank()) {
                    sum = Math.addExact(sum, bytes(file, number, line.split(","), column));
                }
            }
            return sum;
        } catch (final ArithmeticException e) {
            throw new FileFormatException(file.toString(), 1, "the sizes add up to more than " + Long.MAX_VALUE + "B", e);
        } catch (final MalformedInputException | UncheckedIOException e) {
            throw new FileFormatException(file.toString(), 1, "this is not text; give a CSV file with a column 'bytes'", e);
        } catch (final IOException e) {
            throw new FileFormatException(file.toString(), 1, "the file cannot be read: " + e.getMessage(), e);
        }
    }

    private static long bytes(final Path file, final int line, final String[] cells, final int column) {
        final String cell = column < cells.length ? cells[column].strip() : "";
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
