// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.remote.RoundTrips;

/**
 * {@code round-trips.csv} beside the results: how long each answer of a second machine took. A run writes it, and {@code plan --with tau}
 * reads it. A head, then a line an answer: the task and a whole number of nanoseconds, or none for an answer that did not come.
 */
public final class RoundTripsFile {
    /** Name of the file in a run's folder. */
    public static final String NAME = "round-trips.csv";
    private static final String HEADER = "task,ns";

    private RoundTripsFile() {
    }

    /**
     * Reads a file that {@link #write} has written.
     *
     * @param file what to read
     * @return by task, nanoseconds in ascending order; {@link RoundTrips#LOST_NS} for an answer that did not come
     * @throws IOException           when it cannot be read
     * @throws PrerequisiteException when it is no such file, with the line that is wrong
     */
    public static Map<String, long[]> read(final Path file) throws IOException {
        final List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new PrerequisiteException(file + ":1: the first line is not '" + HEADER + "'; give the file " + NAME + " of a run");
        }
        final Map<String, long[]> all = new HashMap<>();
        final Map<String, LongStream.Builder> byTask = new HashMap<>();
        for (int i = 1; i < lines.size(); i++) {
            final String[] cells = lines.get(i).split(",", -1);
            if (cells.length != 2 || !cells[1].matches("[0-9]{0,18}")) {
                throw new PrerequisiteException(file + ":" + (i + 1)
                    + ": the line is no task and a whole number of nanoseconds, or none for an answer that did not come");
            }
            byTask.computeIfAbsent(cells[0], name -> LongStream.builder()).add(cells[1].isEmpty() ? RoundTrips.LOST_NS
                : Long.parseLong(cells[1]));
        }
        byTask.forEach((name, values) -> all.put(name, values.build().sorted().toArray()));
        return all;
    }

    /**
     * Writes the file.
     *
     * @param roundTrips by task, nanoseconds, or {@link RoundTrips#LOST_NS} for an answer that did not come
     * @param file       where; replaced when it exists
     * @throws IOException when it cannot be written
     */
    public static void write(final Map<String, long[]> roundTrips, final Path file) throws IOException {
        WholeFile.write(file, text(roundTrips));
    }

    private static String text(final Map<String, long[]> roundTrips) {
        final StringBuilder text = new StringBuilder(HEADER).append('\n');
        roundTrips.forEach((task, all) -> {
            for (final long ns : all) {
                text.append(task).append(',').append(ns == RoundTrips.LOST_NS ? "" : ns).append('\n');
            }
        });
        return text.toString();
    }
}
