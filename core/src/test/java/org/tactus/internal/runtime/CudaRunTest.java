// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.PolicyKind;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.DeviceResult;
import org.tactus.result.RunResult;
import org.tactus.result.SwapResult;
import org.tactus.result.TaskResult;

/** Whole runs on software GPUs: the devices that a set names are used, and tasks that need more memory than there is are swapped. */
@Timeout(60)
class CudaRunTest {
    private static final long MS = 1_000_000;
    private static final long CHUNK = 1 << 16;

    private static DeviceSpec gpu(final String driver, final Optional<DeviceMemory> memory) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), driver, 0, memory, 0);
    }

    private static RunResult run(final TaskSet set, final long forMs, final List<String> errors) throws InterruptedException {
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(task + ": " + cause);
            }
        };
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), new TimedWorks(), listener,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            tactus.start();
            Thread.sleep((tactus.zeroNs() - System.nanoTime()) / MS + forMs);
            return tactus.stop();
        }
    }

    @Test
    void shouldRunChainsAcrossGpuAndCpuWhenTheSetNamesTheSoftwareDriver() throws InterruptedException {
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final TaskSet set = TaskSet.builder("chain").policy(PolicyKind.EDF).device(DeviceSpec.cpu("cpu0"))
            .device(gpu("software", Optional.empty()))
            .task("net", t -> t.periodNs(20 * MS).segment("cpu0", MS / 10).segment("gpu0", 2 * MS).segment("cpu0", MS / 10)).build();
        final RunResult result = run(set, 300, errors);
        assertEquals(List.of(), errors);
        final TaskResult net = result.tasks().getFirst();
        assertTrue(net.jobs() > 0 && net.aborted() == 0, net.toString());
        assertTrue(net.minNs().orElseThrow() > 2 * MS - 500_000, net.toString()); // the spin takes its time by the GPU's clock
        final DeviceResult device = result.devices().getLast();
        assertTrue(device.isModelled() && device.driver().contains("Tactus software GPU"), device.toString());
    }

    @Test
    void shouldSwapWhenTasksNeedMoreMemoryThanThereIs() throws InterruptedException {
        for (final Residency residency : Residency.values()) {
            final List<String> errors = Collections.synchronizedList(new ArrayList<>());
            final DeviceMemory memory = new DeviceMemory(22 * CHUNK, CHUNK, SwapProtocol.SEQ, 500_000, 500_000, MS, MS)
                .withResidency(residency);
            final TaskSetBuilder builder =
                TaskSet.builder("swap").policy(PolicyKind.EDF).device(gpu("software", Optional.of(memory)));
            for (int i = 0; i < 3; i++) {
                builder.task("net" + i, t -> t.periodNs(100 * MS).segment("gpu0", MS)
                    .memory(new TaskMemory(10 * CHUNK, OptionalLong.of(6 * CHUNK), Optional.empty(), CHUNK, 4 * CHUNK)));
            }
            final RunResult result = run(builder.build(), 500, errors);
            assertEquals(List.of(), errors, residency.toString());
            for (final TaskResult task : result.tasks()) {
                assertTrue(task.jobs() > 0 && task.aborted() == 0, task.toString());
            }
            final SwapResult swaps = result.devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.chunksOut() > 0 && swaps.chunksIn() > swaps.chunksOut(), swaps.toString());
            assertTrue(swaps.mostUsedBytes() <= 22 * CHUNK, swaps.toString());
            assertEquals(residency == Residency.SEMANTIC, swaps.chunksDropped() > 0, swaps.toString());
        }
    }

    @Test
    void shouldNameTheDeviceAndTheRemedyWhenTheSetNamesADriverThatIsNotThere() {
        final TaskSet set = TaskSet.builder("none").device(gpu("hardware", Optional.empty()))
            .task("net", t -> t.periodNs(20 * MS).segment("gpu0", MS)).build();
        final InvalidTaskSetException error = assertThrows(InvalidTaskSetException.class, () -> run(set, 1, new ArrayList<>()));
        assertEquals("platform.devices[0].driver", error.field());
        assertTrue(error.getMessage().contains("gpu0") && error.getMessage().contains("software and nvidia"), error.getMessage());
    }
}
