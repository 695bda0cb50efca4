// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.linux.CoreRivals;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Release;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.ResultTable;
import org.tactus.result.RunResult;

@Timeout(60)
class SurroundingsTest {
    private static final long MS = 1_000_000;

    private static TaskSet on(final DeviceSpec device) {
        return TaskSet.builder("around").device(device).task("a", t -> t.periodNs(100 * MS).segment(device.name(), MS)).build();
    }

    private static DeviceSpec accelerator(final String name, final Integer... cores) {
        return new DeviceSpec(name, DeviceKind.MODELLED, List.of(cores), "", 0, Optional.empty(), 0);
    }

    @Test
    void shouldRefuseASetWhenTheMachineHasNotItsCores() {
        final TaskSet set = TaskSet.builder("far").device(DeviceSpec.cpu("cpu0", 0)).device(accelerator("acc0", 1, 77))
            .task("a", t -> t.periodNs(100 * MS).segment("cpu0", MS)).build();
        final InvalidTaskSetException refused =
            assertThrows(InvalidTaskSetException.class, () -> Surroundings.requireCores(set, List.of(0, 1, 2, 8)));
        assertEquals("platform.devices[1].cores", refused.field());
        assertEquals("this machine has no core 77 on line for 'acc0'; it has 0-2, 8", refused.getMessage());
        final InvalidTaskSetException opened = assertThrows(InvalidTaskSetException.class, () -> TaskSetRun.open(
            on(DeviceSpec.cpu("cpu0", 1023)), RunSettings.DEFAULT.withForce(true), new TimedWorks(), KernelListener.NONE));
        assertTrue(opened.getMessage().startsWith("this machine has no core 1023 on line for 'cpu0'; it has 0"), opened.getMessage());
    }

