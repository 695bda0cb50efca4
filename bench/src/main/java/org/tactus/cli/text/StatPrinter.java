// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.Terminal;
import org.tactus.internal.file.TextTable;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Durations;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.watch.CountersReader.DeviceCounters;
import org.tactus.internal.watch.CountersReader.TaskCounters;
import org.tactus.model.PolicyKind;

/** Prints the counters of a run as they stand. Keeps what it saw last of each run, for the load since then. */
public final class StatPrinter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String[] HEAD = {
        "task", "period", "released", "completed", "misses", "overruns", "skipped", "last", "max", "bound", "max/bound", " now"};

    private final OutputFormat format;
    private final PrintWriter print;
    private final Map<CountersReader, Load> before = new HashMap<>();

    /** When a run was looked at last, and how long its devices had been busy then. */
    private record Load(long updatedNs, List<DeviceCounters> devices) {
    }

    /**
     * Makes a printer.
     *
     * @param format of everything that is printed
     * @param print  takes the text
     */
    public StatPrinter(final OutputFormat format, final PrintWriter print) {
        this.format = format;
        this.print = print;
        if (format == OutputFormat.CSV) {
            print.println("pid,atNs,task,periodNs,deadlineNs,boundNs,released,jobs,misses,overruns,skipped,aborted,lastNs,maxNs");
        }
    }

    /**
     * Prints what a run has done so far.
     *
     * @param run   its counters
     * @param alive whether its process still lives
     * @throws IOException when the text cannot be written
     */
    public void print(final CountersReader run, final boolean alive) throws IOException {
        switch (format) {
            case TABLE -> table(run, alive);
            case JSON -> print.println(json(run, alive));
            case CSV -> csv(run);
        }
        before.put(run, new Load(run.updatedNs(), run.devices()));
    }

    private void table(final CountersReader run, final boolean alive) {
        final List<TaskCounters> tasks = run.tasks();
        print.println("process " + run.pid() + (alive ? ", running" : ", ended") + ", " + Durations.format(run.updatedNs() / 1_000_000
            * 1_000_000) + " since time zero" + (run.dropped() > 0 ? ", " + run.dropped() + " events lost: the counts are too low" : ""));
        final List<String[]> rows = tasks.stream().map(task -> new String[] {
            task.name(), Durations.format(task.periodNs()), Long.toString(task.released()), Long.toString(task.jobs()),
            task.hasDeadline() ? Long.toString(task.misses()) : "-", Long.toString(task.overruns()), Long.toString(task.skipped()),
            us(task.lastNs()), us(task.maxNs()),
            task.boundNs().isPresent() ? us(task.boundNs().getAsLong()) : task.hasDeadline() ? "none" : "-",
            tightness(task), now(run, task)}).toList();
        final TextTable table = new TextTable(Terminal.width(), HEAD, rows);
        final StringBuilder text = new StringBuilder();
        table.appendHead(text);
        rows.forEach(cells -> table.append(text, cells));
        print.print(text);
        for (int i = 0; i < run.devices().size(); i++) {
            final DeviceCounters device = run.devices().get(i);
            final Load last = before.get(run);
            print.println(device.name() + ": busy " + share(device.busyNs(), run.updatedNs()) + " since time zero"
                + (last == null ? "" : ", " + share(device.busyNs() - last.devices.get(i).busyNs(), run.updatedNs() - last.updatedNs)
                    + " since the last look") + ", " + device.present() + " jobs there");
        }
        print.println();
    }

    private static String us(final long ns) {
        return ns < 0 ? "-" : Durations.format(ns / 1000 * 1000);
    }

    private static String tightness(final TaskCounters task) {
        return task.boundNs().isEmpty() || task.jobs() == 0 ? "-"
            : String.format(Locale.ROOT, "%.3f", (double) task.maxNs() / task.boundNs().getAsLong());
    }

    /** The two words are read one after the other while the run goes on, so their quotient may be a little above 1. */
    private static double load(final long busyNs, final long ofNs) {
        return ofNs <= 0 ? 0 : Math.clamp((double) busyNs / ofNs, 0, 1);
    }

    private static String share(final long busyNs, final long ofNs) {
        return ofNs <= 0 ? "-" : String.format(Locale.ROOT, "%.1f%%", 100 * load(busyNs, ofNs));
    }

    /** What a task does now, from the hot state: words that change while they are read, so only a glimpse. */
    private static String now(final CountersReader run, final TaskCounters task) {
        if (!task.live()) {
            return "stopped";
        }
        if (run.hotState().capacity() == 0) {
            return "-";
        }
        final PolicyState state = new PolicyState(
            run.hotState(), PolicyKind.FIXED_PRIORITY, run.taskCapacity(), run.segmentCapacity(), run.devices().size());
        return state.isLive(task.index())
            ? "job " + state.jobNumber(task.index()) + ", segment " + state.segmentIndex(task.index()) : "idle";
    }

    private static String json(final CountersReader run, final boolean alive) throws IOException {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeNumberField("pid", run.pid());
            json.writeBooleanField("running", alive);
            json.writeNumberField("startedMillis", run.startMillis());
            json.writeNumberField("atNs", run.updatedNs());
            json.writeNumberField("droppedEvents", run.dropped());
            json.writeArrayFieldStart("tasks");
            for (final TaskCounters task : run.tasks()) {
                task(json, task, now(run, task));
            }
            json.writeEndArray();
            json.writeArrayFieldStart("devices");
            for (final DeviceCounters device : run.devices()) {
                json.writeStartObject();
                json.writeStringField("name", device.name());
                json.writeNumberField("busyNs", device.busyNs());
                json.writeNumberField("utilisation", load(device.busyNs(), run.updatedNs()));
                json.writeNumberField("present", device.present());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return line.toString();
    }

    private static void task(final JsonGenerator json, final TaskCounters task, final String now) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", task.name());
        json.writeNumberField("periodNs", task.periodNs());
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
        json.writeStringField("now", now);
        json.writeEndObject();
    }

    private void csv(final CountersReader run) {
        for (final TaskCounters task : run.tasks()) {
            print.println(String.join(",", Long.toString(run.pid()), Long.toString(run.updatedNs()), task.name(),
                Long.toString(task.periodNs()), task.hasDeadline() ? Long.toString(task.deadlineNs()) : "",
                task.boundNs().isPresent() ? Long.toString(task.boundNs().getAsLong()) : "", Long.toString(task.released()),
                Long.toString(task.jobs()), Long.toString(task.misses()), Long.toString(task.overruns()), Long.toString(task.skipped()),
                Long.toString(task.aborted()), Long.toString(task.lastNs()), Long.toString(task.maxNs())));
        }
    }
}
