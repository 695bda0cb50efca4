// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.tactus.internal.text.CsvLine;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.Limits;
import org.tactus.model.MenuOption;
import org.tactus.model.ModelBlock;
import org.tactus.model.SramMenu;

/**
 * Reads a menu: a CSV file whose first line names its columns. {@code sram,streamed,wcet}: measured options, one a line, in each cell
 * one value a segment, separated by spaces. {@code cut,resident,streamed,instructions,execute,input,output}: the network's blocks, one
 * a line. Sizes and durations are written as in a task set. The network is named like the file.
 */
final class SramMenuTable {
    private static final String OPTIONS = "sram,streamed,wcet";
    private static final String BLOCKS = "cut,resident,streamed,instructions,execute,input,output";
    private static final int MOST_LINES = 4096;
    private static final long MOST_BYTES = 1L << 40;

    private final Path file;
    private int number = 1;

    private SramMenuTable(final Path file) {
        this.file = file;
    }

    /** Reads the file. */
    static SramMenu read(final Path file) {
        return new SramMenuTable(file).read();
    }

    private SramMenu read() {
        final List<String> lines = lines();
        final String network = String.valueOf(file.getFileName()).replaceFirst("\\.csv$", "");
        final String head = lines.isEmpty() ? "" : String.join(",", CsvLine.cells(lines.getFirst())).replace(" ", "");
        if (!head.equals(OPTIONS) && !head.equals(BLOCKS)) {
            throw error("the first line must name the columns: " + OPTIONS + " for measured options, " + BLOCKS + " for blocks", null);
        }
        final List<MenuOption> options = new ArrayList<>();
        final List<ModelBlock> blocks = new ArrayList<>();
        for (final String line : lines.subList(1, lines.size())) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                if (head.equals(OPTIONS)) {
                    options.add(option(cells(line, OPTIONS)));
                } else {
                    blocks.add(block(cells(line, BLOCKS)));
                }
            }
        }
        number = 1;
        if (options.isEmpty() && blocks.isEmpty()) {
            throw error("there is no line below the columns; give at least one", null);
        }
        return blocks.isEmpty() ? new SramMenu.Measured(network, options) : new SramMenu.Blocks(network, blocks);
    }

    private List<String> lines() {
        try (Stream<String> lines = Files.lines(file)) {
            final List<String> read = lines.limit(MOST_LINES + 1).toList();
            if (read.size() > MOST_LINES) {
                throw error("more than " + MOST_LINES + " lines; leave out options that others beat", null);
            }
            return read;
        } catch (final MalformedInputException | UncheckedIOException e) {
            throw error("this is not text; give a CSV file", e);
        } catch (final IOException e) {
            throw new FileFormatException(file.toString(), 0, "the file cannot be read: " + e.getMessage(), e);
        }
    }

    private String[] cells(final String line, final String columns) {
        final String[] cells = CsvLine.cells(line).toArray(String[]::new);
        final int needed = columns.split(",").length;
        if (cells.length != needed) {
            throw error(cells.length + " cells; the columns are " + columns, null);
        }
        return cells;
    }

    private MenuOption option(final String[] cells) {
        final long[] sram = values("sram", cells[0], this::size);
        final long[] streamed = values("streamed", cells[1], this::size);
        final long[] wcet = values("wcet", cells[2], this::time);
        if (sram.length != wcet.length || streamed.length != wcet.length || wcet.length > Limits.MAX_SEGMENTS_PER_TASK) {
            throw error("sram has " + sram.length + " values, streamed " + streamed.length + ", wcet " + wcet.length
                + "; give each one value a segment", null);
        }
        final List<MenuOption.Piece> pieces = new ArrayList<>();
        for (int j = 0; j < wcet.length; j++) {
            pieces.add(new MenuOption.Piece(sram[j], streamed[j], wcet[j]));
        }
        return new MenuOption(pieces);
    }

    private long[] values(final String column, final String cell, final ToLongFunction<String> reader) {
        if (cell.isBlank()) {
            throw error(column + " is empty; give one value a segment", null);
        }
        return Stream.of(cell.strip().split("\\s+")).mapToLong(reader).toArray();
    }

    private ModelBlock block(final String[] cells) {
        final String cut = cells[0].strip();
        if (!cut.equals("yes") && !cut.equals("no")) {
            throw error("cut: '" + cut + "'; write yes where the network may be cut before the block, else no", null);
        }
        return new ModelBlock(cut.equals("yes"), size(cells[1]), size(cells[2]), size(cells[3]), time(cells[4]), size(cells[5]),
            size(cells[6]));
    }

    private long size(final String cell) {
        try {
            final long bytes = Sizes.parse(cell);
            if (bytes <= MOST_BYTES) {
                return bytes;
            }
        } catch (final IllegalArgumentException e) {
            throw error(e.getMessage(), e);
        }
        throw error("'" + cell.strip() + "' is more than any network has", null);
    }

    private long time(final String cell) {
        final long ns;
        try {
            ns = Durations.parse(cell);
        } catch (final IllegalArgumentException e) {
            throw error(e.getMessage(), e);
        }
        if (ns < 1 || ns > Limits.MAX_TIME_NS / MOST_LINES) {
            throw error("'" + cell.strip() + "': the time must be above 0 and below years", null);
        }
        return ns;
    }

    private FileFormatException error(final String problem, final Throwable cause) {
        return new FileFormatException(file.toString(), number, problem, cause);
    }
}
