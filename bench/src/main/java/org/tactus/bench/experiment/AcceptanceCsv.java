// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.internal.text.CsvLine;
import org.tactus.internal.text.Printable;

/** The table of acceptance ratios: a row a place and approach, with the ends of the 95 % interval of the share. */
final class AcceptanceCsv {
    static final String HEAD = "axis,approach,accepted,total,low,high\n";
    private static final int AXIS = 0;
    private static final int APPROACH = 1;
    private static final int ACCEPTED = 2;
    private static final int TOTAL = 3;

    private AcceptanceCsv() {
    }

    /** A row; the approach is quoted where it needs that. */
    static String row(final String place, final String approach, final long accepted, final long total) {
        final WilsonInterval interval = WilsonInterval.of(accepted, total);
        return String.format(Locale.ROOT, "%s,%s,%d,%d,%.4f,%.4f%n", place,
            CsvLine.cell(approach), accepted, total, interval.low(), interval.high());
    }

    /** How many of how many. */
    record Count(long accepted, long total) {
    }

    /**
     * Reads a table; its intervals are not read, since they follow from the counts.
     *
     * @return by approach in the order of the file, by place
     */
    static Map<String, TreeMap<Double, Count>> read(final Path file) throws IOException {
        final List<String> rows = Files.readAllLines(file);
        if (rows.isEmpty() || !rows.getFirst().startsWith("axis,approach,accepted,total")) {
            throw new PrerequisiteException(Printable.line(file) + ":1: no table of acceptance ratios; its first line begins with"
                + " axis,approach,accepted,total");
        }
        final Map<String, TreeMap<Double, Count>> read = new LinkedHashMap<>();
        for (int i = 1; i < rows.size(); i++) {
            final List<String> cells = CsvLine.cells(rows.get(i));
            try {
                final Count count = new Count(Long.parseLong(cells.get(ACCEPTED)), Long.parseLong(cells.get(TOTAL)));
                if (count.total < 1 || count.accepted < 0 || count.accepted > count.total) {
                    throw new NumberFormatException("counts");
                }
                read.computeIfAbsent(cells.get(APPROACH), name -> new TreeMap<>()).put(Double.parseDouble(cells.get(AXIS)), count);
            } catch (final NumberFormatException | IndexOutOfBoundsException e) {
                throw new PrerequisiteException(Printable.line(file) + ":" + (i + 1) + ": '" + Printable.line(rows.get(i))
                    + "' is no row; write a place, an approach, how many were accepted, and of how many");
            }
        }
        return read;
    }
}
