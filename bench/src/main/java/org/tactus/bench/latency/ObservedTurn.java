// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.zip.DataFormatException;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.HdrHistogram.Histogram;
import org.tactus.bench.latency.ObservingCost.Way;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * One turn of {@link ObservingCost}, in a process of its own: a run whose best-effort task takes all that is left of the core, for the
 * throughput, then a real-time run of bursts, for the responses.
 *
 * @param throughput      jobs a second of the best-effort task
 * @param seconds         for how long responses were counted
 * @param last            responses of the least urgent task of the bursts, nanoseconds
 * @param delays          delays of all jobs of the bursts, nanoseconds
 * @param startMaxNs      the largest delay before, while observers started
 * @param dispatcherBytes what dispatchers allocated
 * @param samples         of dispatchers' stacks that the Flight Recorder took in the second run
 * @param counts          what may have held the dispatcher up, in the second run
 */
record ObservedTurn(
    double throughput, double seconds, Histogram last, Histogram delays, long startMaxNs, long dispatcherBytes, long samples,
    CoreCounts counts) {
    private static final long US = 1000;
    private static final long MS = 1_000_000;
    private static final double SECOND_NS = 1e9;
    private static final long SETTLE_MS = 2500;
    private static final String DISPATCHERS = "tactus-cpu";
    private static final String MARK = "turn ";

    /** A dispatcher spins for 150 us before each release: this often it still sleeps for half of the time. */
    private static final long BURST_PERIOD_NS = 500 * US;
    private static final int BURST_TASKS = 8;
    /** Twice of what a segment takes: its end is seen a little late, and an overrun is an event that costs more than a job's. */
    private static final long BURST_WCET_NS = 20 * US;
    private static final long BURST_SEGMENT_NS = BURST_WCET_NS / 2;

    private static TaskSet full(final int core) {
        return TaskSet.builder("observed").device(DeviceSpec.cpu("cpu0", core))
            .task("urgent", t -> t.periodNs(MS).segment("cpu0", 50 * US))
            .task("filler", t -> t.periodNs(100 * US).serviceClass(Task.ServiceClass.BEST_EFFORT).onBacklog(BacklogAction.DROP)
                .segment("cpu0", 100 * US)).build();
    }

    private static TaskSet bursts(final int core) {
        final TaskSetBuilder set = TaskSet.builder("observed").device(DeviceSpec.cpu("cpu0", core));
        for (int i = 0; i < BURST_TASKS; i++) {
            // Deadlines only order the tasks: a late job shall not be a missed one, of which events tell.
            final long deadlineNs = BURST_PERIOD_NS - (BURST_TASKS - 1 - i) * US;
            set.task("burst" + i, t -> t.periodNs(BURST_PERIOD_NS).deadlineNs(deadlineNs)
                .segment("cpu0", BURST_WCET_NS, new ActualTime(0.5, 0.5)));
        }
        return set.build();
    }

    /**
     * Runs one turn in this process and prints what it found, for {@link #parse}.
     *
     * @param way        who watches
     * @param durationNs how long each of the two runs measures, nanoseconds
     * @param core       of the dispatcher
     * @param log        the log of this JVM, as {@link CoreCounts#LOG_FLAG} asks for it
     * @param out        takes a line
     * @throws IOException          when an observer cannot be started
     * @throws InterruptedException when interrupted
     */
    static void run(final Way way, final long durationNs, final int core, final Path log, final PrintStream out)
        throws IOException, InterruptedException {
        final long[] bytes = new long[1];
        final double[] throughput = new double[1];
        observe(way, full(core), false, EventHandler.NONE, null, core, run -> {
            final long before = run.completed(run.handle("filler"));
            final long allocated = allocated();
            final long beganNs = System.nanoTime();
            Thread.sleep(durationNs / MS);
            throughput[0] = (run.completed(run.handle("filler")) - before) / ((System.nanoTime() - beganNs) / SECOND_NS);
            bytes[0] = allocated() - allocated;
        });
        final BurstResponses responses = new BurstResponses(BURST_TASKS, BURST_SEGMENT_NS);
        final CoreCounts[] counts = new CoreCounts[1];
        final double[] seconds = new double[1];
        final Instant[] began = new Instant[1];
        final Path recorded = Path.of(log + ".jfr");
        observe(way, bursts(core), true, responses, recorded, core, run -> {
            final long allocated = allocated();
            final CoreCounts before = CoreCounts.now(Path.of("/proc"), core, DISPATCHERS, log);
            final long beganNs = System.nanoTime();
            responses.count(beganNs, beganNs + durationNs);
            began[0] = Instant.now();
            Thread.sleep(durationNs / MS);
            seconds[0] = (System.nanoTime() - beganNs) / SECOND_NS;
            counts[0] = CoreCounts.now(Path.of("/proc"), core, DISPATCHERS, log).minus(before);
            bytes[0] += allocated() - allocated;
        });
        out.println(MARK + String.format(Locale.ROOT, "%.3f %.6f %s %s %d %d %d %s", throughput[0], seconds[0], word(responses.last),
            word(responses.delays), responses.earlier.getMaxValue(), bytes[0], samples(recorded, began[0]), counts[0].word()));
    }

    /** What is measured while a run is watched. */
    @FunctionalInterface
    private interface Measurement {
        void of(TaskSetRun run) throws IOException, InterruptedException;
    }

    private static void observe(
        final Way way, final TaskSet set, final boolean realTime, final EventHandler events, final Path recorded,
        final int core, final Measurement measurement)
        throws IOException, InterruptedException {
        final RunSettings settings = RunSettings.DEFAULT.withForce(true).withRealTime(realTime).withMetricsPort(way.metrics() ? 0 : -1);
        final List<Process> watching = new ArrayList<>();
        try (Recording recording = way.record();
            TaskSetRun run = TaskSetRun.open(set, settings, new TimedWorks(), KernelListener.NONE, events)) {
            if (recording != null) {
                recording.start();
            }
            run.start();
            if (way.stat()) {
                watching.add(observer("stat", String.valueOf(ProcessHandle.current().pid()), "--watch"));
            }
            if (way.metrics()) {
                watching.add(observer("bench", "observing", "--fetch", run.granted().get("metrics"), "--core", String.valueOf(core)));
            }
            Thread.sleep(SETTLE_MS); // code is compiled, observers have started
            measurement.of(run);
            run.stop();
            if (recording != null && recorded != null) {
                recording.dump(recorded);
            }
        } finally {
            watching.forEach(Process::destroy);
        }
    }

    private static Process observer(final String... words) throws IOException {
        return ForkedJvm.start(new ProcessBuilder(ForkedJvm.command(List.of("-XX:+UseSerialGC"), words))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD));
    }

    /** Samples of dispatchers' stacks from an instant on; 0 where nothing was recorded. */
    private static long samples(final Path recorded, final Instant from) throws IOException {
        long count = 0;
        if (Files.exists(recorded)) {
            for (final RecordedEvent event : RecordingFile.readAllEvents(recorded)) {
                final String type = event.getEventType().getName();
                if ((type.equals("jdk.ExecutionSample") || type.equals("jdk.NativeMethodSample")) && !event.getStartTime().isBefore(from)
                    && String.valueOf(event.getThread("sampledThread").getJavaName()).startsWith(DISPATCHERS)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static long allocated() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return LiveThreads.named(DISPATCHERS).stream().mapToLong(thread -> threads.getThreadAllocatedBytes(thread.threadId())).sum();
    }

    private static String word(final Histogram histogram) {
        final ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    private static Histogram histogram(final String word) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(word)), 0);
        } catch (final DataFormatException e) {
            throw new IllegalStateException("a turn has printed no histogram: " + word, e);
        }
    }

    /**
     * Reads what {@link #run} has printed.
     *
     * @param lines all that the process printed
     * @param way   who watched, for the error
     * @return the turn
     * @throws IllegalStateException when the process broke
     */
    static ObservedTurn parse(final List<String> lines, final Way way) {
        final String line = lines.stream().filter(text -> text.startsWith(MARK)).findFirst().orElseThrow(
            () -> new IllegalStateException("the turn with " + way + " broke; it printed " + lines));
        final String[] words = line.substring(MARK.length()).split(" ");
        return new ObservedTurn(Double.parseDouble(words[0]), Double.parseDouble(words[1]), histogram(words[2]), histogram(words[3]),
            Long.parseLong(words[4]), Long.parseLong(words[5]), Long.parseLong(words[6]), CoreCounts.parse(words[7]));
    }
}
