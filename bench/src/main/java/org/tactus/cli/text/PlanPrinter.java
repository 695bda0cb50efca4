// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import org.tactus.analysis.TaskVerdict;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.Terminal;
import org.tactus.internal.plan.Plan;
import org.tactus.internal.plan.spet.SegmentFiles;
import org.tactus.internal.time.Durations;

/** Prints a plan: what was decided and why, the bounds that it has, the margin left. */
public final class PlanPrinter {
    /** Columns of the three figures of a row. */
    private static final int FIGURES = 3 * 13;
    private final PrintWriter print;
    private final String strategy;
    private final Path file;
    private final Plan plan;
    private final OptionalDouble margin;

    /**
     * Makes a printer of one plan.
     *
     * @param print    takes the text
     * @param strategy what planned
     * @param file     the planned set's file
     * @param plan     the plan
     * @param margin   by how much WCETs may still grow; empty when it is not known
     */
    public PlanPrinter(final PrintWriter print, final String strategy, final Path file, final Plan plan, final OptionalDouble margin) {
        this.print = print;
        this.strategy = strategy;
        this.file = file;
        this.plan = plan;
        this.margin = margin;
    }

    /**
     * Prints the plan.
     *
     * @param format how
     * @throws IOException when the text cannot be written
     */
    public void print(final OutputFormat format) throws IOException {
        if (format == OutputFormat.JSON) {
            print.println(json());
        } else {
            table();
        }
    }

    private void table() {
        print.println(Lines.wrap(file + ": planned with " + strategy + "; " + (plan.verdict().schedulable()
            ? "schedulable by " + plan.verdict().test()
            : plan.verdict().word() + " by " + plan.verdict().test() + ": " + plan.verdict().reason())));
        plan.changes().forEach(change -> print.println(Lines.wrap("  " + change.task() + ": " + change.what()
            + (change.why().isEmpty() ? "" : " (" + change.why() + ")"))));
        plan.notes().forEach(note -> print.println(
            note.strip().startsWith(SegmentFiles.COMMAND) ? "  " + note : Lines.wrap("  " + note)));
        final int longest = Math.max(4, plan.verdict().tasks().stream().mapToInt(task -> task.name().length()).max().orElse(4));
        final int width = Math.min(longest, Math.max(4, Terminal.width() - 2 - FIGURES));
        final String row = "%s %12s %12s %12s%n";
        print.printf(Locale.ROOT, row, Lines.first("  ", "task", width), "bound", "deadline", "slack");
        for (final TaskVerdict task : plan.verdict().tasks()) {
            print.printf(Locale.ROOT, row, Lines.first("  ", task.name(), width),
                task.bounded() ? Durations.format(task.responseBoundNs()) : task.isBestEffort() ? "-" : "none",
                task.isBestEffort() ? "-" : Durations.format(task.deadlineNs()), task.bounded() ? Durations.format(task.slackNs()) : "-");
        }
        margin.ifPresent(factor -> print.println(
            String.format(Locale.ROOT, "  margin: all WCETs may grow by the factor %.6f", factor)));
    }

    private String json() throws IOException {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("file", file.toString());
            json.writeStringField("with", strategy);
            json.writeStringField("test", plan.verdict().test());
            json.writeBooleanField("schedulable", plan.verdict().schedulable());
            json.writeStringField("reason", plan.verdict().schedulable() ? null : plan.verdict().reason());
            json.writeArrayFieldStart("changes");
            for (final Plan.Change change : plan.changes()) {
                json.writeStartObject();
                json.writeStringField("task", change.task());
                json.writeStringField("what", change.what());
                json.writeStringField("why", change.why());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("notes");
            for (final String note : plan.notes()) {
                json.writeString(note);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("tasks");
            for (final TaskVerdict task : plan.verdict().tasks()) {
                json.writeStartObject();
                json.writeStringField("name", task.name());
                JsonFields.bound(json, task);
                json.writeEndObject();
            }
            json.writeEndArray();
            JsonFields.number(json, "largestFactor", margin);
            json.writeEndObject();
        }
        return line.toString();
    }
}
