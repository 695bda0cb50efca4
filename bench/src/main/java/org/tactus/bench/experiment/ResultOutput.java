// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.WholeFile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where an experiment's result goes and how it is printed: options that the commands share. */
final class ResultOutput {
    @Option(names = "--out", defaultValue = "experiment", paramLabel = "DIR", description = "Folder for CSV, SVG and PNG "
        + "(default: ${DEFAULT-VALUE}).")
    private Path out;

    @Mixin
    private OutputFormat.Choice output;

    /** The folder; it may not exist yet. */
    Path folder() {
        return out;
    }

    /** Refuses a format that does not exist, and a folder that takes no files, before anything is computed. */
    void check(final CommandSpec spec, final Experiment experiment) throws IOException {
        ChartWriter.requireWritable(out, ChartWriter.fileName(experiment, ""));
    }

    /** Prints the result, writes CSV and charts; returns the exit status. */
    int write(final ExperimentResult result, final CommandSpec spec) throws IOException {
        final PrintWriter printer = spec.commandLine().getOut();
        printer.print(switch (output.format()) {
            case JSON -> result.json();
            case CSV -> result.csv();
            case TABLE -> Lines.wrap(result.table());
        });
        printer.flush(); // before a disk that is full can end the command
        writeFiles(result, out);
        if (output.format() == OutputFormat.TABLE) {
            printer.println(Lines.wrap("\nWrote " + out.resolve(ChartWriter.fileName(result, "csv")) + ", .svg and .png"));
            printer.flush();
        }
        return result.tally().violation().isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    /** Writes {@code schedulability-SYSTEM} as CSV, SVG and PNG. */
    static void writeFiles(final ExperimentResult result, final Path folder) throws IOException {
        System.setProperty("java.awt.headless", "true");
        WholeFile.write(folder.resolve(ChartWriter.fileName(result, "csv")), result.csv());
        ChartWriter.write(result, folder);
    }
}
