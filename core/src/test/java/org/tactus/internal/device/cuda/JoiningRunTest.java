// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.TimedWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Precision;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Tasks join and leave a software GPU's memory while others run there: what they hold is really made, unmapped and freed. */
@Timeout(180)
class JoiningRunTest {
    private static final long MS = 1_000_000;
    private static final long MIB = 1 << 20;
    private static final List<String> NAMES = List.of("resnet", "densenet", "mobilenet");

    private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
    private final KernelListener listener = new KernelListener() {
        @Override
        public void onError(final String task, final Throwable cause) {
            errors.add(task + ": " + cause.getMessage());
        }
    };

    private static DeviceSpec gpu(final long bytes) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0,
            Optional.of(new DeviceMemory(bytes, MIB, SwapProtocol.SEQ, MS, MS, 0, 0)), 0);
    }

    private TaskSetRun open(final TaskSet set, final WorkFactory factory) {
        return TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), factory, listener);
    }

    private static void await(final TaskSetRun run, final RunHandle task, final long jobs) throws InterruptedException {
        final long before = run.completed(task);
        while (run.completed(task) < before + jobs) {
            Thread.sleep(5);
        }
    }

    /** Without networks: large stays with 10 MiB of the 16, and leaves; then the others may have all 16 MiB at once. */
    @Test
    void shouldGiveOthersTheMemoryWhenATaskWithAFixedPartLeaves() throws InterruptedException {
        final var builder = TaskSet.builder("leaving").device(gpu(16 * MIB))
            .task("large", task -> task.periodNs(40 * MS).memory(new TaskMemory(10 * MIB, OptionalLong.empty(), Optional.empty(), 0, 0))
                .segment("gpu0", MS));
        for (final String name : List.of("a", "b", "c")) {
            builder.task(name, task -> task.periodNs(40 * MS)
                .memory(new TaskMemory(6 * MIB, OptionalLong.of(6 * MIB), Optional.empty(), 0, 0)).segment("gpu0", MS));
        }
        final TaskSet set = builder.build();
        final var late = TaskSet.builder("late").device(gpu(16 * MIB))
            .task("late", task -> task.periodNs(40 * MS).memory(new TaskMemory(2 * MIB, OptionalLong.of(MIB), Optional.empty(), 0, 0))
                .segment("gpu0", MS)).build().tasks().getFirst();
        try (TaskSetRun run = open(set, new TimedWorks())) {
            run.start();
            await(run, run.handle("c"), 3);
            run.remove("large");
            Thread.sleep(200);
            await(run, run.add(late), 5);
            await(run, run.handle("a"), 5);
            final RunResult result = run.stop();
            assertEquals(List.of(), errors);
            final long most = result.devices().getFirst().swaps().orElseThrow().mostUsedBytes();
            assertTrue(most > 10 * MIB + 6 * MIB - MIB && most <= 16 * MIB, most + " bytes");
        }
    }

    @Test
    void shouldComputeTheSameWhenANetworkJoinsAndLeaves() throws InterruptedException {
        computeTheSame(gpu(36 * MIB));
    }

    /** The same with all constants in files. */
    @Test
    void shouldComputeTheSameWhenANetworkJoinsAndLeavesAndWeightsAreInFiles(@TempDir final Path folder) throws InterruptedException {
        computeTheSame(gpu(36 * MIB).withMemory(gpu(36 * MIB).memory().orElseThrow().withWeightsIn(folder.toString(), MS)));
    }

    /** The third network joins a memory that two fill, leaves, and joins again; each last answer is that of the unswapped network. */
    private void computeTheSame(final DeviceSpec gpu) throws InterruptedException {
        final var builder = TaskSet.builder("joining").device(gpu);
        for (final String name : NAMES) {
            builder.task(name, task -> task.periodNs(300 * MS).model(new ModelSource.Zoo(name, "small", 1))
                .segment(List.of(new NamedVariant("gpu0", Precision.FP32, 60 * MS, 0, new ActualTime(0.05, 0.05))))
                .memory(new TaskMemory(20 * MIB, OptionalLong.of(16 * MIB), Optional.empty(), MIB, 0)));
        }
        joinTwice(builder.build(), new NetworkWorks(), 36 * MIB);
    }

    private void joinTwice(final TaskSet all, final NetworkWorks networks, final long bytes) throws InterruptedException {
        final TaskSet first = new TaskSet(all.name(), all.policy(), all.overheads(), all.platform(), all.tasks().subList(0, 2));
        final RunResult result;
        try (TaskSetRun run = open(first, networks)) {
            run.start();
            await(run, run.handle("resnet"), 2);
            for (int round = 0; round < 2; round++) {
                final RunHandle third = run.add(all.tasks().get(2));
                await(run, third, 2);
                await(run, run.handle("densenet"), 2);
                if (round == 0) {
                    run.remove(third);
                    Thread.sleep(1200); // its last job
                }
            }
            result = run.stop();
        }
        assertEquals(List.of(), errors);
        final long most = result.devices().getFirst().swaps().orElseThrow().mostUsedBytes();
        assertTrue(most <= bytes, most + " bytes");
        for (final var task : all.tasks()) {
            assertArrayEquals(networks.offline(all, task, RunSettings.DEFAULT.seed()).get("output"),
                networks.answers().get(task.name()).get("output"), task.name());
        }
    }

    /** Of a refused task nothing is said, also later. */
    @Test
    void shouldWarnWhenTensorsOfANetworkThatJoinsTakeLongerThanMovesAreCharged() throws InterruptedException {
        final var builder = TaskSet.builder("tensors").device(gpu(36 * MIB))
            .task("there", task -> task.periodNs(40 * MS).memory(new TaskMemory(2 * MIB, OptionalLong.of(MIB), Optional.empty(), 0, 0))
                .segment("gpu0", MS));
        for (final String name : List.of("larger", "late")) {
            final List<NamedVariant> segment = List.of(new NamedVariant("gpu0", Precision.FP32, 60 * MS, 0, new ActualTime(0.05, 0.05)));
            builder.task(name, task -> task.periodNs(300 * MS).model(new ModelSource.Zoo("resnet", "small", 2)).segment(segment)
                .segment(segment).memory(new TaskMemory(20 * MIB, OptionalLong.of(16 * MIB), Optional.empty(), MIB, 0)));
        }
        final TaskSet all = builder.build();
        final NetworkWorks networks = new NetworkWorks();
        final WorkFactory refusing = (set, devices, task, seed) -> {
            networks.prepare(set, devices, task, seed).forEach(SegmentWork::close);
            throw new IllegalStateException("prepared, and refused then");
        };
        try (TaskSetRun run = open(new TaskSet(all.name(), all.policy(), all.overheads(), all.platform(), all.tasks().subList(0, 1)),
            networks)) {
            run.start();
            final List<String> before = run.warnings();
            assertThrows(IllegalStateException.class, () -> run.add(all.tasks().get(1), refusing));
            assertEquals(before, run.warnings());
            run.add(all.tasks().get(2));
            final List<String> more = run.warnings().stream().filter(warning -> !before.contains(warning)).toList();
            assertEquals(1, more.size(), more::toString);
            assertTrue(more.getFirst().startsWith("gpu0: a load beside a job of late waits for"), more::toString);
        }
    }

    /** By kernels of our own, which are tried in another stream than that of the tasks and then run there. */
    @Test
    void shouldComputeTheSameWhenANetworkOfKernelsJoinsAndLeaves(@TempDir final Path folder) throws IOException, InterruptedException {
        final int kib = 1 << 10;
        final DeviceSpec gpu = new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(
            new DeviceMemory(512 * kib, 4 * kib, SwapProtocol.SEQ, MS, MS, 0, 0)), 0).withCompute(DeviceSpec.Compute.KERNELS);
        final var builder = TaskSet.builder("kernels").device(gpu);
        for (final String name : NAMES) {
            Files.write(folder.resolve(name + ".onnx"), TestModels.deep(48, 6 + name.length() % 3).bytes());
            builder.task(name, task -> task.periodNs(600 * MS).model(new ModelSource.OnnxFile(name + ".onnx", 1))
                .segment(List.of(new NamedVariant("gpu0", Precision.FP32, 100 * MS, 0, new ActualTime(0.05, 0.05))))
                .memory(new TaskMemory(256 * kib, OptionalLong.of(160 * kib), Optional.empty(), 32 * kib, 0)));
        }
        joinTwice(builder.build(), new NetworkWorks(folder), 512 * kib);
    }
}