    @Test
    void shouldRefuseASetWhenItCountsOnMoreMemoryThanTheGpuHas() {
        final long gib = 1L << 30;
        final DeviceSpec gpu = new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(0), "software", 0,
            Optional.of(new DeviceMemory(64 * gib, gib, SwapProtocol.SEQ, MS, MS, 0, 0)), 0);
        final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class,
            () -> TaskSetRun.open(on(gpu), RunSettings.DEFAULT.withForce(true), new TimedWorks(), KernelListener.NONE));
        assertEquals("platform.devices[0].memory", refused.field());
        assertEquals("memory: the set counts on 64GiB, Tactus software GPU has 24GiB; write at most that", refused.getMessage());
    }

    @Test
    void shouldDoubtBoundsWhenAPinIsRefusedOrAThreadIsRealTimeOnAnyCore() throws InterruptedException {
        final List<String> doubts = new ArrayList<>();
        final List<String> lines = new ArrayList<>();
        final Thread thread = Thread.ofPlatform().name("tactus-cpu0").start(() -> {
            lines.add(new RealTimeSetup(false, doubts::add).apply("dispatcher", List.of(1023)));
            lines.add(new RealTimeSetup(true, doubts::add).apply("dispatcher", List.of()));
        });
        thread.join();
        assertTrue(doubts.getFirst().startsWith("thread tactus-cpu0 is not where it shall be, on cores [1023]"), doubts.toString());
        final boolean fifo = !lines.get(1).contains("NOT granted");
        assertEquals(fifo ? 2 : 1, doubts.size());
        assertTrue(!fifo || doubts.get(1).startsWith("thread tactus-cpu0 runs with SCHED_FIFO on any core"), doubts.toString());
    }

    @Test
    void shouldCallBoundsVoidInTheResultWhenARealTimeThreadIsNotPinned() throws InterruptedException {
        final RunResult result;
        final TaskSet set = on(DeviceSpec.modelled("acc0"));
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT, new TimedWorks(), KernelListener.NONE)) {
            tactus.start();
            Thread.sleep(400);
            result = tactus.stop();
        }
        final Map<String, String> granted = result.conditions().granted();
        assumeTrue(!granted.get("tactus-acc0").contains("NOT granted"), "this user may not have real-time threads");
        assertTrue(result.boundsVoid().contains("thread tactus-acc0 runs with SCHED_FIFO on any core"), result.boundsVoid());
        assertTrue(result.conditions().warnings().toString().contains("thread tactus-acc0 runs with SCHED_FIFO on any core"),
            result.conditions().warnings().toString());
        assertTrue(ResultTable.render(result).contains("BOUNDS VOID: "));
    }

    @Test
    void shouldNameAnotherProcessWhenItIsPinnedToOurCore() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/taskset")) && RealTime.onlineCores().size() > 1, "needs taskset and two cores");
        final int core = RealTime.allowedCores().getLast();
        final Process other = new ProcessBuilder("/usr/bin/taskset", "-c", Integer.toString(core), "sleep", "30").start();
        try {
            final String name = "sleep (process " + other.pid() + ", pinned to cores [" + core + "])";
            String seen = "";
            // taskset becomes sleep when it has pinned itself; the time limit ends a wait in vain
            while (!seen.contains(name)) {
                final List<CoreRivals.Rival> rivals = new CoreRivals().find(List.of(core), 0);
                seen = rivals.stream()
                    .map(rival -> rival.name() + " (process " + rival.pid() + ", " + rival.how() + ")").toList().toString();
            }
            final Surroundings around = new Surroundings();
            around.look(on(DeviceSpec.cpu("cpu0", core)), false, new CoreRivals());
            assertTrue(around.boundsVoid().startsWith("other processes may take core " + core + ": "), around.boundsVoid());
            assertTrue(new CoreRivals().find(List.of(core), RealTimeSetup.DISPATCHER_PRIORITY).stream()
                .noneMatch(rival -> rival.pid() == other.pid()), "an ordinary thread does not hold up a real-time one");
        } finally {
            other.destroy();
        }
    }

    @Test
    void shouldCountTheSpinningBeforeReleasesWhenItTellsWhoMayBeThrottled() {
        final TaskSetBuilder builder = TaskSet.builder("seven").device(DeviceSpec.cpu("cpu0", 1)).device(accelerator("acc0", 0));
        for (int i = 0; i < 7; i++) {
            final String name = "t" + i;
            builder.task(name, t -> t.periodNs(MS).segment("cpu0", 1000).segment("acc0", 1000));
        }
        final List<String> warnings = Throttling.warnings(builder.build(), KernelOptions.DEFAULT, 950_000);
        assertEquals(List.of("cpu0"), warnings.stream().map(warning -> warning.substring(0, warning.indexOf(':'))).toList(),
            "the other dispatcher is woken for what is handed over");
        assertTrue(warnings.getFirst().startsWith("cpu0: its dispatcher may be busy for 100 % of a second"), warnings.toString());
        assertTrue(Throttling.warnings(builder.build(), KernelOptions.DEFAULT, -1).isEmpty());
    }

    @Test
    void shouldWarnOfNobodyWhenReleasesAreRare() {
        final TaskSet set = TaskSet.builder("rare").device(DeviceSpec.cpu("cpu0", 1)).device(accelerator("acc0", 0))
            .task("a", t -> t.periodNs(100 * MS).segment("cpu0", 30 * MS).segment("acc0", 30 * MS))
            .task("b", t -> t.periodNs(100 * MS).release(Release.SPORADIC).segment("cpu0", 30 * MS)).build();
        assertEquals(List.of(), Throttling.warnings(set, KernelOptions.DEFAULT, 950_000));
        final BitSet cpu = new BitSet();
        cpu.set(0);
        final double share = Throttling.share(set, KernelOptions.DEFAULT, cpu);
        assertEquals(0.6 + 0.0015, share, 1e-9, "computing, one spin, and no look for sporadic arrivals");
        final BitSet accelerator = new BitSet();
        accelerator.set(1);
        final double watching = Throttling.share(set, KernelOptions.DEFAULT, accelerator);
        assertTrue(watching > 0.05 && watching < 0.3, () -> "looks while the accelerator executes: " + watching);
        assertEquals(1, Throttling.share(set, KernelOptions.DEFAULT.withIdle(KernelOptions.Idle.SPIN), cpu));
    }

    @Test
    void shouldTellTheAnalysesOfTurnsWhenTheOptionsPutAcceleratorsIntoOneThread() {
        final TaskSet set = TaskSet.builder("two").device(DeviceSpec.cpu("cpu0", 2)).device(accelerator("x", 0)).device(accelerator("y", 1))
            .task("a", t -> t.periodNs(100 * MS).segment("x", MS)).build();
        assertEquals(1, set.platform().sharingThread(1).cardinality());
        final TaskSet together = set.withSharedThread();
        assertEquals(2, together.platform().sharingThread(1).cardinality());
        assertEquals(List.of(2), together.platform().devices().getFirst().cores());
    }
}
