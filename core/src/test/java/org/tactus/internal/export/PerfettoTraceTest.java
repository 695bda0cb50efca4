// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.Fixtures;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.Simulation;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.OverrunAction;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;
import org.tactus.result.TaskResult;

class PerfettoTraceTest {
    private static final long ZERO_NS = 7_000_000_000L;

    @TempDir
    private Path folder;

    @Test
    void shouldBeBalancedAndMonotoneWhenJobsCrossDevices() throws IOException {
        try (EventFile events = new EventFile(folder, 1 << 20)) {
            for (int job = 0; job < 50; job++) {
                job(events, job, job * 1000L);
            }
            assertEquals(0, write(events, List.of(new Stall(500, 100, "cpu0", "loop gap"), new Stall(550, 100, "machine", "steal")),
                PerfettoTrace.DEFAULT_MAX_BYTES));
        }
        final List<Map<String, String>> trace = read();
        check(trace);
        assertEquals(50, count(trace, "b"));
        assertEquals(100, count(trace, "s"));
        assertEquals(151, count(trace, "X"));
        assertTrue(trace.stream().filter(e -> e.get("ph").equals("C")).allMatch(e -> Integer.parseInt(e.get("jobs")) >= 0));
    }

    @Test
    void shouldCloseWhatIsOpenWhenTheRunEndsInTheMiddle() throws IOException {
        try (EventFile events = new EventFile(folder, 1 << 20)) {
            events.onEvent(EventType.RELEASE, ZERO_NS + 5, 0, 0, 0, 0, ZERO_NS);
            events.onEvent(EventType.START, ZERO_NS + 6, 0, 0, 0, 0, 0);
            events.onEvent(EventType.COMPLETE, ZERO_NS + 7, 1, 1, 0, 3, ZERO_NS);
            events.onEvent(EventType.END, ZERO_NS + 8, 1, 1, 0, 3, 0);
            events.onEvent(EventType.STALL, ZERO_NS + 20, -1, -1, 0, -1, 5);
            write(events, List.of(), PerfettoTrace.DEFAULT_MAX_BYTES);
        }
        final List<Map<String, String>> trace = read();
        check(trace);
        assertEquals(1, count(trace, "X"));
        assertEquals("0.014", trace.stream().filter(e -> e.get("ph").equals("X")).findFirst().orElseThrow().get("dur"));
    }

    @Test
    void shouldHoldTheLastEventsAndBeBalancedWhenTheFileIsARing() throws IOException {
        try (EventFile events = EventFile.ring(folder, 64)) {
            for (int job = 0; job < 50; job++) {
                job(events, job, job * 1000L);
            }
            assertEquals(64, events.size());
            assertEquals(0, write(events, List.of(), PerfettoTrace.DEFAULT_MAX_BYTES), "nothing new is left out");
            assertEquals("", events.warning());
            final List<Map<String, String>> whole = read();
            check(whole);
            assertTrue(whole.stream().anyMatch(e -> e.get("name").startsWith("trace begins here")), "it does not say that it is cut");
            final long jobs = count(whole, "b");
            assertTrue(jobs >= 3 && jobs < 10, jobs + " jobs");
            events.keepFrom(ZERO_NS + 49_000);
            write(events, List.of(), PerfettoTrace.DEFAULT_MAX_BYTES);
        }
        final List<Map<String, String>> trace = read();
        check(trace);
        assertEquals(1, count(trace, "b"), "the last job alone is from there on");
    }

