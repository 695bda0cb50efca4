// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.tactus.internal.file.WholeFile;

/**
 * Writes {@code latency.hlog}: the responses of each task in HdrHistogram's log format, one tag a task, in nanoseconds. The
 * log holds the histogram's digits; the exact extremes stand in {@code results.json}.
 */
public final class LatencyHlog {
    private static final double MILLIS_A_SECOND = 1e3;
    private static final double NANOS_A_SECOND = 1e9;

    private LatencyHlog() {
    }

    /**
     * Writes a file with one interval a task, the whole run.
     *
     * @param file        where; replaced when it exists
     * @param startMillis when the run began, milliseconds since 1970; 0 for a simulation
     * @param durationNs  length of the run, nanoseconds
     * @param responses   histograms by the task's name; a name is as the model allows it, so it is a legal tag
     * @throws IOException when it cannot be written
     */
    public static void write(
        final Path file, final long startMillis, final long durationNs, final Map<String, Histogram> responses) throws IOException {
        WholeFile.write(file, out -> {
            final ByteArrayOutputStream text = new ByteArrayOutputStream(); // a print stream would hide why a disk refuses
            try (PrintStream print = new PrintStream(text, false, StandardCharsets.UTF_8)) {
                print(print, startMillis, durationNs, responses);
            }
            text.writeTo(out);
        });
    }

    private static void print(
        final PrintStream print, final long startMillis, final long durationNs, final Map<String, Histogram> responses) {
        final HistogramLogWriter writer = new HistogramLogWriter(print);
        writer.outputComment("[Response times in nanoseconds, from the nominal release; one tag a task]");
        writer.outputLogFormatVersion();
        writer.outputStartTime(startMillis);
        writer.outputLegend();
        for (final Map.Entry<String, Histogram> entry : responses.entrySet()) {
            final Histogram histogram = entry.getValue().copy();
            histogram.setTag(entry.getKey());
            final double startSeconds = startMillis / MILLIS_A_SECOND;
            writer.outputIntervalHistogram(startSeconds, startSeconds + durationNs / NANOS_A_SECOND, histogram, 1);
        }
    }
}
