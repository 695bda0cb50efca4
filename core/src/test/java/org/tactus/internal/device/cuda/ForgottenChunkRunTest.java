// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Precision;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;

/** A whole run in which chunks of one task's network vanish, though the policy holds them to be there. */
@Timeout(120)
class ForgottenChunkRunTest {
    private static final long MS = 1_000_000;
    private static final long MIB = 1 << 20;
    private static final List<String> NAMES = List.of("resnet", "densenet", "mobilenet");

    /** There is room for all, so that no later move of the chunks that are not there breaks, too, and tells another error. */
    private static TaskSet set() {
        final TaskSetBuilder builder = TaskSet.builder("swapped").device(new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(),
            CudaDevices.SOFTWARE, 0, Optional.of(new DeviceMemory(64 * MIB, MIB, SwapProtocol.SEQ, MS, MS, 0, 0)), 0));
        for (final String name : NAMES) {
            builder.task(name, task -> task.periodNs(300 * MS).model(new ModelSource.Zoo(name, "small", 1))
                .segment(List.of(new NamedVariant("gpu0", Precision.FP32, 60 * MS, 0, new ActualTime(0.05, 0.05))))
                .memory(new TaskMemory(18 * MIB, OptionalLong.of(17 * MIB), Optional.empty(), MIB, 0)));
        }
        return builder.build();
    }

    /** Lets go of the task's chunks when its third job starts; on the dispatcher's thread, as a mover at fault would. */
    private record Forgetting(CudaWork work, CudaDevice device, int slot) implements CudaWork {
        @Override
        public void launch(final long stream, final long job) {
            if (job == 2) {
                device.region(slot).unmapAll();
            }
            work.launch(stream, job);
        }

        @Override
        public Throwable end() {
            return work.end();
        }

        @Override
        public long modelledNs(final long job) {
            return work.modelledNs(job);
        }

        @Override
        public void terminate() {
            work.terminate();
        }

        @Override
        public void close() {
            work.close();
        }
    }

    @Test
    void shouldStopTheTaskAloneWhenItsChunksVanish() throws InterruptedException {
        final TaskSet set = set();
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final NetworkWorks networks = new NetworkWorks();
        final WorkFactory factory = (of, devices, task, seed) -> {
            final List<SegmentWork> works = networks.prepare(of, devices, task, seed);
            return task.name().equals("resnet")
                ? List.of(new Forgetting((CudaWork) works.getFirst(), (CudaDevice) devices.getFirst(), 0)) : works;
        };
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(task + ": " + cause.getMessage());
            }
        };
        final RunResult result;
        try (TaskSetRun run = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), factory, listener)) {
            run.start();
            Thread.sleep((run.zeroNs() - System.nanoTime()) / MS + 2000);
            result = run.stop();
        }
        assertEquals(List.of("resnet: chunk 0 of the 17 that 'resnet' has is not in the GPU's memory; a segment needs all of them"),
            errors);
        assertEquals(2, result.tasks().getFirst().jobs(), "the jobs before");
        assertFalse(result.devices().getFirst().lost());
        for (final Task task : set.tasks().subList(1, NAMES.size())) {
            assertTrue(result.tasks().get(set.tasks().indexOf(task)).jobs() > 2, result.tasks().toString());
            assertArrayEquals(networks.offline(set, task, RunSettings.DEFAULT.seed()).get("output"),
                networks.answers().get(task.name()).get("output"), task.name());
        }
    }
}
