// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.CsvLine;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/** A table of many runs, a row a run and task. It is written anew now and then, so that little is lost when a run is killed. */
public final class RunsCsv implements AutoCloseable {
    private static final long EVERY_NS = 1_000_000_000;
    private static final String HEAD = "file,set,source,seed,durationNs,test,task,periodNs,deadlineNs,boundNs,released,jobs,unfinished,"
        + "misses,overruns,skipped,aborted,lost,minNs,p50Ns,p99Ns,p999Ns,maxNs,stalls,stallNs,touchedJobs,assign\n";

    private final Path csv;
    private final String assign;
    private final StringBuilder text = new StringBuilder(HEAD);
    private long writtenNs = System.nanoTime();

    /**
     * Makes an empty table.
     *
     * @param csv    where it goes
     * @param assign the rule by which priorities are given in place of the files'; empty without one
     * @throws IOException when it cannot be written there
     */
    public RunsCsv(final Path csv, final String assign) throws IOException {
        this.csv = csv;
        this.assign = assign;
        WholeFile.write(csv, HEAD);
    }

    /**
     * Adds a run.
     *
     * @param file   the task-set file
     * @param result what was found
     */
    public void add(final Path file, final RunResult result) {
        for (final TaskResult task : result.tasks()) {
            text.append(Stream.of(CsvLine.cell(file.toString()), result.taskSet(), result.source(), result.seed(), result.durationNs(),
                result.test(), task.name(), task.hasPeriod() ? task.periodNs() : "",
                task.hasDeadline() ? task.deadlineNs() : "", number(task.boundNs()),
                task.released(), task.jobs(), task.unfinished(), task.misses(), task.overruns(), task.skipped(), task.aborted(),
                task.lost(), number(task.minNs()), number(task.p50Ns()), number(task.p99Ns()), number(task.p999Ns()), number(task.maxNs()),
                result.withoutStalls().stalls().seen(), result.withoutStalls().stalls().totalNs(), result.withoutStalls().touched(), assign)
                .map(String::valueOf).collect(Collectors.joining(","))).append('\n');
        }
        if (System.nanoTime() - writtenNs > EVERY_NS) {
            close();
        }
    }

    /** Writes what there is. */
    @Override
    public void close() {
        try {
            WholeFile.write(csv, text.toString());
            writtenNs = System.nanoTime();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String number(final OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "";
    }
}
