// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.tactus.internal.watch.CountersReader.DeviceCounters;
import org.tactus.internal.watch.CountersReader.TaskCounters;

/**
 * The counters of runs as OpenMetrics text, version 1.0.0 (openmetrics.io), which Prometheus reads. Times are seconds, as the format wants
 * them. What is read is the memory of the counters, of this process or of another
 * one: no thread of the run does anything for it.
 */
public final class MetricsText {
    /** What an endpoint says that this text is. */
    public static final String CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    /** What an endpoint says of the older text format. */
    public static final String PLAIN_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final double SECOND = 1e9;

    private final List<CountersReader> runs;
    private final boolean openMetrics;
    private final StringBuilder out = new StringBuilder();

    private MetricsText(final List<CountersReader> runs, final boolean openMetrics) {
        this.runs = runs;
        this.openMetrics = openMetrics;
    }

    /**
     * Renders runs as they stand.
     *
     * @param runs whose counters are read
     * @return text that ends with the format's end line
     */
    public static String of(final List<CountersReader> runs) {
        return new MetricsText(runs, true).render();
    }

    /**
     * Renders runs in Prometheus's text format 0.0.4, which names a counter with its ending and knows neither units nor an end line.
     *
     * @param runs whose counters are read
     * @return text
     */
    public static String plain(final List<CountersReader> runs) {
        return new MetricsText(runs, false).render();
    }

    private String render() {
        counter("tactus_released_jobs", "Jobs begun.", TaskCounters::released);
        counter("tactus_jobs", "Jobs completed.", TaskCounters::jobs);
        counter("tactus_missed_deadlines", "Deadlines missed.", TaskCounters::misses);
        counter("tactus_overruns", "Segments that ran past their WCET.", TaskCounters::overruns);
        counter("tactus_skipped_releases", "Releases that became no job.", TaskCounters::skipped);
        counter("tactus_aborted_jobs", "Jobs that ended without running all their segments.", TaskCounters::aborted);
        seconds("tactus_period_seconds", "Period or least gap of the task.", task -> task.hasPeriod() ? task.periodNs() : -1);
        seconds("tactus_deadline_seconds", "Relative deadline.", task -> task.hasDeadline() ? task.deadlineNs() : -1);
        seconds("tactus_bound_seconds", "What the analysis promises for the response.", task -> task.boundNs().orElse(-1));
        seconds("tactus_last_response_seconds", "Response of the last completed job.", task -> task.jobs() == 0 ? -1 : task.lastNs());
        seconds("tactus_max_response_seconds", "Largest response.", task -> task.jobs() == 0 ? -1 : task.maxNs());
        responses();
        bytes("tactus_resident_bytes", "Bytes of the task that are in its device's memory.", TaskCounters::residentBytes);
        head("tactus_device_resident_bytes", "gauge", "bytes", "Bytes that tasks have in the device's memory.");
        for (final CountersReader run : runs) {
            run.devices().stream().filter(device -> device.capacityBytes() > 0).forEach(device -> sample(
                "tactus_device_resident_bytes", run, "device", device.name(), Long.toString(device.residentBytes())));
        }
        head("tactus_device_busy_seconds", "counter", "seconds", "Time during which segments ran.");
        for (final CountersReader run : runs) {
            for (final DeviceCounters device : run.devices()) {
                sample("tactus_device_busy_seconds_total", run, "device", device.name(), seconds(device.busyNs()));
            }
        }
        head("tactus_device_queue_jobs", "gauge", "jobs", "Jobs that wait for the device or run on it.");
        for (final CountersReader run : runs) {
            for (final DeviceCounters device : run.devices()) {
                sample("tactus_device_queue_jobs", run, "device", device.name(), Long.toString(device.present()));
            }
        }
        head("tactus_lost_events", "counter", "", "Events that found their ring full: the counts are too low by what they say.");
        runs.forEach(
            run -> out.append("tactus_lost_events_total{pid=\"").append(run.pid()).append("\"} ").append(run.dropped()).append('\n'));
        head("tactus_up", "gauge", "", "Whether the run goes on.");
        runs.forEach(run -> out.append("tactus_up{pid=\"").append(run.pid()).append("\"} ").append(run.isAlive() ? 1 : 0).append('\n'));
        return out.append(openMetrics ? "# EOF\n" : "").toString();
    }

    private void head(final String name, final String type, final String unit, final String help) {
        final String family = !openMetrics && type.equals("counter") ? name + "_total" : name;
        out.append("# HELP ").append(family).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(family).append(' ').append(type).append('\n');
        if (openMetrics && !unit.isEmpty()) {
            out.append("# UNIT ").append(name).append(' ').append(unit).append('\n');
        }
    }

    private void counter(final String name, final String help, final ToLongFunction<TaskCounters> value) {
        head(name, "counter", "", help);
        for (final CountersReader run : runs) {
            for (final TaskCounters task : run.tasks()) {
                sample(name + "_total", run, "task", task.name(), Long.toString(value.applyAsLong(task)));
            }
        }
    }

    /** A gauge of nanoseconds; a task of which it is negative has none. */
    private void seconds(final String name, final String help, final ToLongFunction<TaskCounters> value) {
        head(name, "gauge", "seconds", help);
        for (final CountersReader run : runs) {
            for (final TaskCounters task : run.tasks()) {
                final long ns = value.applyAsLong(task);
                if (ns >= 0) {
                    sample(name, run, "task", task.name(), seconds(ns));
                }
            }
        }
    }

    /** A gauge of bytes, of the tasks that have memory. */
    private void bytes(final String name, final String help, final ToLongFunction<TaskCounters> value) {
        head(name, "gauge", "bytes", help);
        for (final CountersReader run : runs) {
            run.tasks().stream().filter(task -> task.mostResidentBytes() > 0)
                .forEach(task -> sample(name, run, "task", task.name(), Long.toString(value.applyAsLong(task))));
        }
    }

    /** A histogram with a bucket a power of two: finer ones would be hundreds of lines a task. */
    private void responses() {
        head("tactus_response_seconds", "histogram", "seconds", "Response times.");
        for (final CountersReader run : runs) {
            for (final TaskCounters task : run.tasks()) {
                final ResponseBuckets buckets = run.responses(task.index());
                final String labels = labels(run, "task", task.name());
                long below = 0;
                for (int i = 0; i < ResponseBuckets.COUNT; i++) {
                    below += buckets.count(i);
                    if (i % ResponseBuckets.OCTAVE == ResponseBuckets.OCTAVE - 1 && i < ResponseBuckets.COUNT - 1) {
                        out.append("tactus_response_seconds_bucket{").append(labels).append(",le=\"")
                            .append(seconds(ResponseBuckets.highestNs(i) + 1)).append("\"} ").append(below).append('\n');
                    }
                }
                out.append("tactus_response_seconds_bucket{").append(labels).append(",le=\"+Inf\"} ").append(below).append('\n');
                out.append("tactus_response_seconds_sum{").append(labels).append("} ").append(seconds(task.sumNs())).append('\n');
                out.append("tactus_response_seconds_count{").append(labels).append("} ").append(below).append('\n');
            }
        }
    }

    private static String seconds(final long ns) {
        return String.format(Locale.ROOT, "%.9f", ns / SECOND);
    }

    private static String labels(final CountersReader run, final String label, final String of) {
        return "pid=\"" + run.pid() + "\"," + label + "=\"" + of.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private void sample(final String name, final CountersReader run, final String label, final String of, final String value) {
        out.append(name).append('{').append(labels(run, label, of)).append("} ").append(value).append('\n');
    }
}
