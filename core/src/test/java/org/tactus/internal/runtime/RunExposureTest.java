// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeData;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.watch.FlightEvents;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.Stall;

/** What a run shows to the Flight Recorder, to JMX and to Prometheus. */
@Timeout(120)
class RunExposureTest {
    private static final long MS = 1_000_000;
    private static final TaskSet LATE = TaskSet.builder("late-set").device(DeviceSpec.modelled("acc0"))
        .task("late", t -> t.periodNs(30 * MS).deadlineNs(2 * MS).segment("acc0", MS, new ActualTime(8, 8))).build();

    @TempDir
    private Path folder;

    private static TaskSetRun open(final TaskSet set, final RunSettings settings) {
        return TaskSetRun.open(set, settings.withRealTime(false), new TimedWorks(), KernelListener.NONE);
    }

    private List<RecordedEvent> recorded(final Recording recording) throws IOException {
        final Path file = folder.resolve("run.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().startsWith("tactus.")).toList();
    }

    private static RecordedEvent first(final List<RecordedEvent> events, final String name) {
        return events.stream().filter(event -> event.getEventType().getName().equals(name)).findFirst()
            .orElseThrow(() -> new AssertionError("no " + name + " among " + events));
    }

    @Test
    void shouldTellTheFlightRecorderFromTheMonitorAloneWhenARunGoesWrong() throws Exception {
        try (Recording recording = new Recording(); TaskSetRun run = open(LATE, RunSettings.DEFAULT.withWatchable(false))) {
            recording.start();
            run.start();
            assertThrows(AdmissionRefusedException.class,
                () -> run.add(LATE.task("heavy", t -> t.periodNs(5 * MS).segment("acc0", 5 * MS))));
            while (run.counts(run.handle("late")).misses() < 2) {
                Thread.sleep(1);
            }
            Thread.sleep(100); // a few rounds of the monitor
            final List<RecordedEvent> events = recorded(recording);
            assertEquals("late", first(events, "tactus.Admission").getString("task"));
            assertEquals("heavy", first(events, "tactus.Refusal").getString("task"));
            assertFalse(first(events, "tactus.Refusal").getString("reason").isBlank());
            final RecordedEvent miss = first(events, "tactus.DeadlineMiss");
            assertEquals("late", miss.getString("task"));
            assertEquals("acc0", miss.getString("device"));
            assertTrue(miss.getDuration("lateness").toNanos() > 5 * MS, miss.toString());
            assertTrue(first(events, "tactus.Overrun").getDuration("beyond").toNanos() > 6 * MS);
            assertEquals(Set.of("tactus-monitor"), events.stream().map(event -> event.getThread().getJavaName())
                .collect(Collectors.toSet()), "another thread has told something");
        }
    }

    @Test
    void shouldTellTheFlightRecorderOfStallsSwapsAndLevels() throws IOException {
        final TaskSet set = TaskSet.builder("swaps").device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0))).task("a", t -> t.periodNs(100).segment("gpu0", 1)).build();
        final FlightEvents flight = new FlightEvents(set.platform(), 4);
        flight.zero(1000);
        try (Recording recording = new Recording()) {
            recording.start();
            flight.admitted(2, "a", OptionalLong.of(77));
            FlightEvents.stalled(new Stall(5, 2 * MS, "cpu0", "loop gap", MS));
            flight.onEvent(EventType.SWAP_OUT, 1100, 0, 2, 3, -1, 4);
            flight.onEvent(EventType.SWAP_END, 1150, 0, 2, 3, -1, 4);
            flight.onEvent(EventType.LEVEL, 1200, 0, 2, 1, 9, 3 | 2 << 8);
            final List<RecordedEvent> events = recorded(recording);
            assertEquals(4, events.size());
            assertEquals(77, first(events, "tactus.Admission").getDuration("bound").toNanos());
            assertEquals(2 * MS, first(events, "tactus.Stall").getDuration("length").toNanos());
            assertEquals(MS, first(events, "tactus.Stall").getDuration("taken").toNanos());
            assertEquals("loop gap", first(events, "tactus.Stall").getString("cause"));
            final RecordedEvent swap = first(events, "tactus.Swap");
            assertEquals(List.of("a", "gpu0", false, 4L, 40L), List.of(swap.getString("task"), swap.getString("device"),
                swap.getBoolean("in"), swap.getLong("chunks"), swap.getLong("bytes")));
            assertEquals(50, swap.getDuration("length").toNanos());
            assertEquals(100, swap.getDuration("at").toNanos());
            final RecordedEvent level = first(events, "tactus.LevelChosen");
            assertEquals(List.of(3, "jobs to come", 9L, 1), List.of(level.getInt("level"), level.getString("limit"),
                level.getLong("job"), level.getInt("segment")));
        }
    }

    @Test
    void shouldTellOfBothMovesWhenOneTaskComesInWhileAnotherGoesOut() throws IOException {
        final TaskSet set = TaskSet.builder("swaps").device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0))).task("a", t -> t.periodNs(100).segment("gpu0", 1)).build();
        final FlightEvents flight = new FlightEvents(set.platform(), 4);
        flight.zero(1000);
        try (Recording recording = new Recording()) {
            recording.start();
            flight.onEvent(EventType.SWAP_OUT, 1100, 0, 1, 0, -1, 4);
            flight.onEvent(EventType.SWAP_IN, 1110, 0, 2, 3, -1, 7);
            flight.onEvent(EventType.SWAP_END, 1150, 0, 1, 0, -1, 4);
            flight.onEvent(EventType.SWAP_OUT, 1151, 0, 3, 0, -1, 3);
            flight.onEvent(EventType.SWAP_END, 1170, 0, 3, 0, -1, 3);
            flight.onEvent(EventType.SWAP_END, 1180, 0, 2, 3, -1, 7);
            final List<RecordedEvent> events = recorded(recording);
            assertEquals(List.of("false 4 50", "false 3 19", "true 7 70"), events.stream().map(event -> event.getBoolean("in") + " "
                + event.getLong("chunks") + " " + event.getDuration("length").toNanos()).toList());
        }
    }

    @Test
    void shouldTellOfAMoveWithItsBeginWhenTheRecordingStartsMeanwhile() throws IOException {
        final TaskSet set = TaskSet.builder("swaps").device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0))).task("a", t -> t.periodNs(100).segment("gpu0", 1)).build();
        final FlightEvents flight = new FlightEvents(set.platform(), 4);
        flight.zero(1000);
        flight.onEvent(EventType.SWAP_IN, 1100, 0, 2, 3, -1, 4);
        try (Recording recording = new Recording()) {
            recording.start();
            flight.onEvent(EventType.SWAP_END, 1150, 0, 2, 3, -1, 4);
            flight.onEvent(EventType.SWAP_END, 1250, 0, 2, 3, -1, 4);
            flight.onEvent(EventType.SWAP_OUT, 1300, 0, 1, 3, -1, 4);
            flight.onEvent(EventType.SWAP_END, 1350, 0, 2, 3, -1, 4);
            flight.onEvent(EventType.SWAP_END, 1360, 0, 1, 3, -1, 4);
            final List<RecordedEvent> events = recorded(recording);
            assertEquals(1, events.size(), "ends without a begin say nothing: " + events);
            assertEquals(100, events.getFirst().getDuration("at").toNanos());
            assertEquals(50, events.getFirst().getDuration("length").toNanos());
            assertTrue(events.getFirst().getBoolean("in"));
        }
    }

    /** Names in JMX are the program's, too. */
    @Test
    void shouldRunAllTheSameWithAWarningWhenJmxRefuses() throws Exception {
        final MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
        final String first;
        try (TaskSetRun run = open(LATE, RunSettings.DEFAULT.withJmx(true))) {
            run.start();
            first = run.granted().get("jmx");
        }
        final int number = Integer.parseInt(new ObjectName(first).getKeyProperty("run"));
        final List<ObjectName> taken = new ArrayList<>();
        for (int i = 1; i <= 20; i++) { // tests that run at the same time count, too
            taken.add(new ObjectName("org.tactus:type=Run,name=\"late-set\",run=" + (number + i)));
        }
        try {
            for (final ObjectName name : taken) {
                jmx.registerMBean(new StandardMBean(() -> { }, Runnable.class), name);
            }
            final String address;
            try (TaskSetRun run = open(LATE, RunSettings.DEFAULT.withJmx(true).withMetricsPort(0))) {
                run.start();
                address = run.granted().get("metrics");
                assertTrue(run.warnings().stream().anyMatch(line -> line.startsWith("the run is not shown: JMX")),
                    run.warnings().toString());
                assertFalse(run.granted().containsKey("jmx"));
            }
            assertThrows(ConnectException.class, () -> HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString()), "the port is given back");
        } finally {
            for (final ObjectName name : taken) {
                jmx.unregisterMBean(name);
            }
        }
    }

    @Test
    void shouldShowTheRunToJmxAndPrometheusUntilItEndsWhenItIsTold() throws Exception {
        final MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
        final ObjectName all = new ObjectName("org.tactus:type=Run,*");
        assertEquals(Set.of(), jmx.queryNames(all, null));
        final String address;
        final HttpClient http = HttpClient.newHttpClient();
        try (TaskSetRun run = open(LATE, RunSettings.DEFAULT.withWatchable(false).withJmx(true).withMetricsPort(0))) {
            run.start();
            while (run.counts(run.handle("late")).jobs() < 2) {
                Thread.sleep(1);
            }
            Thread.sleep(100);
            final Map<String, String> granted = run.granted();
            final ObjectName name = new ObjectName(granted.get("jmx"));
            assertEquals(Set.of(name), jmx.queryNames(all, null));
            assertEquals(true, jmx.getAttribute(name, "Running"));
            final CompositeData task = ((CompositeData[]) jmx.getAttribute(name, "Tasks"))[0];
            assertEquals("late", task.get("name"));
            assertTrue((Long) task.get("jobs") >= 2 && (Long) task.get("misses") >= 2, task.toString());
            assertTrue((Long) task.get("p50Ns") >= 8 * MS && (Long) task.get("p50Ns") <= (Long) task.get("maxNs"), task.toString());
            assertTrue((Long) task.get("p99Ns") == -1 || (Long) task.get("jobs") >= 100, "too few jobs: " + task);
            assertEquals("acc0", ((CompositeData[]) jmx.getAttribute(name, "Devices"))[0].get("name"));
            address = granted.get("metrics");
            assertTrue(address.startsWith("http://127.0.0.1:"), address);
            final HttpResponse<String> plain =
                http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
            final String sample = "tactus_jobs_total{pid=\"" + ProcessHandle.current().pid() + "\",task=\"late\"}";
            assertTrue(plain.body().contains(sample), plain.body());
            assertTrue(plain.body().contains("# TYPE tactus_response_seconds histogram"), plain.body());
            final HttpResponse<String> open = http.send(HttpRequest.newBuilder(URI.create(address))
                .header("Accept", "application/openmetrics-text").build(), HttpResponse.BodyHandlers.ofString());
            assertTrue(open.body().endsWith("# EOF\n"), open.body());
            run.stop();
            assertEquals(false, jmx.getAttribute(name, "Running"), "a stopped run is shown until it is closed");
        }
        assertEquals(Set.of(), jmx.queryNames(all, null));
        assertThrows(ConnectException.class,
            () -> http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString()));
    }

    @Test
    void shouldRunAllTheSameWithAWarningWhenThePortIsTaken() throws Exception {
        try (TaskSetRun first = open(LATE, RunSettings.DEFAULT.withMetricsPort(0))) {
            first.start();
            final int port = URI.create(first.granted().get("metrics")).getPort();
            try (TaskSetRun second = open(LATE, RunSettings.DEFAULT.withMetricsPort(port))) {
                second.start();
                assertTrue(second.warnings().stream().anyMatch(line -> line.startsWith("port " + port + " is not served")),
                    second.warnings().toString());
            }
        }
    }

    /** Where threads of this process may run, by their names as the system cuts them. */
    private static Map<String, String> places(final String... prefixes) throws IOException {
        final Map<String, String> places = new TreeMap<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (final Path thread : threads.toList()) {
                final String status = Files.exists(thread) ? Files.readString(thread.resolve("status")) : "Name:\t\n";
                final String name = status.lines().findFirst().orElseThrow().substring("Name:\t".length());
                if (Stream.of(prefixes).anyMatch(name::startsWith)) {
                    places.put(name, status.lines().filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow()
                        .replaceFirst(".*\\s", ""));
                }
            }
        }
        return places;
    }

    @Test
    void shouldKeepWatchersOffTheDispatchersCoresWhenThereAreOthers() throws Exception {
        final List<Integer> allowed = RealTime.allowedCores();
        Assumptions.assumeTrue(allowed.size() > 1, "with one core watchers are on it");
        final int taken = allowed.getLast();
        final TaskSet set = TaskSet.builder("parted").device(DeviceSpec.cpu("cpu0", taken))
            .task("t", t -> t.periodNs(30 * MS).segment("cpu0", MS)).build();
        try (TaskSetRun run = open(set, RunSettings.DEFAULT.withMetricsPort(0)); Recording recording = new Recording()) {
            run.start();
            recording.start(); // later than the run, as jcmd does it
            HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(run.granted().get("metrics"))).build(),
                HttpResponse.BodyHandlers.ofString());
            final Map<String, String> places = places("tactus-metrics", "HTTP-Dispatcher", "JFR ");
            assertTrue(places.containsKey("tactus-metrics") && places.containsKey("HTTP-Dispatcher")
                && places.keySet().stream().anyMatch(name -> name.startsWith("JFR Recorder")), places.toString());
            places.forEach((name, cores) -> assertFalse(RealTime.parseCoreList(cores).contains(taken), name + " on " + cores));
            assertEquals(String.valueOf(taken), places("tactus-cpu0").get("tactus-cpu0"));
        }
    }

    @Test
    void shouldKeepWatchersOffTheDispatchersOfAllRunsWhenSeveralAreOpen() {
        final List<Integer> allowed = List.of(900, 901, 902, 905); // cores that no machine has, so that no thread is moved
        try (ObserverCores first = new ObserverCores(on(900), allowed)) {
            assertEquals(List.of(901, 902, 905), first.cores());
            try (ObserverCores second = new ObserverCores(on(902), allowed); ObserverCores any = new ObserverCores(LATE, allowed)) {
                assertEquals(List.of(901, 905), second.cores());
                assertEquals(List.of(901, 905), first.cores(), "also for a recording that begins later");
                assertEquals(List.of(), any.cores(), "a dispatcher without cores may be on any");
                try (ObserverCores third = new ObserverCores(on(901, 905), allowed)) {
                    assertEquals(List.of(), third.cores(), "together they have all");
                }
            }
            assertEquals(List.of(901, 902, 905), first.cores(), "a run that has ended keeps none");
        }
    }

    private static TaskSet on(final int... cores) {
        final TaskSetBuilder set = TaskSet.builder("on");
        for (final int core : cores) {
            set.device(DeviceSpec.cpu("cpu" + core, core));
        }
        return set.task("t", t -> t.periodNs(30 * MS).segment("cpu" + cores[0], MS)).build();
    }

    @Test
    void shouldLeaveWatchersAnywhereWhenDispatchersHaveAllCoresOrAny() {
        final TaskSet both = TaskSet.builder("both").device(DeviceSpec.cpu("cpu0", 0)).device(DeviceSpec.cpu("cpu1", 1))
            .task("t", t -> t.periodNs(30 * MS).segment("cpu0", MS)).build();
        assertEquals(List.of(), ObserverCores.cores(both, List.of(0, 1)));
        assertEquals(List.of(2, 5), ObserverCores.cores(both, List.of(0, 1, 2, 5)));
        assertEquals(List.of(), ObserverCores.cores(LATE, List.of(0, 1)), "a dispatcher without cores may be on any");
    }
}
