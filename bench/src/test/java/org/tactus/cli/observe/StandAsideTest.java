// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bench.latency.ForkedJvm;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

/** With a real process that watches: where its threads may run is the system's to say. */
@Timeout(120)
class StandAsideTest {
    private static final long MS = 1_000_000;

    private static TaskSetRun open(final int core) {
        final TaskSet set = TaskSet.builder("watched").device(DeviceSpec.cpu("cpu0", core))
            .task("t", t -> t.periodNs(30 * MS).segment("cpu0", MS)).build();
        return TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withMetricsPort(0), new TimedWorks(), KernelListener.NONE);
    }

    /** All cores that some thread of a process may run on. */
    private static Set<Integer> cores(final long pid) throws IOException {
        final Set<Integer> cores = new HashSet<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (final Path thread : threads.toList()) {
                try {
                    Files.readString(thread.resolve("status")).lines().filter(line -> line.startsWith("Cpus_allowed_list:"))
                        .forEach(line -> cores.addAll(RealTime.parseCoreList(line.replaceFirst(".*\\s", ""))));
                } catch (final IOException e) {
                    continue; // it has ended
                }
            }
        }
        return cores;
    }

    @Test
    void shouldTakeEveryThreadOfStatOffTheDispatchersCoreWhenThereIsAnother() throws Exception {
        final List<Integer> allowed = RealTime.allowedCores();
        Assumptions.assumeTrue(allowed.size() > 1, "with one core both are on it");
        final int taken = allowed.getLast();
        try (TaskSetRun run = open(taken)) {
            run.start();
            final Process stat = ForkedJvm.start(new ProcessBuilder(ForkedJvm.command(List.of("-XX:+UseSerialGC"), "stat",
                String.valueOf(ProcessHandle.current().pid()), "--watch", "--every", "50ms"))
                .redirectError(ProcessBuilder.Redirect.INHERIT));
            try {
                assertTrue(stat.inputReader().readLine() != null, "it has shown a page"); // by then it has moved
                final Set<Integer> left = new HashSet<>(allowed);
                left.remove(taken);
                assertEquals(left, cores(stat.pid()));
            } finally {
                stat.destroy();
            }
        }
    }

    @Test
    void shouldMoveNothingWhenTheRunIsOfThisProcess() throws Exception {
        final List<Integer> allowed = RealTime.allowedCores();
        try (TaskSetRun run = open(allowed.getLast())) {
            run.start();
            final List<CountersReader> own = Runs.of(ProcessHandle.current().pid());
            assertEquals(1, own.size());
            assertEquals(List.of(), StandAside.from(own));
            assertEquals(allowed, RealTime.allowedCores());
        }
    }
}
