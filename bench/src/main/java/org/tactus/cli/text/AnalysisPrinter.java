// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;
import org.tactus.analysis.Verdict;
import org.tactus.cli.support.OutputFormat;
import org.tactus.format.FileFormatException;
import org.tactus.format.LoadedTaskSet;
import org.tactus.internal.text.CsvLine;

/** Prints verdicts in one of the formats: JSON lines and CSV rows for programs, tables for people. */
public final class AnalysisPrinter {
    private static final JsonFactory JSON = new JsonFactory();

    private final OutputFormat format;
    private final PrintWriter print;

    /**
     * Makes a printer.
     *
     * @param format      of everything that is printed
     * @param print       takes the text
     * @param sensitivity whether verdicts come with a sensitivity report
     */
    public AnalysisPrinter(final OutputFormat format, final PrintWriter print, final boolean sensitivity) {
        this.format = format;
        this.print = print;
        if (format == OutputFormat.CSV) {
            print.println("file,test,schedulable,task,responseBoundNs,deadlineNs,slackNs,reason"
                + (sensitivity ? ",largestFactorOfAll,largestFactor,smallestPeriodNs,smallestCapacityBytes" : ""));
        }
    }

    /** Prints that a file is wrong where the format has a place for it; the line itself goes to standard error. */
    public void error(final Path file, final FileFormatException error) throws IOException {
        if (format == OutputFormat.JSON) {
            final StringWriter line = new StringWriter();
            try (JsonGenerator json = JSON.createGenerator(line)) {
                json.writeStartObject();
                json.writeStringField("file", file.toString());
                json.writeStringField("error", error.getMessage());
                json.writeEndObject();
            }
            print.println(line);
        }
    }

    /** Prints a verdict. */
    public void verdict(final LoadedTaskSet loaded, final Verdict verdict, final Optional<SensitivityReport> sensitivity)
        throws IOException {
        switch (format) {
            case JSON -> print.println(json(loaded, verdict, sensitivity));
            case CSV -> csv(loaded, verdict, sensitivity);
            case TABLE -> AnalysisTable.print(print, loaded, verdict, sensitivity);
        }
    }

    private static String json(final LoadedTaskSet loaded, final Verdict verdict, final Optional<SensitivityReport> sensitivity)
        throws IOException {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("file", loaded.file().toString());
            json.writeStringField("test", verdict.test());
            json.writeBooleanField("schedulable", verdict.schedulable());
            json.writeStringField("reason", verdict.schedulable() ? null : verdict.reason());
            json.writeArrayFieldStart("tasks");
            for (final TaskVerdict task : verdict.tasks()) {
                json.writeStartObject();
                json.writeStringField("name", task.name());
                JsonFields.bound(json, task);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeBooleanField("undecided", verdict.undecided());
            json.writeArrayFieldStart("explanations");
            for (final TaskVerdict task : verdict.tasks()) {
                why(json, task);
            }
            json.writeEndArray();
            if (sensitivity.isPresent()) {
                json(json, sensitivity.get());
            }
            json.writeEndObject();
        }
        return line.toString();
    }

    /** What makes the bound; for a task without one, what the same formula gives past the deadline, and from when on it is late. */
    static void why(final JsonGenerator json, final TaskVerdict task) throws IOException {
        final Explanation why = task.explanation();
        json.writeStartObject();
        json.writeStringField("name", task.name());
        JsonFields.number(json, "responseNs", why.responseNs());
        JsonFields.number(json, "firstFailingNs", why.firstFailingNs());
        if (why.platformNs() > 0) {
            json.writeNumberField("platformNs", why.platformNs());
        }
        json.writeStringField("sentence", why.sentence());
        json.writeArrayFieldStart("terms");
        for (final Term term : why.terms()) {
            json.writeStartObject();
            json.writeStringField("kind", term.kind().text());
            json.writeStringField("by", term.by());
            json.writeStringField("where", term.where());
            json.writeNumberField("jobs", term.jobs());
            json.writeNumberField("ns", term.ns());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void json(final JsonGenerator json, final SensitivityReport report) throws IOException {
        json.writeObjectFieldStart("sensitivity");
        JsonFields.number(json, "largestFactor", report.largestFactor());
        json.writeArrayFieldStart("tasks");
        for (final SensitivityReport.OfTask task : report.tasks()) {
            json.writeStartObject();
            json.writeStringField("name", task.name());
            JsonFields.number(json, "largestFactor", task.largestFactor());
            JsonFields.number(json, "smallestPeriodNs", task.smallestPeriodNs());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("devices");
        for (final SensitivityReport.OfDevice device : report.devices()) {
            json.writeStartObject();
            json.writeStringField("name", device.name());
            JsonFields.number(json, "smallestCapacityBytes", device.smallestCapacityBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (report.curveFactor().isPresent()) {
            JsonFields.number(json, "largestCurveFactor", report.curveFactor());
        }
        json.writeEndObject();
    }

    private void csv(final LoadedTaskSet loaded, final Verdict verdict, final Optional<SensitivityReport> sensitivity) {
        for (int i = 0; i < verdict.tasks().size(); i++) {
            final TaskVerdict task = verdict.tasks().get(i);
            final int at = i;
            print.println(String.join(",", CsvLine.cell(loaded.file().toString()), verdict.test(), Boolean.toString(verdict.schedulable()),
                task.name(), task.bounded() ? Long.toString(task.responseBoundNs()) : "",
                task.isBestEffort() ? "" : Long.toString(task.deadlineNs()),
                task.bounded() ? Long.toString(task.slackNs()) : "", CsvLine.cell(verdict.schedulable() ? "" : verdict.reason()))
                + sensitivity.map(report -> ',' + csv(report, report.tasks().get(at))).orElse(""));
        }
    }

    /** The columns of one task; those of the set and of its devices stand again in each row. */
    private static String csv(final SensitivityReport report, final SensitivityReport.OfTask task) {
        return String.join(",", text(report.largestFactor()), text(task.largestFactor()), text(task.smallestPeriodNs()),
            CsvLine.cell(report.devices().stream().map(device -> device.name() + '=' + text(device.smallestCapacityBytes()))
                .collect(Collectors.joining(";"))));
    }

    private static String text(final OptionalDouble value) {
        return value.isPresent() ? Double.toString(value.getAsDouble()) : "";
    }

    private static String text(final OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "";
    }
}