    /** A ring is kept for what happened last: that must be there however small the trace is to be. */
    @Test
    void shouldLeaveTheOldestEventsOfARingOutWhenTheTraceMustBeSmall() throws IOException {
        final long maxBytes = 200_000;
        try (EventFile events = EventFile.ring(folder, 1 << 20)) {
            for (int job = 0; job < 2000; job++) {
                job(events, job, job * 1000L);
            }
            events.onEvent(EventType.MISS, ZERO_NS + 2_000_000, 1, 0, 0, 1999, 77);
            assertEquals(0, write(events, List.of(), PerfettoTrace.DEFAULT_MAX_BYTES));
            assertEquals(2000, count(read(), "b"), "all of it fits");
            assertEquals(ZERO_NS + 2_000_000, events.firstNs(EventType.MISS).orElseThrow());
            assertTrue(events.firstNs(EventType.OVERRUN).isEmpty());
            write(events, List.of(), maxBytes);
            final List<Map<String, String>> trace = read();
            check(trace);
            assertTrue(trace.stream().anyMatch(e -> e.get("name").startsWith("MISS") || e.get("name").startsWith("miss")), "the miss");
            assertTrue(trace.stream().anyMatch(e -> e.get("name").startsWith("trace begins here")), "it does not say that it is cut");
            assertTrue(count(trace, "b") > 50 && count(trace, "b") < 1000, count(trace, "b") + " jobs");
            final long bytes = Files.size(folder.resolve("trace.json"));
            assertTrue(bytes > maxBytes / 2 && bytes < maxBytes + 20_000, bytes + " bytes");
            assertTrue(events.firstNs().orElseThrow() > ZERO_NS + 1_000_000, "where it begins");
        }
    }

    @Test
    void shouldCountTheMemoryOfEachDeviceByItsOwnTasks() throws IOException {
        final long mebi = 1L << 20;
        final DeviceMemory memory = new DeviceMemory(1000 * mebi, mebi, SwapProtocol.SEQ, 1, 1, 0, 0);
        final TaskSet set = TaskSet.builder("swapped").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .device(DeviceSpec.modelled("gpu1").withMemory(memory))
            .task("a", t -> t.periodNs(100).segment("gpu0", 1)
                .memory(new TaskMemory(105 * mebi, OptionalLong.of(60 * mebi), Optional.empty())))
            .task("b", t -> t.periodNs(100).segment("gpu1", 1)
                .memory(new TaskMemory(50 * mebi, OptionalLong.of(20 * mebi), Optional.empty())))
            .build();
        try (EventFile events = new EventFile(folder, 1 << 10)) {
            PerfettoTrace.write(set, events, ZERO_NS, List.of(), folder.resolve("trace.json"), PerfettoTrace.DEFAULT_MAX_BYTES);
        }
        final List<Map<String, String>> trace = read();
        assertEquals(List.of("45", "30"), Stream.of("gpu0", "gpu1").map(name -> trace.stream()
            .filter(e -> e.get("name").equals("resident on " + name)).findFirst().orElseThrow().get("MiB")).toList());
    }

