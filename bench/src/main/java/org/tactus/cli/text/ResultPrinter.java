// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.Terminal;
import org.tactus.result.ResultTable;
import org.tactus.result.ResultsJson;
import org.tactus.result.RunResult;

/** Prints what a run or a simulation showed. */
public final class ResultPrinter {
    private ResultPrinter() {
    }

    /**
     * Prints a result.
     *
     * @param format  how
     * @param verdict the first line of a table: whether the result is good, and why not
     * @param result  the result
     * @param folder  where its files lie, if there are any
     * @param print   where to
     * @throws IOException when it cannot be printed
     */
    public static void print(
        final OutputFormat format, final String verdict, final RunResult result, final Optional<Path> folder, final PrintStream print)
        throws IOException {
        switch (format) {
            case JSON -> ResultsJson.write(result, print);
            case CSV -> {
                print.println("task,periodNs,deadlineNs,boundNs,jobs,misses,maxNs,unfinished,aborted");
                result.tasks().forEach(task -> print.println(String.join(",", task.name(),
                    task.hasPeriod() ? Long.toString(task.periodNs()) : "",
                    task.hasDeadline() ? Long.toString(task.deadlineNs()) : "", text(task.boundNs()),
                    Long.toString(task.jobs()), Long.toString(task.misses()),
                    text(task.maxNs()), Long.toString(task.unfinished()), Long.toString(task.aborted()))));
            }
            case TABLE -> {
                print.println(Lines.wrap(verdict, Terminal.width()));
                print.println(ResultTable.render(result, Terminal.width()));
                folder.ifPresent(at -> print.println(Lines.wrap("Files: " + at.resolve("results.json")
                    + ", latency.hlog, bounds.json, trace.json"
                    + " (open it in Perfetto); a page of them: tactus report " + at)));
            }
        }
    }

    private static String text(final OptionalLong ns) {
        return ns.isEmpty() ? "" : Long.toString(ns.getAsLong());
    }
}
