// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;

/**
 * Writes single trace events of Chrome's format, one a line. Times come in nanoseconds and leave as microseconds with three
 * decimals, as the format wants them. Source of the format: "Trace Event Format", Google, 2016 (phases X, b, e, s, f, C, i, M).
 */
final class PerfettoWriter implements AutoCloseable {
    private final JsonGenerator json;
    private final CountingStream counting;

    /** Begins a trace in a stream, which need not be buffered. */
    PerfettoWriter(final OutputStream out) throws IOException {
        counting = new CountingStream(new BufferedOutputStream(out, 1 << 16));
        json = new JsonFactory().createGenerator(counting);
        json.writeStartObject();
        json.writeStringField("displayTimeUnit", "ns");
        json.writeArrayFieldStart("traceEvents");
    }

    /** Bytes so far, the generator's own buffer left out. */
    long bytes() {
        return counting.count;
    }

    void processName(final int pid, final String name) {
        metadata("process_name", pid, 0, name);
    }

    void threadName(final int pid, final int tid, final String name) {
        metadata("thread_name", pid, tid, name);
    }

    private void metadata(final String what, final int pid, final int tid, final String name) {
        write(() -> {
            begin("M", what, pid, tid, 0);
            json.writeObjectFieldStart("args");
            json.writeStringField("name", name);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    void slice(final String name, final int pid, final int tid, final long atNs, final long lengthNs, final String what) {
        write(() -> {
            begin("X", name, pid, tid, atNs);
            json.writeFieldName("dur");
            json.writeNumber(micros(lengthNs));
            args("what", what);
            json.writeEndObject();
        });
    }

    void spanBegin(final String name, final int pid, final String id, final long atNs, final long job) {
        write(() -> {
            begin("b", name, pid, 0, atNs);
            json.writeStringField("cat", "job");
            json.writeStringField("id", id);
            args("job", Long.toString(job));
            json.writeEndObject();
        });
    }

    void spanEnd(final String name, final int pid, final String id, final long atNs, final String how) {
        write(() -> {
            begin("e", name, pid, 0, atNs);
            json.writeStringField("cat", "job");
            json.writeStringField("id", id);
            args("outcome", how);
            json.writeEndObject();
        });
    }

    void flow(final String phase, final int pid, final int tid, final long atNs, final long id) {
        write(() -> {
            begin(phase, "hand-over", pid, tid, atNs);
            json.writeStringField("cat", "hand-over");
            json.writeNumberField("id", id);
            if (phase.equals("f")) {
                json.writeStringField("bp", "e");
            }
            json.writeEndObject();
        });
    }

    void counter(final String name, final int pid, final long atNs, final String unit, final long value) {
        write(() -> {
            begin("C", name, pid, 0, atNs);
            json.writeObjectFieldStart("args");
            json.writeNumberField(unit, value);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    void mark(final String name, final int pid, final int tid, final long atNs) {
        write(() -> {
            begin("i", name, pid, tid, atNs);
            json.writeStringField("s", "t");
            json.writeEndObject();
        });
    }

    /** Ends the file and says how many events are missing. */
    void end(final long left) throws IOException {
        json.writeEndArray();
        json.writeObjectFieldStart("otherData");
        json.writeStringField("eventsLeftOut", Long.toString(left));
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private void begin(final String phase, final String name, final int pid, final int tid, final long atNs) throws IOException {
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringField("ph", phase);
        json.writeStringField("name", name);
        json.writeNumberField("pid", pid);
        json.writeNumberField("tid", tid);
        json.writeFieldName("ts");
        json.writeNumber(micros(atNs));
    }

    private void args(final String key, final String value) throws IOException {
        json.writeObjectFieldStart("args");
        json.writeStringField(key, value);
        json.writeEndObject();
    }

    private static BigDecimal micros(final long ns) {
        return BigDecimal.valueOf(ns, 3);
    }

    /** Something that writes and may fail. */
    @FunctionalInterface
    private interface Part {
        void write() throws IOException;
    }

    private static void write(final Part part) {
        try {
            part.write();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        json.close();
    }

    /** Counts what passes. */
    private static final class CountingStream extends OutputStream {
        private final OutputStream to;
        private long count;

        CountingStream(final OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(final int b) throws IOException {
            count++;
            to.write(b);
        }

        @Override
        public void write(final byte[] bytes, final int offset, final int length) throws IOException {
            count += length;
            to.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }
}
