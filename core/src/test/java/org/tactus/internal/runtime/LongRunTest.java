// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.StallLog;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.export.LatencyHlog;
import org.tactus.internal.export.PerfettoTrace;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.Simulation;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.time.SplitMix64;
import org.tactus.internal.watch.CountersFile;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.result.ResultTable;
import org.tactus.result.ResultsJson;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;
import org.tactus.result.WithoutStalls;

/**
 * Everything that records a run keeps its memory however long the run is: a thousand jobs a second in virtual time, through the
 * simulator's policy and the recorder of a real run, with stalls, in a process with a small heap. Long mode:
 * {@code -Dtactus.longRun.jobs=100000000} is a day and four hours, which take about six minutes.
 */
class LongRunTest {
    private static final long JOBS = Long.getLong("tactus.longRun.jobs", 400_000);
    private static final String HEAP = "-Xmx40m";
    private static final String DIRECT = "-XX:MaxDirectMemorySize=16m";
    private static final long MS = 1_000_000;

    @TempDir
    private Path folder;

    @Test
    void shouldEndWithItsTableInASmallHeapWhenARunIsLong() throws IOException, InterruptedException {
        final Path log = folder.resolve("log");
        final Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP, DIRECT,
            "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp",
            System.getProperty("java.class.path"), Run.class.getName(), Long.toString(JOBS), folder.toString())
            .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertTrue(process.waitFor(JOBS / 10_000 + 120, TimeUnit.SECONDS), "it goes on still");
        } finally {
            process.destroyForcibly();
        }
        final String said = Files.readString(log, StandardCharsets.UTF_8);
        System.out.println(said.lines().filter(line -> line.startsWith("long run")).toList());
        assertEquals(0, process.exitValue(), said);
        assertTrue(said.contains("Measured: long") || said.contains("Simulated: long"), said);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of("latency.hlog", "log", "results.json", "trace.json"),
                left.map(file -> file.getFileName().toString()).sorted().toList(), "no scratch file stays");
        }
    }

    /** The process with the small heap. */
    static final class Run implements EventHandler {
        private static final int CHECKS = 10;
        private static final long ROUND_NS = 1000 * MS;

        private final long jobs;
        private final RunRecorder recorder;
        private final StallClock clock = new StallClock();
        private long nowNs;
        private long nextRoundNs = ROUND_NS;
        private long completed;
        private long heapAtFirst;
        private long heapAtLast;

        /** When the next stall is and how long: drawn. */
        private static final class StallClock {
            private long draws;
            private long nextNs = 50 * MS;
            private long seen;

            long lengthNs() {
                seen++;
                nextNs += 20 * MS + Math.floorMod(SplitMix64.mix(++draws * SplitMix64.GAMMA), 400 * MS);
                return MS + Math.floorMod(SplitMix64.mix(++draws * SplitMix64.GAMMA), 5 * MS);
            }
        }

        private Run(final long jobs, final TaskSet set, final CountersFile counters, final EventFile events) {
            this.jobs = jobs;
            recorder = new RunRecorder(set, RunSettings.DEFAULT, Optional.of(counters), () -> nowNs, KernelListener.NONE, events);
            recorder.begin(0, () -> 0);
            for (int i = 0; i < set.tasks().size(); i++) {
                recorder.show(i, i, set.tasks().get(i), OptionalLong.empty(), 0);
            }
        }

        private static TaskSet set() {
            return TaskSet.builder("long").device(DeviceSpec.modelled("acc0")).device(DeviceSpec.modelled("acc1"))
                .task("a", t -> t.periodNs(2 * MS).segment("acc0", 300_000))
                .task("b", t -> t.periodNs(4 * MS).segment("acc1", 200_000).segment("acc0", 200_000))
                .task("c", t -> t.periodNs(8 * MS).segment("acc0", 500_000).segment("acc1", 900_000))
                .task("d", t -> t.periodNs(8 * MS).segment("acc1", 1_500_000)).build();
        }

        public static void main(final String[] words) throws IOException {
            final long jobs = Long.parseLong(words[0]);
            final Path folder = Path.of(words[1]);
            final TaskSet set = set();
            final long beganNs = System.nanoTime();
            try (EventFile events = new EventFile(folder, EventFile.DEFAULT_EVENTS);
                CountersFile counters = new CountersFile(folder.resolve("counters"), set.platform(),
                    new CountersFile.Layout(RunSettings.DEFAULT.kernel().taskCapacity(), 64, 0), 1)) {
                final Run run = new Run(jobs, set, counters, events);
                final long durationNs = jobs * MS;
                final Simulation simulation = Simulation.run(set,
                    SimulationOptions.worstCase(1, durationNs).withReleases(ReleasePattern.FILE).withPermutation(false), "",
                    Collections.nCopies(set.tasks().size(), OptionalLong.empty()), run);
                final List<Stall> stalls = run.recorder.finish(durationNs);
                final RunResult simulated = simulation.result();
                final WithoutStalls without =
                    run.recorder.withoutStalls(IntStream.range(0, set.tasks().size()).boxed().toList(), simulated.tasks());
                final RunResult result = new RunResult(simulated.source(), set.name(), simulated.policy(), "", 1, durationNs,
                    simulated.conditions(), simulated.tasks(), without, stalls, simulated.devices(), "", 0);
                ResultsJson.write(result, folder.resolve("results.json"));
                LatencyHlog.write(folder.resolve("latency.hlog"), 0, durationNs, simulation.responses());
                PerfettoTrace.write(set, events, 0, stalls, folder.resolve("trace.json"), PerfettoTrace.DEFAULT_MAX_BYTES);
                System.out.println(ResultTable.render(result));
                run.check(result, events);
                System.out.printf("long run: %d jobs, %.1f s, heap %d KiB after a tenth and %d KiB at the end (most %s), stalls %d,"
                    + " kept %d, touched jobs %d, events kept %d (%d MiB of scratch), left out %d%n", run.completed,
                    (System.nanoTime() - beganNs) / 1e9, run.heapAtFirst >> 10, run.heapAtLast >> 10, HEAP, run.clock.seen,
                    stalls.size(), without.touched(), events.size(), events.size() * 40 >> 20, events.refused());
                run.recorder.close();
            }
        }

        private void check(final RunResult result, final EventFile events) {
            final WithoutStalls without = result.withoutStalls();
            require(completed == jobs, completed + " jobs");
            require(without.untraced() == 0, without.untraced() + " untraced");
            require(without.stalls().seen() >= clock.seen, "of " + clock.seen + " stalls, seen " + without.stalls().seen());
            require(result.stalls().size() <= StallLog.MAX_STALLS, result.stalls().size() + " stalls kept");
            final long kept = without.tasks().stream().mapToLong(task -> task.jobs()).sum();
            require(kept + without.touched() == jobs && without.touched() > 0, kept + " kept, " + without.touched() + " touched");
            require(events.size() <= EventFile.DEFAULT_EVENTS, events.size() + " events");
            require(heapAtLast < heapAtFirst + (1 << 20), "the heap grew from " + heapAtFirst + " to " + heapAtLast + " bytes");
        }

        private static void require(final boolean holds, final String otherwise) {
            if (!holds) {
                throw new AssertionError(otherwise);
            }
        }

        @Override
        public void onEvent(
            final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
            nowNs = Math.max(nowNs, timeNs);
            recorder.onTaskEvent(type, timeNs, device, task, task, segment, job, argument);
            if (nowNs >= clock.nextNs) {
                recorder.onEvent(EventType.STALL, clock.nextNs, 0, -1, 0, -1, clock.lengthNs());
            }
            if (nowNs >= nextRoundNs) {
                nextRoundNs += ROUND_NS;
                recorder.onRound();
            }
            if (type == EventType.COMPLETE && ++completed % (jobs / CHECKS) == 0) {
                System.gc();
                heapAtLast = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
                heapAtFirst = heapAtFirst == 0 ? heapAtLast : heapAtFirst;
            }
        }
    }
}
