// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.UsageCheck;
import org.tactus.internal.plan.Planner;
import org.tactus.internal.plan.TauPlan;
import org.tactus.internal.remote.RoundTrips;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of {@code tactus plan --with tau}, and the file of round trips that a run writes. */
public final class TauOptions {
    /** Name of the file in a run's folder. */
    public static final String FILE = "round-trips.csv";
    private static final String HEADER = "task,ns";

    @Option(names = "--round-trips", paramLabel = "FILE", description = "tau: what a run measured, the file round-trips.csv in its folder.")
    private Path file;
    @Option(names = "--give", paramLabel = "SHARE", defaultValue = "0.02", description = "tau: how much of what an answer is worth beyond "
        + "a fallback may be given away for a shorter wait (${DEFAULT-VALUE}).")
    private double tolerance;

    Planner planner(final CommandSpec spec) throws IOException {
        UsageCheck.check(spec, file != null, "--with tau needs --round-trips FILE, the " + FILE + " that a run of the set has written");
        UsageCheck.check(spec, tolerance >= 0 && tolerance <= 1, "--give " + tolerance + " is out of range; give 0 to 1");
        return new TauPlan(read(file), tolerance);
    }

    private static Map<String, long[]> read(final Path file) throws IOException {
        final List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new PrerequisiteException(file + ":1: the first line is not '" + HEADER + "'; give the file " + FILE + " of a run");
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
     * The lines of a file.
     *
     * @param roundTrips by task, nanoseconds, or {@link RoundTrips#LOST_NS} for an answer that did not come
     * @return a head and a line a round trip
     */
    public static String text(final Map<String, long[]> roundTrips) {
        final StringBuilder text = new StringBuilder(HEADER).append('\n');
        roundTrips.forEach((task, all) -> {
            for (final long ns : all) {
                text.append(task).append(',').append(ns == RoundTrips.LOST_NS ? "" : ns).append('\n');
            }
        });
        return text.toString();
    }
}
