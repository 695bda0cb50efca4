// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.tactus.internal.event.EventType;
import org.tactus.internal.file.WholeFile;

/**
 * Writes {@code latency.hlog}: the responses of each task in HdrHistogram's log format, one tag a task, in nanoseconds. The
 * log holds the histogram's digits; the exact extremes stand in {@code results.json}.
 */
public final class LatencyHlog {
    private static final double MILLIS_A_SECOND = 1e3;
    private static final double NANOS_A_SECOND = 1e9;
    private static final long SECOND_NS = 1_000_000_000;

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

    /**
     * Writes a file with an interval a task and second, so that viewers of such logs show a history. The intervals of a task add up to its
     * whole histogram: where events were lost or a slot was used again they would not, and such a task has one interval, the whole run.
     *
     * @param file        where; replaced when it exists
     * @param startMillis when the run began, milliseconds since 1970; 0 for a simulation
     * @param durationNs  length of the run, nanoseconds
     * @param responses   histograms by the task's name
     * @param history     the events, with the tasks' names by the index that they give, and time zero in their clock
     * @throws IOException when it cannot be written
     */
    public static void write(
        final Path file, final long startMillis, final long durationNs, final Map<String, Histogram> responses, final History history)
        throws IOException {
        final Map<String, Histogram> sums = new LinkedHashMap<>();
        responses.forEach((name, whole) -> sums.put(name, new Histogram(whole)));
        history.completions((name, ns, responseNs) -> record(sums.get(name), responseNs));
        final Map<String, Histogram> whole = new LinkedHashMap<>(responses);
        whole.entrySet().removeIf(entry -> entry.getValue().getTotalCount() > 0 && entry.getValue().equals(sums.get(entry.getKey())));
        WholeFile.write(file, out -> {
            final ByteArrayOutputStream text = new ByteArrayOutputStream();
            try (PrintStream print = new PrintStream(text, false, StandardCharsets.UTF_8)) {
                print(print, startMillis, durationNs, whole);
                seconds(new HistogramLogWriter(print), startMillis, durationNs, responses, whole.keySet(), history);
            }
            text.writeTo(out);
        });
    }

    /**
     * What a run's events tell of its jobs.
     *
     * @param events what happened
     * @param names  of the tasks, by the index that events give
     * @param zeroNs time zero of the run in the clock of the events
     */
    public record History(EventFile events, List<String> names, long zeroNs) {
        /** Takes a completed job: its task, when it ended, nanoseconds since time zero, and its response. */
        @FunctionalInterface
        private interface Completion {
            void take(String name, long ns, long responseNs);
        }

        /** In the order of the file, which is that of time within a task: one device completes all of its jobs. */
        private void completions(final Completion to) {
            for (long i = 0; i < events.size(); i++) {
                events.replay(i, (type, timeNs, device, task, segment, job, argument) -> {
                    if (type == EventType.COMPLETE && task >= 0 && task < names.size()) {
                        to.take(names.get(task), timeNs - zeroNs, timeNs - argument);
                    }
                });
            }
        }
    }

    private static void record(final Histogram histogram, final long responseNs) {
        if (histogram != null) {
            histogram.recordValue(Math.clamp(responseNs, 0, histogram.getHighestTrackableValue()));
        }
    }

    /** One histogram a task is held, however long the run was. What ends while the run is drained counts in its last second. */
    private static void seconds(
        final HistogramLogWriter writer, final long startMillis, final long durationNs, final Map<String, Histogram> responses,
        final Set<String> without, final History history) {
        final Map<String, Histogram> open = new LinkedHashMap<>();
        final Map<String, Long> second = new HashMap<>();
        history.completions((name, ns, responseNs) -> {
            if (without.contains(name) || !responses.containsKey(name)) {
                return;
            }
            final long now = Math.clamp(ns, 0, Math.max(0, durationNs - 1)) / SECOND_NS;
            final Histogram interval = open.computeIfAbsent(name, key -> new Histogram(responses.get(key)));
            if (interval.getTotalCount() > 0 && second.get(name) != now) {
                interval(writer, startMillis, durationNs, second.get(name), name, interval);
                interval.reset();
            }
            second.put(name, now);
            record(interval, responseNs);
        });
        open.forEach((name, interval) -> interval(writer, startMillis, durationNs, second.get(name), name, interval));
    }

    private static void interval(
        final HistogramLogWriter writer, final long startMillis, final long durationNs, final long second, final String name,
        final Histogram interval) {
        interval.setTag(name);
        final double startSeconds = startMillis / MILLIS_A_SECOND + second;
        final double lengthSeconds = Math.min(1, durationNs / NANOS_A_SECOND - second); // none reaches beyond the end of the run
        writer.outputIntervalHistogram(startSeconds, startSeconds + lengthSeconds, interval, 1);
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
