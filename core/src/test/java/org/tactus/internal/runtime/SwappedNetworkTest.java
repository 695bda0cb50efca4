// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Precision;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;
import org.tactus.result.SwapResult;

/** Networks whose weights are swapped: what they answer is what they answer with all memory to themselves. */
@Timeout(120)
class SwappedNetworkTest {
    private static final long MS = 1_000_000;
    private static final long MIB = 1 << 20;
    private static final ActualTime SHORT = new ActualTime(0.05, 0.05);

    private static DeviceSpec gpu(final long mebibytes, final SwapProtocol protocol, final Residency residency) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(new DeviceMemory(mebibytes * MIB,
            MIB, protocol, MS, MS, 0, 0).withResidency(residency)), 0);
    }

    /** The smallest network of each name that the zoo has; each in its own memory, of which a part may be out. */
    private static TaskSet set(final DeviceSpec gpu, final long swapMebibytes, final List<String> names, final long footprint) {
        final TaskSetBuilder builder = TaskSet.builder("swapped").device(gpu);
        for (int i = 0; i < names.size(); i++) {
            final String name = names.get(i);
            builder.task(name + i, task -> task.periodNs(400 * MS).model(new ModelSource.Zoo(name, "small", 1))
                .segment(List.of(new NamedVariant("gpu0", Precision.FP32, 60 * MS, 0, SHORT)))
                .memory(new TaskMemory(footprint * MIB, OptionalLong.of(swapMebibytes * MIB), Optional.empty(), MIB, 0)));
        }
        return builder.build();
    }

    private static RunResult run(final TaskSet set, final NetworkWorks works, final List<String> errors) throws InterruptedException {
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(task + ": " + cause);
            }
        };
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), works, listener)) {
            tactus.start();
            Thread.sleep((tactus.zeroNs() - System.nanoTime()) / MS + 1300);
            return tactus.stop();
        }
    }

    @Test
    void shouldAnswerBitForBitAsUnswappedWhenWeightsComeAndGo() throws InterruptedException {
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            for (final Residency residency : Residency.values()) {
                final TaskSet set = set(gpu(44, protocol, residency), 19, List.of("resnet", "densenet", "resnet", "mobilenet"), 21);
                final List<String> errors = Collections.synchronizedList(new ArrayList<>());
                final NetworkWorks works = new NetworkWorks();
                final RunResult result = run(set, works, errors);
                assertEquals(List.of(), errors, protocol + " " + residency);
                for (int i = 0; i < set.tasks().size(); i++) {
                    final Task task = set.tasks().get(i);
                    assertTrue(result.tasks().get(i).jobs() > 0, result.tasks().get(i).toString());
                    assertArrayEquals(works.offline(set, task, RunSettings.DEFAULT.seed()).get("output"),
                        works.answers().get(task.name()).get("output"), protocol + " " + residency + " " + task.name());
                }
                final SwapResult swaps = result.devices().getFirst().swaps().orElseThrow();
                assertTrue(swaps.chunksIn() > 0 && swaps.chunksOut() > 0, swaps.toString());
                assertEquals(residency == Residency.SEMANTIC, swaps.chunksDropped() > 0, swaps.toString());
            }
        }
    }

    /** Chunks of one network come in while another one's go out, on the two copy engines of the software GPU. */
    @Test
    void shouldAnswerBitForBitWhenChunksComeInWhileOthersGoOut() throws InterruptedException {
        for (final Residency residency : Residency.values()) {
            final DeviceSpec alone = gpu(44, SwapProtocol.SEQ, residency);
            final DeviceSpec gpu = alone.withMemory(alone.memory().orElseThrow().withDuplex(
                new DeviceMemory.Duplex(2 * MS, 2 * MS, 2 * MS)));
            final TaskSet set = set(gpu, 19, List.of("resnet", "densenet", "resnet", "mobilenet"), 21);
            final List<String> errors = Collections.synchronizedList(new ArrayList<>());
            final NetworkWorks works = new NetworkWorks();
            final RunResult result = run(set, works, errors);
            assertEquals(List.of(), errors, residency.text());
            for (final Task task : set.tasks()) {
                assertArrayEquals(works.offline(set, task, RunSettings.DEFAULT.seed()).get("output"),
                    works.answers().get(task.name()).get("output"), residency + " " + task.name());
            }
            final SwapResult swaps = result.devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.chunksIn() > 0 && swaps.chunksOut() > 0, swaps.toString());
            assertTrue(swaps.mostUsedBytes() <= 44 * MIB, swaps.toString());
        }
    }

    @Test
    void shouldRefuseWhenTheWrittenMemoryIsTooSmallForTheWeights() {
        final TaskSet set = set(gpu(64, SwapProtocol.SEQ, Residency.SEMANTIC), 4, List.of("resnet", "resnet"), 12);
        final String said = assertThrows(InvalidModelException.class, () -> run(set, new NetworkWorks(), new ArrayList<>())).getMessage();
        assertTrue(said.startsWith("task 'resnet0': memory: its network's weights and tensors take more than the 11MiB")
            && said.contains("tactus profile"), said);
    }
}
