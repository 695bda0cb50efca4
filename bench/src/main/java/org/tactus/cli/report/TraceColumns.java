// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code trace.json} holds, as columns of numbers: per track its slices, per task its jobs, and marks. A trace of a million jobs takes
 * some tens of megabytes so. Times are nanoseconds since time zero; a slice's length is kept in 24 significant bits.
 */
final class TraceColumns {
    /** What a mark says. */
    private static final List<String> MARKS = List.of("miss", "overrun", "skip", "error", "stop", "trace cut:");
    private static final int DEVICES = 1;
    private static final int JOBS = 2;
    private static final int PLATFORM = 3;
    /** Live jobs end at last event of a trace; the page draws them open. */
    private static final List<String> OUTCOMES = List.of("complete", "aborted", "lost", "live at the end");

    /** A row of slices: a device, one direction of its copies, or the platform's stalls. */
    static final class Track {
        private String name = "";
        private final Column start = new Column();
        private final Column length = new Column();
        private final Column task = new Column();
        private final Column segment = new Column();
        private final Column job = new Column();

        String name() {
            return name;
        }

        List<Column> columns() {
            return List.of(start, length, task, segment, job);
        }
    }

    /** The jobs of a task, by their ends. */
    static final class Jobs {
        private final Column release = new Column();
        private final Column end = new Column();
        private final Column job = new Column();
        private final Column outcome = new Column();

        List<Column> columns() {
            return List.of(release, end, job, outcome);
        }
    }

    private final Map<Integer, Track> tracks = new TreeMap<>();
    private final Map<String, Integer> tasks = new LinkedHashMap<>();
    private final List<Jobs> jobs = new ArrayList<>();
    private final Column markTimes = new Column();
    private final Column markKinds = new Column();
    private final Column markTracks = new Column();
    private final List<String> markTexts = new ArrayList<>();
    private final Map<String, double[]> open = new HashMap<>();
    private String leftOut = "0";

    /** The fields of one event that are looked at. */
    private static final class Event {
        private String phase = "";
        private String name = "";
        private String id = "";
        private String argument = "";
        private int pid;
        private int tid;
        private double ns;
        private double lengthNs;
    }

    /**
     * Reads a trace.
     *
     * @param file what a run or a simulation left
     * @throws IOException when it cannot be read or is no such file
     */
    static TraceColumns read(final Path file) throws IOException {
        final TraceColumns columns = new TraceColumns();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            JsonParser json = new JsonFactory().createParser(in)) {
            boolean found = false;
            boolean empty = true;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                empty = false;
                if (token == JsonToken.FIELD_NAME && json.currentName().equals("eventsLeftOut")) {
                    columns.leftOut = json.nextTextValue();
                } else if (token == JsonToken.START_ARRAY && "traceEvents".equals(json.currentName())) {
                    found = true;
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        columns.add(event(json));
                    }
                }
            }
            if (!found && !empty) {
                throw new IOException("it has no list 'traceEvents'");
            }
        }
        return columns;
    }

    private static Event event(final JsonParser json) throws IOException {
        final Event event = new Event();
        int depth = 1;
        while (depth > 0) {
            final JsonToken token = json.nextToken();
            if (token == null) {
                throw new IOException("it ends in the middle of an event");
            } else if (token == JsonToken.START_OBJECT) {
                depth++;
            } else if (token == JsonToken.END_OBJECT) {
                depth--;
            } else if (token.isScalarValue()) {
                field(event, json.currentName(), json, depth > 1);
            }
        }
        return event;
    }

    private static void field(final Event event, final String name, final JsonParser json, final boolean inArguments) throws IOException {
        if (inArguments) {
            event.argument = json.getText();
            return;
        }
        switch (name) {
            case "ph" -> event.phase = json.getText();
            case "name" -> event.name = json.getText();
            case "id" -> event.id = json.getText();
            case "pid" -> event.pid = json.getIntValue();
            case "tid" -> event.tid = json.getIntValue();
            case "ts" -> event.ns = Math.rint(json.getDoubleValue() * 1e3);
            case "dur" -> event.lengthNs = Math.rint(json.getDoubleValue() * 1e3);
            default -> { }
        }
    }

    private Track track(final int pid, final int tid) {
        return tracks.computeIfAbsent(pid * 1_000_000 + tid, key -> new Track());
    }

    private int task(final String name) {
        final Integer known = tasks.putIfAbsent(name, tasks.size());
        if (known == null) {
            jobs.add(new Jobs());
            return tasks.size() - 1;
        }
        return known;
    }

    private void add(final Event event) {
        switch (event.phase) {
            case "M" -> {
                if (event.name.equals("thread_name")) {
                    track(event.pid, event.tid).name = event.argument;
                }
            }
            case "X" -> slice(event);
            case "b" -> open.put(event.id, new double[] {event.ns, number(event.argument)});
            case "e" -> end(event);
            case "i" -> mark(event);
            default -> { }
        }
    }

    private void slice(final Event event) {
        final Track track = track(event.pid, event.tid);
        final boolean segment = event.pid == DEVICES && event.argument.startsWith("job ");
        final int comma = event.argument.indexOf(", segment ");
        track.start.addDouble(event.ns);
        track.length.addFloat((float) event.lengthNs);
        track.task.addShort(event.pid == PLATFORM ? -1 : task(event.name));
        track.segment.addShort(segment && comma > 0 ? (int) number(event.argument.substring(comma + ", segment ".length())) : -1);
        track.job.addInt(segment && comma > 0 ? (int) number(event.argument.substring("job ".length(), comma)) : -1);
    }

    private void end(final Event event) {
        final double[] begun = open.remove(event.id);
        if (begun != null && event.pid == JOBS) {
            final Jobs of = jobs.get(task(event.name));
            of.release.addDouble(begun[0]);
            of.end.addDouble(event.ns);
            of.job.addInt((int) begun[1]);
            of.outcome.addByte(OUTCOMES.indexOf(event.argument));
        }
    }

    private void mark(final Event event) {
        int kind = 0;
        while (kind < MARKS.size() && !event.name.startsWith(MARKS.get(kind) + (kind < MARKS.size() - 1 ? " " : ""))) {
            kind++;
        }
        markTimes.addDouble(event.ns);
        markKinds.addByte(kind);
        markTracks.addShort(event.pid == DEVICES ? event.tid - 1 : -1);
        markTexts.add(event.name);
    }

    private static double number(final String text) {
        try {
            return Double.parseDouble(text);
        } catch (final NumberFormatException e) {
            return -1;
        }
    }

    /** The tracks, devices first, in the order of the trace. */
    List<Track> tracks() {
        return List.copyOf(tracks.values());
    }

    /** The tasks' names, by the index that slices name. */
    List<String> tasks() {
        return List.copyOf(tasks.keySet());
    }

    List<Jobs> jobs() {
        return jobs;
    }

    /** When, which kind, and on which track: -1 for none. */
    List<Column> marks() {
        return List.of(markTimes, markKinds, markTracks);
    }

    List<String> markTexts() {
        return markTexts;
    }

    /** Events that the trace lacks. */
    String leftOut() {
        return leftOut;
    }
}
