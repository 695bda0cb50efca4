// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.text.Lines;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.TaskResult;

/**
 * What it costs a run to be watched. First an urgent task of 50 us every millisecond shares a core with a best-effort one that takes all
 * that is left, without real-time rights: how many jobs of that complete is the throughput. Then the best-effort one takes a tenth of the
 * core, with real-time rights, which the system would take back from a thread that never sleeps: the urgent one's p99.9 is of this run.
 * Each turn is a process of its own; the ways take turns.
 */
public final class ObservingCost {
    private static final long US = 1000;
    private static final long MS = 1_000_000;
    private static final long SETTLE_MS = 2500;
    private static final long FULL_PERIOD_NS = 100 * US;
    /** A dispatcher spins before each release: more often, and it would never sleep. */
    private static final long SPARSE_PERIOD_NS = MS;
    private static final double SECOND_NS = 1e9;
    private static final double FULL = 100;

    /** Who watches. */
    public enum Way {
        /** Nobody. */
        NOTHING(false, false, false),
        /** {@code tactus stat} in another process, once a second. */
        STAT(true, false, false),
        /** The embedded endpoint, fetched once a second. */
        METRICS(false, true, false),
        /** The Flight Recorder. */
        JFR(false, false, true),
        /** All of them. */
        ALL(true, true, true);

        private final boolean stat;
        private final boolean metrics;
        private final boolean jfr;

        Way(final boolean stat, final boolean metrics, final boolean jfr) {
            this.stat = stat;
            this.metrics = metrics;
            this.jfr = jfr;
        }
    }

    /** What a turn found: jobs a second, nanoseconds, bytes. */
    private record Turn(double throughput, long p999Ns, long dispatcherBytes, long monitorBytes) {
    }

    private ObservingCost() {
    }

    private static TaskSet set(final int core, final long fillerPeriodNs) {
        return TaskSet.builder("observed").device(DeviceSpec.cpu("cpu0", core))
            .task("urgent", t -> t.periodNs(MS).segment("cpu0", 50 * US))
            .task("filler", t -> t.periodNs(fillerPeriodNs).serviceClass(Task.ServiceClass.BEST_EFFORT).onBacklog(BacklogAction.DROP)
                .segment("cpu0", 100 * US)).build();
    }

