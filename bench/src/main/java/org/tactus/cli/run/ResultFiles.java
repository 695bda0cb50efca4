// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.tactus.analysis.Verdict;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.text.BoundsFile;
import org.tactus.cli.text.RoundTripsFile;
import org.tactus.format.LoadedTaskSet;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.export.LatencyHlog;
import org.tactus.internal.export.PerfettoTrace;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.Printable;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.ResultsJson;
import org.tactus.result.RunResult;

/** The folder that a run or a simulation leaves its files in: checked before, written after, each file whole or not at all. */
public final class ResultFiles {
    private static final String RESULTS = "results.json";
    private static final String LATENCY = "latency.hlog";
    private static final String TRACE = "trace.json";

    private final Path folder;

    private ResultFiles(final Path folder) {
        this.folder = folder;
    }

    /** The folder that the name of a set gives, below {@code out}; a name that leads elsewhere is refused. */
    static Path folder(final LoadedTaskSet loaded, final String ending) {
        final String name = loaded.taskSet().name() + ending;
        if (name.equals(".") || name.equals("..")) {
            throw loaded.error("name", "the results of a set named '" + name + "' would lie outside the folder out; name it otherwise,"
                + " or choose a folder by --out");
        }
        return Path.of("out", name);
    }

    /** Makes the folder, and says now what would go wrong after the run. */
    static ResultFiles prepare(final Path folder) {
        requireFolder(folder, List.of(RESULTS, LATENCY, TRACE, BoundsFile.NAME));
        return new ResultFiles(folder);
    }

    /**
     * Makes a folder for files of these names.
     *
     * @param folder the folder
     * @param names  names of files that it will take
     * @throws PrerequisiteException says in one line why it takes none of them
     */
    public static void requireFolder(final Path folder, final List<String> names) {
        try {
            OutputFolder.make(folder);
            Interruption.cleanUp(folder);
            for (final String name : names) {
                WholeFile.requireWritable(folder.resolve(name));
            }
        } catch (final FileAlreadyExistsException e) {
            throw new PrerequisiteException("cannot make the folder " + Printable.line(folder)
                + " for the results: a file or a dangling link has its name; choose another folder by --out");
        } catch (final IOException e) {
            throw new PrerequisiteException("cannot put results into the folder " + Printable.line(folder) + ": "
                + Printable.line(e.getMessage()) + "; choose another folder by --out");
        }
    }

    /**
     * Writes the files. One that cannot be written is told in a line; the others are written all the same.
     *
     * @param origin      what {@code results.json} says of where it comes from
     * @param zeroNs      time zero of the run in the clock of the events
     * @param startMillis when the run began, milliseconds since 1970; 0 for a simulation
     * @param verdict     what the analysis says of the set, for {@code bounds.json}
     * @param limit       how large the trace may become
     * @return {@link ExitStatus#GOOD}, or {@link ExitStatus#WRONG_INPUT} when a file is missing
     */
    int write(
        final TaskSet set, final RunResult result, final Map<String, Histogram> responses, final EventFile events,
        final Map<String, String> origin, final long zeroNs, final long startMillis, final Optional<Verdict> verdict,
        final PrintStream err, final TraceLimit limit) {
        if (!events.warning().isEmpty()) {
            err.println("warning: " + events.warning());
        }
        if (isGone()) {
            err.println("tactus: the folder " + Printable.line(folder)
                + " for the results was removed meanwhile; choose another one by --out");
            return ExitStatus.WRONG_INPUT;
        }
        return attempt(err, () -> ResultsJson.write(result, origin, folder.resolve(RESULTS)))
            | attempt(err, () -> LatencyHlog.write(folder.resolve(LATENCY), startMillis, result.durationNs(), responses,
                new LatencyHlog.History(events, set.tasks().stream().map(Task::name).toList(), zeroNs)))
            | attempt(err, () -> BoundsFile.write(set, verdict, folder.resolve(BoundsFile.NAME)))
            | attempt(err, () -> PerfettoTrace.write(
                set, events, zeroNs, result.stalls(), folder.resolve(TRACE), limit.bytes()));
    }

    /** Writes how long answers of a second machine took, for {@code tactus plan --with tau}; says so where that fails. */
    int writeRoundTrips(final Map<String, long[]> roundTrips, final PrintStream err) {
        return roundTrips.isEmpty() || isGone() ? ExitStatus.GOOD // which was told
            : attempt(err, () -> RoundTripsFile.write(roundTrips, folder.resolve(RoundTripsFile.NAME)));
    }

    private boolean isGone() {
        return !Files.isDirectory(folder);
    }

    /** Something that writes a file. */
    @FunctionalInterface
    private interface Part {
        void write() throws IOException;
    }

    private static int attempt(final PrintStream err, final Part part) {
        try {
            part.write();
            return ExitStatus.GOOD;
        } catch (final IOException e) {
            err.println("tactus: " + Printable.line(e.getMessage()) + "; choose another folder by --out");
            return ExitStatus.WRONG_INPUT;
        }
    }
}
