// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.HistogramLogReader;
import org.tactus.cli.text.BoundsFile;

/**
 * One run as the page holds it: a length, JSON, and behind it the columns that the JSON names by offset and length; compressed, and as
 * base64, so that it can stand in a script element.
 */
final class RunData {
    static final String RESULTS = "results.json";
    static final String TRACE = "trace.json";
    static final String LATENCY = "latency.hlog";
    private static final JsonFactory JSON = new JsonFactory();
    private static final int TICKS_PER_HALF_DISTANCE = 10;

    private final Path folder;
    private final List<Column> columns = new ArrayList<>();
    private int bytes;

    private RunData(final Path folder) {
        this.folder = folder;
    }

    /**
     * Reads a folder.
     *
     * @param folder with {@code results.json}; {@code trace.json}, {@code latency.hlog} and {@code bounds.json} where they are
     * @return base64
     * @throws IOException when a file cannot be read, or is not one of a run; the message names it
     */
    static String encode(final Path folder) throws IOException {
        return new RunData(folder).encode();
    }

    private String encode() throws IOException {
        final ByteArrayOutputStream head = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(head)) {
            json.writeStartObject();
            json.writeStringField("folder", folder.toString());
            json.writeFieldName("results");
            named(RESULTS, file -> copy(json, file, "tasks"));
            json.writeFieldName("bounds");
            if (Files.exists(folder.resolve(BoundsFile.NAME))) {
                named(BoundsFile.NAME, file -> copy(json, file, "explanations"));
            } else {
                json.writeNull();
            }
            json.writeObjectFieldStart("percentiles");
            if (Files.exists(folder.resolve(LATENCY))) {
                named(LATENCY, file -> percentiles(json, file));
            }
            json.writeEndObject();
            json.writeFieldName("trace");
            if (Files.exists(folder.resolve(TRACE))) {
                named(TRACE, file -> trace(json, TraceColumns.read(file)));
            } else {
                json.writeNull();
            }
            json.writeEndObject();
        }
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(head.size()).array());
            head.writeTo(out);
            for (final Column column : columns) {
                out.write(column.bytes());
            }
        }
        return Base64.getEncoder().encodeToString(packed.toByteArray());
    }

    /** Something that reads a file. */
    @FunctionalInterface
    private interface Part {
        void read(Path file) throws IOException;
    }

    private void named(final String name, final Part part) throws IOException {
        final Path file = folder.resolve(name);
        try {
            part.read(file);
        } catch (final IOException | RuntimeException e) {
            throw new IOException(file + ": not what a run or a simulation leaves: " + why(e), e);
        }
    }

    private static String why(final Exception e) {
        if (e instanceof JsonEOFException) {
            return "it is cut short";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage().lines().findFirst().orElse("");
    }

    /** Copies a file that is one object, with a list of this name. */
    private static void copy(final JsonGenerator json, final Path file, final String list) throws IOException {
        final String text = Files.readString(file);
        requireList(text, list);
        try (JsonParser from = JSON.createParser(text)) {
            from.nextToken();
            json.copyCurrentStructure(from);
        }
    }

    private static void requireList(final String text, final String list) throws IOException {
        try (JsonParser from = JSON.createParser(text)) {
            if (from.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it does not begin with an object");
            }
            boolean found = false;
            while (from.nextToken() == JsonToken.FIELD_NAME) {
                final boolean named = from.currentName().equals(list);
                found |= from.nextToken() == JsonToken.START_ARRAY && named;
                from.skipChildren();
            }
            if (from.nextToken() != null) {
                throw new IOException("something follows its object");
            } else if (!found) {
                throw new IOException("it has no list '" + list + "'");
            }
        }
    }

    /** The reader below ends without a word at what it does not understand. */
    private static void requireLog(final Path file) throws IOException {
        final String text = Files.readString(file);
        if (!text.startsWith("#[")) {
            throw new IOException("it does not begin as a log of histograms");
        } else if (!text.endsWith("\n")) {
            throw new IOException("it is cut short");
        }
    }

    /** Of each tag the sum of its intervals: pairs of quantile and nanoseconds, as HdrHistogram's percentile plots have them. */
    private static void percentiles(final JsonGenerator json, final Path file) throws IOException {
        requireLog(file);
        final Map<String, Histogram> sums = new LinkedHashMap<>();
        try (HistogramLogReader reader = new HistogramLogReader(file.toFile())) {
            for (EncodableHistogram next = reader.nextIntervalHistogram(); next != null; next = reader.nextIntervalHistogram()) {
                if (next instanceof final Histogram interval) {
                    final String tag = interval.getTag() == null ? "" : interval.getTag();
                    sums.computeIfAbsent(tag, key -> new Histogram(interval.getNumberOfSignificantValueDigits())).add(interval);
                }
            }
        }
        for (final Map.Entry<String, Histogram> entry : sums.entrySet()) {
            json.writeArrayFieldStart(entry.getKey());
            for (final HistogramIterationValue value : entry.getValue().percentiles(TICKS_PER_HALF_DISTANCE)) {
                json.writeNumber(value.getPercentileLevelIteratedTo() / 100);
                json.writeNumber(value.getValueIteratedTo());
            }
            json.writeEndArray();
        }
    }

    private void trace(final JsonGenerator json, final TraceColumns trace) throws IOException {
        json.writeStartObject();
        json.writeStringField("leftOut", trace.leftOut());
        texts(json, "tasks", trace.tasks());
        json.writeArrayFieldStart("tracks");
        for (final TraceColumns.Track track : trace.tracks()) {
            json.writeStartObject();
            json.writeStringField("name", track.name());
            columns(json, track.columns());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("jobs");
        for (final TraceColumns.Jobs jobs : trace.jobs()) {
            json.writeStartObject();
            columns(json, jobs.columns());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("marks");
        columns(json, trace.marks());
        texts(json, "texts", trace.markTexts());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void texts(final JsonGenerator json, final String key, final List<String> texts) throws IOException {
        json.writeArrayFieldStart(key);
        for (final String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private void columns(final JsonGenerator json, final List<Column> of) throws IOException {
        json.writeArrayFieldStart("columns");
        for (final Column column : of) {
            json.writeNumber(bytes);
            json.writeNumber(column.length());
            columns.add(column);
            bytes = Math.addExact(bytes, column.length());
        }
        json.writeEndArray();
    }
}