    @Test
    void shouldDrawBothMovesWhenOneTaskComesInWhileAnotherGoesOut() throws IOException {
        final long mebi = 1L << 20;
        final TaskSet set = TaskSet.builder("swapped").device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(1000 * mebi, mebi, SwapProtocol.SEQ, 1, 1, 0, 0)))
            .task("a", t -> t.periodNs(100).segment("gpu0", 1)
                .memory(new TaskMemory(6 * mebi, OptionalLong.of(6 * mebi), Optional.empty())))
            .task("b", t -> t.periodNs(100).segment("gpu0", 1)
                .memory(new TaskMemory(5 * mebi, OptionalLong.of(5 * mebi), Optional.empty())))
            .build();
        try (EventFile events = new EventFile(folder, 1 << 20)) {
            events.onEvent(EventType.SWAP_IN, ZERO_NS + 1000, 0, 0, 0, -1, 6);
            events.onEvent(EventType.SWAP_END, ZERO_NS + 2000, 0, 0, 0, -1, 6);
            events.onEvent(EventType.SWAP_OUT, ZERO_NS + 3000, 0, 0, 0, -1, 4);
            events.onEvent(EventType.SWAP_IN, ZERO_NS + 4000, 0, 1, 0, -1, 5);
            events.onEvent(EventType.SWAP_END, ZERO_NS + 6000, 0, 0, 0, -1, 4);
            events.onEvent(EventType.SWAP_END, ZERO_NS + 7000, 0, 1, 0, -1, 5);
            PerfettoTrace.write(set, events, ZERO_NS, List.of(), folder.resolve("trace.json"), PerfettoTrace.DEFAULT_MAX_BYTES);
        }
        assertEquals(List.of("0", "6", "2", "7"), read().stream().filter(e -> e.get("name").equals("resident on gpu0"))
            .map(e -> e.get("MiB")).toList());
    }

    @Test
    void shouldDrawNoFlowWhenAnEmptySlotGoesHome() throws IOException {
        try (EventFile events = new EventFile(folder, 1 << 20)) {
            for (int job = 0; job < 2; job++) {
                final long t = ZERO_NS + job * 1000L;
                events.onEvent(EventType.RELEASE, t + 1, 0, 0, 0, job, t);
                events.onEvent(EventType.START, t + 2, 0, 0, 0, job, 0);
                events.onEvent(EventType.END, t + 10, 0, 0, 0, job, 0);
                events.onEvent(EventType.HAND_OVER, t + 10, 0, 0, 1, job, 1);
                events.onEvent(EventType.ARRIVE, t + 11, 1, 0, 1, job, 0);
                events.onEvent(EventType.START, t + 12, 1, 0, 1, job, 0);
                events.onEvent(EventType.END, t + 20, 1, 0, 1, job, 0);
                events.onEvent(EventType.COMPLETE, t + 20, 1, 0, 0, job, t);
                events.onEvent(EventType.HAND_OVER, t + 20, 1, 0, EventType.NO_SEGMENT, job, 0);
                events.onEvent(EventType.ARRIVE, t + 21, 0, 0, EventType.NO_SEGMENT, job, 0);
            }
            write(events, List.of(), PerfettoTrace.DEFAULT_MAX_BYTES);
        }
        final List<Map<String, String>> trace = read();
        check(trace);
        assertEquals(2, count(trace, "s"));
        assertEquals(4, count(trace, "X"));
    }

    @Test
    void shouldBeBalancedWhenTheProductionPolicyIsSimulated() throws IOException {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            final TaskSetBuilder builder = TaskSet.builder("random").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"));
            for (int task = 0; task < 4; task++) {
                builder.task("t" + task, definition -> {
                    definition.periodNs(1000 + random.nextInt(5000)).onOverrun(OverrunAction.values()[random.nextInt(3)]);
                    for (int segment = 0; segment <= random.nextInt(4); segment++) {
                        definition.segment(random.nextBoolean() ? "cpu0" : "acc0", 1 + random.nextInt(600), new ActualTime(0.5, 1.05));
                    }
                });
            }
            final TaskSet set = builder.build();
            try (EventFile events = new EventFile(folder, 1 << 20)) {
                final RunResult result = Simulation.run(set, SimulationOptions.worstCase(seed, 200_000)
                    .withExecution(ExecutionTime.ACTUAL).withDrain(false), "",
                    Collections.nCopies(4, OptionalLong.empty()), events).result();
                assertEquals(0, PerfettoTrace.write(set, events, 0, List.of(), folder.resolve("trace.json"), Long.MAX_VALUE));
                final List<Map<String, String>> trace = read();
                check(trace);
                assertEquals(result.tasks().stream().mapToLong(TaskResult::jobs).sum(),
                    trace.stream().filter(e -> "complete".equals(e.get("outcome"))).count(), "seed " + seed);
                assertTrue(trace.stream().filter(e -> e.get("ph").equals("C")).allMatch(e -> Integer.parseInt(e.get("jobs")) >= 0),
                    "seed " + seed);
            }
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenCut() throws IOException {
        try (EventFile events = new EventFile(folder, 4000)) {
            for (int job = 0; job < 1000; job++) {
                job(events, job, job * 1000L);
            }
            assertTrue(events.refused() > 0);
            final long left = write(events, List.of(), 100_000);
            assertTrue(left > events.refused(), left + " left out");
            assertTrue(Files.size(folder.resolve("trace.json")) < 130_000);
            assertTrue(Files.readString(folder.resolve("trace.json")).contains("\"eventsLeftOut\":\"" + left + "\""));
        }
        final List<Map<String, String>> trace = read();
        check(trace);
        assertTrue(trace.stream().anyMatch(e -> e.get("name").startsWith("trace cut: ")));
    }

    /** Rings are drained device by device: the file holds cpu0's events first, then acc0's, as the monitor would see them. */
    private static void job(final EventFile events, final long job, final long atNs) {
        final long t = ZERO_NS + atNs;
        events.onEvent(EventType.RELEASE, t + 2, 0, 0, 0, job, t);
        events.onEvent(EventType.START, t + 10, 0, 0, 0, job, 0);
        events.onEvent(EventType.END, t + 110, 0, 0, 0, job, 0);
        events.onEvent(EventType.HAND_OVER, t + 111, 0, 0, 1, job, 1);
        events.onEvent(EventType.ARRIVE, t + 420, 0, 0, 2, job, 0);
        events.onEvent(EventType.START, t + 430, 0, 0, 2, job, 0);
        events.onEvent(EventType.END, t + 500, 0, 0, 2, job, 0);
        events.onEvent(EventType.COMPLETE, t + 500, 0, 0, 0, job, t);
        events.onEvent(EventType.ARRIVE, t + 120, 1, 0, 1, job, 0);
        events.onEvent(EventType.START, t + 130, 1, 0, 1, job, 0);
        events.onEvent(EventType.END, t + 400, 1, 0, 1, job, 0);
        events.onEvent(EventType.HAND_OVER, t + 401, 1, 0, 2, job, 0);
    }

    private long write(final EventFile events, final List<Stall> stalls, final long maxBytes) throws IOException {
        return PerfettoTrace.write(Fixtures.SET, events, ZERO_NS, stalls, folder.resolve("trace.json"), maxBytes);
    }

    /** Spans and flows are balanced, slices of a track do not overlap, nothing is before time zero, flows leave from a slice. */
    private static void check(final List<Map<String, String>> trace) {
        final Map<String, BigDecimal> open = new HashMap<>();
        final Map<String, BigDecimal> trackEnd = new HashMap<>();
        for (final Map<String, String> event : trace) {
            final BigDecimal ts = new BigDecimal(event.get("ts"));
            assertTrue(ts.signum() >= 0, event.toString());
            final String key = event.get("cat") + event.get("id");
            switch (event.get("ph")) {
                case "b", "s" -> assertTrue(open.put(key, ts) == null, event.toString());
                case "e", "f" -> assertTrue(open.remove(key).compareTo(ts) <= 0, event.toString());
                case "X" -> {
                    final String track = event.get("pid") + "." + event.get("tid");
                    assertTrue(trackEnd.getOrDefault(track, BigDecimal.ZERO).compareTo(ts) <= 0, event.toString());
                    trackEnd.put(track, ts.add(new BigDecimal(event.get("dur"))));
                }
                default -> assertTrue(List.of("C", "i", "M").contains(event.get("ph")), event.toString());
            }
        }
        assertEquals(Map.of(), open);
        for (final Map<String, String> event : trace) {
            if (event.get("ph").equals("s") || event.get("ph").equals("f")) {
                final BigDecimal ts = new BigDecimal(event.get("ts"));
                assertTrue(trace.stream().anyMatch(x -> x.get("ph").equals("X") && x.get("tid").equals(event.get("tid"))
                    && x.get("pid").equals(event.get("pid")) && new BigDecimal(x.get("ts")).compareTo(ts) <= 0
                    && new BigDecimal(x.get("ts")).add(new BigDecimal(x.get("dur"))).compareTo(ts) > 0), event.toString());
            }
        }
    }

    private static long count(final List<Map<String, String>> trace, final String phase) {
        return trace.stream().filter(event -> event.get("ph").equals(phase)).count();
    }

    private List<Map<String, String>> read() throws IOException {
        final List<Map<String, String>> trace = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(folder.resolve("trace.json").toFile())) {
            Map<String, String> event = null;
            int depth = 0;
            boolean inEvents = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_ARRAY) {
                    inEvents = true;
                } else if (token == JsonToken.END_ARRAY) {
                    inEvents = false;
                } else if (inEvents && token == JsonToken.START_OBJECT) {
                    if (depth++ == 0) {
                        event = new HashMap<>();
                        trace.add(event);
                    }
                } else if (inEvents && token == JsonToken.END_OBJECT) {
                    depth--;
                } else if (inEvents && token.isScalarValue()) {
                    event.putIfAbsent(parser.currentName(), parser.getText());
                }
            }
        }
        return trace;
    }
}
