// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.tactus.bench.ScratchFolder;
import org.tactus.bindings.linux.CoreShares;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.Interruption;

/**
 * What it costs a run to be watched: ways of watching take turns, each in a process of its own ({@link ObservedTurn}). Nobody watches in
 * two of the ways, so that the table also says how much two series differ on this machine between which there is no difference.
 */
public final class ObservingCost {
    /** Settings of the Flight Recorder, in Tactus' own folder. */
    private static final String OURS = "bench/deploy/tactus.jfc";

    /** Who watches. */
    public enum Way {
        /** Nobody. */
        ALONE(false, false, ""),
        /** Nobody, once more. */
        CONTROL(false, false, ""),
        /** {@code tactus stat} in another process, once a second. */
        STAT(true, false, ""),
        /** The embedded endpoint, fetched once a second. */
        METRICS(false, true, ""),
        /** The Flight Recorder, with the settings that come with Tactus. */
        JFR(false, false, OURS),
        /** Stat, metrics and the Flight Recorder. */
        ALL(true, true, OURS),
        /** The Flight Recorder, with the events that it has when nobody chooses: it samples stacks. */
        JFR_DEFAULT(false, false, "default");

        private final boolean stat;
        private final boolean metrics;
        private final String recording;

        Way(final boolean stat, final boolean metrics, final String recording) {
            this.stat = stat;
            this.metrics = metrics;
            this.recording = recording;
        }

        boolean stat() {
            return stat;
        }

        boolean metrics() {
            return metrics;
        }

        /** Null for none. */
        Recording record() throws IOException {
            try {
                return recording.isEmpty() ? null : new Recording(recording.endsWith(".jfc")
                    ? Configuration.create(Home.file(recording)) : Configuration.getConfiguration(recording));
            } catch (final ParseException e) {
                throw new IOException("settings of the Flight Recorder cannot be read: " + e.getMessage(), e);
            }
        }
    }

    private ObservingCost() {
    }

    /**
     * Runs one turn in this process and prints what it found, for {@link #compare}.
     *
     * @param way        who watches
     * @param durationNs how long each of the two runs measures, nanoseconds
     * @param core       of the dispatcher
     * @param log        the log of this JVM's pauses
     * @param out        takes a line
     * @throws IOException          when an observer cannot be started
     * @throws InterruptedException when interrupted
     */
    public static void turn(final Way way, final long durationNs, final int core, final Path log, final PrintStream out)
        throws IOException, InterruptedException {
        ObservedTurn.run(way, durationNs, core, log, out);
    }

    /**
     * Fetches counters once a second, as a collector on another machine does, off the dispatcher's core where this process may run
     * elsewhere; until they cannot be had any more.
     *
     * @param address where they are served
     * @param core    the dispatcher's
     * @throws InterruptedException when interrupted
     */
    public static void fetch(final URI address, final int core) throws InterruptedException {
        CoreShares.standAside(List.of(core));
        boolean served = true;
        while (served) {
            try (InputStream text = address.toURL().openStream()) {
                text.readAllBytes();
            } catch (final IOException e) {
                served = false; // the run has ended
            }
            Thread.sleep(1000);
        }
    }

    /**
     * The settings of the Flight Recorder that one way takes.
     *
     * @return a file that comes with Tactus
     */
    public static Path settings() {
        return Home.file(OURS);
    }

    /**
     * How a turn's JVM is told to log what {@link #turn} counts.
     *
     * @param log the file
     * @return flags of the JVM
     */
    public static List<String> flags(final Path log) {
        return List.of("-XX:+UseSerialGC", CoreCounts.LOG_FLAG + log + CoreCounts.LOG_FLAG_END, "-Dtactus.safepoints=" + log,
            "-Dtactus.home=" + Home.file("").toAbsolutePath());
    }

    /**
     * Lets the ways take turns, and prints them beside those of a run that nobody watches.
     *
     * @param rounds  turns of each way
     * @param command makes the command line of a turn that logs to a file
     * @param out     where to print
     * @return true when no dispatcher has allocated a byte
     * @throws IOException          when a process cannot be started
     * @throws InterruptedException when interrupted
     */
    public static boolean compare(final int rounds, final BiFunction<Way, Path, List<String>> command, final PrintStream out)
        throws IOException, InterruptedException {
        final Map<Way, List<ObservedTurn>> turns = new EnumMap<>(Way.class);
        final Way[] ways = Way.values();
        try (ScratchFolder scratch = ScratchFolder.make()) {
            for (int turn = 0; turn < rounds * ways.length; turn++) {
                final int round = turn / ways.length;
                final Way way = ways[(turn + round) % ways.length]; // each round begins with another one: none always comes after the same
                final List<String> lines = ForkedJvm.lines(command.apply(way, scratch.path().resolve(turn + ".log")));
                if (Interruption.isRequested()) {
                    break; // a round takes minutes: those that ended are worth having
                }
                turns.computeIfAbsent(way, key -> new ArrayList<>()).add(ObservedTurn.parse(lines, way));
            }
        }
        ObservingTables.print(turns, out);
        return ObservingTables.isFreeOfAllocation(turns);
    }
}
