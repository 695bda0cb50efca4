// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.policy.LevelCharges;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.supply.CoreSupply;

/** What the test at run time charges is of the tasks that were there from the start: nobody joins who would make it more. */
@Timeout(60)
class LevelNewcomersTest {
    private static final long MS = 1_000_000;

    private static DeviceSpec accelerator(final String name, final int core) {
        return new DeviceSpec(name, DeviceKind.MODELLED, List.of(core), "", 0, Optional.empty(), 0);
    }

    private static TaskSetBuilder set() {
        return TaskSet.builder("levels").policy(PolicyKind.EDF).overheads(new Overheads(0, 0, 1_000, 500, 0, 0, 0, 0, 0, CoreSupply.NONE))
            .device(accelerator("acc0", 0)).device(accelerator("acc1", 0))
            .device(accelerator("acc2", 1))
            .task("leveled", t -> t.periodNs(100 * MS).segment("acc0", MS).levels(false, List.of(
                new Segment.Level(MS, 0, Optional.empty()), new Segment.Level(2 * MS, 1, Optional.empty()))));
    }

    private static Task newcomer(final String device) {
        return set().task("new", t -> t.periodNs(100 * MS).segment(device, MS)).build().tasks().getLast();
    }

    @Test
    void shouldRefuseATaskThatRaisesWhatADecisionCostsWhereLevelsAreTaken() throws InterruptedException {
        final TaskSet set = set().build();
        final TaskSet larger = set().task("new", t -> t.periodNs(100 * MS).segment("acc1", MS)).build();
        assertTrue(LevelCharges.of(larger, 0).overheadNs() > LevelCharges.of(set, 0).overheadNs(), "one thread serves both devices");
        final List<Device> devices = set.platform().devices().stream().map(spec -> (Device) new ModelledDevice()).toList();
        final KernelOptions options = KernelOptions.DEFAULT;
        try (Kernel kernel = new Kernel(set, devices, AlignedMemory.allocate(Kernel.requiredBytes(options, set)), options, Admission.ALL,
            ThreadSetup.NONE, new KernelListener() { }, (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM)) {
            kernel.start();
            add(kernel, set.tasks().getFirst());
            assertTrue(assertThrows(AdmissionRefusedException.class, () -> add(kernel, newcomer("acc1"))).getMessage().contains("'acc0'"));
            assertEquals(1, add(kernel, newcomer("acc2")), "a thread of its own");
        }
    }

    private static int add(final Kernel kernel, final Task task) {
        return kernel.addAll(List.of(task), List.of(List.of(new TimedWork(Clock.SYSTEM, task.segments().getFirst(), 0))),
            Clock.SYSTEM.nanoTime())[0];
    }
}