    private static long allocated(final String prefix) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return LiveThreads.named(prefix).stream().mapToLong(thread -> threads.getThreadAllocatedBytes(thread.threadId())).sum();
    }

    /** With the events that a recording has when nobody chooses: of the JVM as well as ours. */
    private static Recording usualRecording() throws IOException {
        try {
            return new Recording(Configuration.getConfiguration("default"));
        } catch (final ParseException e) {
            throw new IOException("the JDK's own settings of the Flight Recorder cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Runs one turn in this process and prints what it found, for {@link #compare}.
     *
     * @param way        who watches
     * @param durationNs how long each of the two runs, nanoseconds
     * @param core       of the dispatcher
     * @param out        takes a line
     * @throws IOException          when an observer cannot be started
     * @throws InterruptedException when interrupted
     */
    public static void turn(final Way way, final long durationNs, final int core, final PrintStream out)
        throws IOException, InterruptedException {
        final Turn full = run(way, durationNs, set(core, FULL_PERIOD_NS), false);
        final Turn sparse = run(way, durationNs, set(core, SPARSE_PERIOD_NS), true);
        out.printf(Locale.ROOT, "turn %.3f %d %d %d%n", full.throughput, sparse.p999Ns, full.dispatcherBytes + sparse.dispatcherBytes,
            full.monitorBytes + sparse.monitorBytes);
    }

    private static Turn run(final Way way, final long durationNs, final TaskSet set, final boolean realTime)
        throws IOException, InterruptedException {
        final RunSettings settings = RunSettings.DEFAULT.withForce(true).withRealTime(realTime).withMetricsPort(way.metrics ? 0 : -1);
        final List<Process> watching = new ArrayList<>();
        final AtomicBoolean fetching = new AtomicBoolean(true);
        try (Recording recording = way.jfr ? usualRecording() : null;
            TaskSetRun run = TaskSetRun.open(set, settings, new TimedWorks(), KernelListener.NONE, EventHandler.NONE)) {
            if (recording != null) {
                recording.start();
            }
            run.start();
            if (way.stat) {
                watching.add(ForkedJvm.start(new ProcessBuilder(ForkedJvm.command(List.of("-XX:+UseSerialGC"), "stat",
                    String.valueOf(ProcessHandle.current().pid()), "--watch")).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)));
            }
            if (way.metrics) {
                final URI address = URI.create(run.granted().get("metrics"));
                Thread.ofPlatform().daemon(true).start(() -> fetch(address, fetching));
            }
            Thread.sleep(SETTLE_MS); // code is compiled, observers have started
            final long before = run.completed(run.handle("filler"));
            final long dispatchers = allocated("tactus-cpu");
            final long monitor = allocated("tactus-monitor");
            final long beganNs = System.nanoTime();
            Thread.sleep(durationNs / MS);
            final double seconds = (System.nanoTime() - beganNs) / SECOND_NS;
            final long jobs = run.completed(run.handle("filler")) - before;
            final long byDispatchers = allocated("tactus-cpu") - dispatchers;
            final long byMonitor = allocated("tactus-monitor") - monitor;
            final TaskResult urgent = run.stop().tasks().getFirst();
            return new Turn(jobs / seconds, urgent.p999Ns().orElse(urgent.maxNs().orElse(-1)), byDispatchers, byMonitor);
        } finally {
            fetching.set(false);
            watching.forEach(Process::destroy);
        }
    }

    private static void fetch(final URI address, final AtomicBoolean fetching) {
        while (fetching.get()) {
            try (InputStream text = address.toURL().openStream()) {
                text.readAllBytes();
                Thread.sleep(1000);
            } catch (final IOException e) {
                return; // the run has ended
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /**
     * Lets the ways take turns, and prints medians beside those of a run that nobody watches.
     *
     * @param rounds  turns of each way
     * @param command makes the command line of a turn
     * @param out     where to print
     * @return true when no dispatcher has allocated a byte
     * @throws IOException          when a process cannot be started
     * @throws InterruptedException when interrupted
     */
    public static boolean compare(final int rounds, final Function<Way, List<String>> command, final PrintStream out)
        throws IOException, InterruptedException {
        final Map<Way, List<Turn>> turns = new EnumMap<>(Way.class);
        for (int turn = 0; turn < rounds * Way.values().length; turn++) {
            final Way way = Way.values()[turn % Way.values().length];
            final List<String> lines = ForkedJvm.lines(command.apply(way));
            if (Interruption.isRequested()) {
                break; // a turn takes half a minute: those that ended are worth having
            }
            turns.computeIfAbsent(way, key -> new ArrayList<>()).add(parse(lines, way));
        }
        return print(turns, out);
    }

    private static boolean print(final Map<Way, List<Turn>> turns, final PrintStream out) {
        final List<Turn> plain = turns.get(Way.NOTHING);
        if (plain == null) {
            return true;
        }
        out.printf("%-8s %5s %9s %7s %9s %20s %7s %10s%n", "watched", "turns", "jobs/s", "", "p99.9", "[least, most]", "", "bytes");
        final double plainJobs = median(plain, Turn::throughput);
        final double plainNs = median(plain, Turn::p999Ns);
        long worst = 0;
        for (final Map.Entry<Way, List<Turn>> entry : turns.entrySet()) {
            final List<Turn> all = entry.getValue();
            final long bytes = all.stream().mapToLong(Turn::dispatcherBytes).max().orElse(0);
            worst = Math.max(worst, bytes);
            final double jobs = median(all, Turn::throughput);
            final double p999Ns = median(all, Turn::p999Ns);
            final LongSummaryStatistics quantiles = all.stream().mapToLong(Turn::p999Ns).summaryStatistics();
            final String range = String.format(Locale.ROOT, "[%.1f, %.1f]", quantiles.getMin() / (double) US,
                quantiles.getMax() / (double) US);
            out.printf(Locale.ROOT, "%-8s %5d %9.0f %6.1f%% %7.1fus %20s %6.1f%% %10d%n", entry.getKey().name().toLowerCase(Locale.ROOT),
                all.size(), jobs, FULL * (jobs / plainJobs - 1), p999Ns / US, range, FULL * (p999Ns / plainNs - 1), bytes);
        }
        out.println(Lines.wrap("medians of turns by turns, percents beside nobody; bytes: a dispatcher's most"));
        return worst == 0;
    }

    private static double median(final List<Turn> turns, final ToDoubleFunction<Turn> what) {
        return Median.of(turns.stream().mapToDouble(what).toArray());
    }

    private static Turn parse(final List<String> lines, final Way way) {
        final String line = lines.stream().filter(text -> text.startsWith("turn ")).findFirst().orElseThrow(
            () -> new IllegalStateException("the turn with " + way + " broke; it printed " + lines));
        final String[] words = line.split(" ");
        return new Turn(Double.parseDouble(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]), Long.parseLong(words[4]));
    }
}
