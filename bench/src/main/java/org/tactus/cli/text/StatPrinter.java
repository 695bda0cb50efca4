// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalLong;
import org.tactus.cli.support.OutputFormat;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.watch.CountersReader.DeviceCounters;
import org.tactus.internal.watch.CountersReader.TaskCounters;

/** Prints the counters of a run as they stand, for programs: a JSON object a run, or a row of CSV a task; for people see StatPage. */
public final class StatPrinter {
    private static final JsonFactory JSON = new JsonFactory();

    private final OutputFormat format;
    private final PrintWriter print;

    /**
     * Makes a printer.
     *
     * @param format {@code JSON} or {@code CSV}
     * @param print  takes the text
     */
    public StatPrinter(final OutputFormat format, final PrintWriter print) {
        this.format = format;
        this.print = print;
        if (format == OutputFormat.CSV) {
            print.println("pid,atNs,task,periodNs,deadlineNs,boundNs,released,jobs,misses,overruns,skipped,aborted,lastNs,maxNs,"
                + "minNs,p50Ns,p99Ns,p999Ns,residentBytes");
        }
    }

    /**
     * Prints what a run has done so far.
     *
     * @param run its counters
     * @throws IOException when the text cannot be written
     */
    public void print(final CountersReader run) throws IOException {
        final StatLook look = StatLook.at(run);
        if (format == OutputFormat.CSV) {
            csv(look);
        } else {
            print.println(json(look, run.startMillis()));
        }
    }

    private static double load(final long busyNs, final long ofNs) {
        return ofNs <= 0 ? 0 : Math.clamp((double) busyNs / ofNs, 0, 1);
    }

    private static String json(final StatLook look, final long startMillis) throws IOException {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeNumberField("pid", look.pid());
            json.writeBooleanField("running", look.alive());
            json.writeNumberField("startedMillis", startMillis);
            json.writeNumberField("atNs", look.atNs());
            json.writeNumberField("droppedEvents", look.dropped());
            json.writeArrayFieldStart("tasks");
            for (final StatLook.Task task : look.tasks()) {
                task(json, task);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("devices");
            for (final DeviceCounters device : look.devices()) {
                json.writeStartObject();
                json.writeStringField("name", device.name());
                json.writeNumberField("busyNs", device.busyNs());
                json.writeNumberField("utilisation", load(device.busyNs(), look.atNs()));
                json.writeNumberField("present", device.present());
                json.writeNumberField("residentBytes", device.residentBytes());
                json.writeNumberField("capacityBytes", device.capacityBytes());
                json.writeNumberField("moves", device.moves());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return line.toString();
    }

    private static void task(final JsonGenerator json, final StatLook.Task look) throws IOException {
        final TaskCounters task = look.counts();
        json.writeStartObject();
        json.writeStringField("name", task.name());
        JsonFields.number(json, "periodNs", task.hasPeriod() ? OptionalLong.of(task.periodNs()) : OptionalLong.empty());
        JsonFields.number(json, "deadlineNs", task.hasDeadline() ? OptionalLong.of(task.deadlineNs()) : OptionalLong.empty());
        JsonFields.number(json, "boundNs", task.boundNs());
        json.writeNumberField("released", task.released());
        json.writeNumberField("jobs", task.jobs());
        json.writeNumberField("misses", task.misses());
        json.writeNumberField("overruns", task.overruns());
        json.writeNumberField("skipped", task.skipped());
        json.writeNumberField("aborted", task.aborted());
        json.writeNumberField("lastNs", task.lastNs());
        json.writeNumberField("maxNs", task.maxNs());
        JsonFields.number(json, "minNs", task.jobs() == 0 ? OptionalLong.empty() : OptionalLong.of(task.minNs()));
        JsonFields.number(json, "p50Ns", look.quantileNs(0.5));
        JsonFields.number(json, "p99Ns", look.quantileNs(0.99));
        JsonFields.number(json, "p999Ns", look.quantileNs(0.999));
        json.writeNumberField("residentBytes", task.residentBytes());
        json.writeStringField("now", look.now());
        json.writeEndObject();
    }

    private static String cell(final OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "";
    }

    private void csv(final StatLook look) {
        for (final StatLook.Task each : look.tasks()) {
            final TaskCounters task = each.counts();
            print.println(String.join(",", Long.toString(look.pid()), Long.toString(look.atNs()), task.name(),
                task.hasPeriod() ? Long.toString(task.periodNs()) : "",
                task.hasDeadline() ? Long.toString(task.deadlineNs()) : "", cell(task.boundNs()),
                Long.toString(task.released()), Long.toString(task.jobs()), Long.toString(task.misses()), Long.toString(task.overruns()),
                Long.toString(task.skipped()), Long.toString(task.aborted()), Long.toString(task.lastNs()), Long.toString(task.maxNs()),
                task.jobs() == 0 ? "" : Long.toString(task.minNs()), cell(each.quantileNs(0.5)), cell(each.quantileNs(0.99)),
                cell(each.quantileNs(0.999)), Long.toString(task.residentBytes())));
        }
    }
}
