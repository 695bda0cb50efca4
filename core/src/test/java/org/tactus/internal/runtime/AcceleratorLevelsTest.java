// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tactus.Tactus;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.ModelSource;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.Workload;

/** Levels whose networks run on a software GPU or on a software Edge TPU. */
@Timeout(120)
class AcceleratorLevelsTest {
    private static final long MS = 1_000_000;
    private static final long SRAM_BYTES = 8 << 20;
    private static final ModelSource SMALL = new ModelSource.Zoo("mobilenet", "small", 1);
    private static final ModelSource LARGER = new ModelSource.Zoo("mobilenet", "medium", 1);
    private static final DeviceSpec GPU =
        new DeviceSpec("acc0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.empty(), 0);
    private static final DeviceSpec TPU = tpu(DeviceSpec.LibraryProcess.OWN);

    @TempDir
    private Path folder;

    private static DeviceSpec tpu(final DeviceSpec.LibraryProcess process) {
        return new DeviceSpec("acc0", DeviceKind.EDGETPU, List.of(), "software", 0, Optional.empty(), SRAM_BYTES, "usb3",
            DeviceSpec.Preemption.SEGMENTS, process, DeviceSpec.Compute.ANY);
    }

    private static TaskSet set(final DeviceSpec device, final ModelSource first, final ModelSource second, final long... wcetsNs) {
        return TaskSet.builder("levels").policy(PolicyKind.EDF).device(DeviceSpec.cpu("cpu0")).device(device)
            .task("front", task -> task.periodNs(300 * MS).segment("acc0", wcetsNs[0]).levels(false, List.of(
                new Segment.Level(wcetsNs[0], 0, Optional.of(first)), new Segment.Level(wcetsNs[1], 1, Optional.of(second))))).build();
    }

    private ModelSource edge(final String name) throws IOException {
        EdgeModels.write(folder.resolve(name), "x", "y", 7);
        return new ModelSource.TfLiteFiles(List.of(name));
    }

    /** Runs with the second level worth something or nothing, so that it or the first one is always chosen. */
    private NetworkWorks run(final TaskSet set, final double worth) throws InterruptedException {
        final NetworkWorks networks = new NetworkWorks(folder);
        final WorkFactory worthy = new WorkFactory() {
            @Override
            public List<SegmentWork> prepare(final TaskSet of, final List<Device> devices, final Task task, final long seed) {
                return networks.prepare(of, devices, task, seed);
            }

            @Override
            public void placed(final Task task, final Workload.Gains gains) {
                gains.set(0, 1, worth);
            }
        };
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), worthy, KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            tactus.start();
            Thread.sleep((tactus.zeroNs() - System.nanoTime()) / MS + 700);
            assertTrue(tactus.stop().tasks().getFirst().jobs() > 0);
        }
        return networks;
    }

    @Test
    void shouldAnswerAsThePlainNetworkWhenAnyLevelRunsOnAGpu() throws InterruptedException {
        assumeTrue(OnnxRuntime.find().isPresent(), "no ONNX Runtime");
        final TaskSet set = set(GPU, SMALL, LARGER, 60 * MS, 200 * MS);
        for (int level = 0; level < 2; level++) {
            final NetworkWorks works = run(set, level);
            final Task network = set.tasks().getFirst().levelNetwork(0, level).orElseThrow();
            assertTrue(works.hasAnswered("front/0/" + level), "level " + level + " was computed");
            assertFalse(works.hasAnswered("front/0/" + (1 - level)), "the other one was not");
            assertArrayEquals(works.offline(set, network, RunSettings.DEFAULT.seed()).get("output"),
                works.answers().get(network.name()).get("output"), "level " + level);
        }
    }

    @ParameterizedTest
    @EnumSource(DeviceSpec.LibraryProcess.class)
    void shouldAnswerAsThePlainNetworkWhenAnyLevelRunsOnAnEdgeTpu(final DeviceSpec.LibraryProcess process)
        throws IOException, InterruptedException {
        final ModelSource first = edge("a_edgetpu.tflite");
        final ModelSource second = edge("b_edgetpu.tflite");
        final TaskSet set = set(tpu(process), first, second, 60 * MS, 200 * MS);
        final Map<String, byte[]> plain = plain(first);
        for (int level = 0; level < 2; level++) {
            final NetworkWorks works = run(set, level);
            assertTrue(works.hasAnswered("front/0/" + level) && !works.hasAnswered("front/0/" + (1 - level)), "level " + level);
            assertArrayEquals(plain.get("y"), works.answers().get("front/0/" + level).get("y"), "level " + level);
        }
    }

    /** What the network answers as the network of a task. */
    private Map<String, byte[]> plain(final ModelSource model) throws InterruptedException {
        final NetworkWorks works = new NetworkWorks(folder);
        final TaskSet set = TaskSet.builder("plain").device(TPU)
            .task("net", task -> task.periodNs(300 * MS).model(model).segment("acc0", 60 * MS)).build();
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), works, KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            tactus.start();
            Thread.sleep((tactus.zeroNs() - System.nanoTime()) / MS + 400);
            tactus.stop();
        }
        assertTrue(works.hasAnswered("net"));
        return works.answers().get("net");
    }

    @Test
    void shouldRunTheFirstLevelWhenItIsTheOnlyOne() throws IOException, InterruptedException {
        final ModelSource model = edge("a_edgetpu.tflite");
        final TaskSet set = TaskSet.builder("one").policy(PolicyKind.EDF).device(TPU).task("front", task -> task.periodNs(300 * MS)
            .segment("acc0", 60 * MS).levels(false, List.of(new Segment.Level(60 * MS, 0, Optional.of(model))))).build();
        final NetworkWorks works = new NetworkWorks(folder);
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), works, KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            tactus.start();
            Thread.sleep((tactus.zeroNs() - System.nanoTime()) / MS + 400);
            tactus.stop();
        }
        assertTrue(works.hasAnswered("front/0/0"));
    }

    @Test
    void shouldMeasureEachLevelOnItsDeviceWhenASetIsProfiled() throws IOException, InterruptedException {
        assumeTrue(OnnxRuntime.find().isPresent(), "no ONNX Runtime");
        final TaskSet onTpu = set(TPU, edge("a_edgetpu.tflite"), edge("b_edgetpu.tflite"), Segment.UNMEASURED, Segment.UNMEASURED);
        final TaskSet onGpu = set(GPU, SMALL, LARGER, Segment.UNMEASURED, Segment.UNMEASURED);
        for (final TaskSet open : List.of(onTpu, onGpu)) {
            final WcetSidecar measured = Tactus.profile(open, folder, 3);
            assertEquals(List.of("front/0/0", "front/0/1"), measured.tasks().stream().map(WcetSidecar.TaskWcet::name).toList());
            for (final WcetSidecar.TaskWcet level : measured.tasks()) {
                assertEquals("acc0", level.segments().getFirst().device());
                assertTrue(level.segments().getFirst().wcetNs() > 0 && level.segments().getFirst().measured().samples() == 3);
            }
        }
    }

    @Test
    void shouldAllocateNothingWhenADispatcherRunsEitherLevel() throws IOException {
        assumeTrue(OnnxRuntime.find().isPresent(), "no ONNX Runtime");
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final TaskSet onTpu = set(TPU, edge("a_edgetpu.tflite"), edge("b_edgetpu.tflite"), MS, 2 * MS);
        for (final TaskSet set : List.of(onTpu, set(GPU, SMALL, LARGER, MS, 2 * MS))) {
            try (Device device = Devices.open(set, 1, RunSettings.DEFAULT.withRealTime(false))) {
                final SegmentWork work =
                    new NetworkWorks(folder).prepare(set, List.of(new ModelledDevice(), device), set.tasks().getFirst(), 1).getFirst();
                long bytes = Long.MAX_VALUE;
                for (int round = 0; round < 5 && bytes > 0; round++) { // the first rounds load classes and compile
                    final long before = threads.getCurrentThreadAllocatedBytes();
                    for (int job = 0; job < 20; job++) {
                        device.start(work.atLevel(job % 2), job, System.nanoTime());
                        while (device.poll(System.nanoTime()) == Device.RUNNING) {
                            Thread.onSpinWait();
                        }
                    }
                    bytes = threads.getCurrentThreadAllocatedBytes() - before;
                }
                work.close();
                assertEquals(0, bytes, set.platform().devices().get(1).kind().text());
            }
        }
    }

    @Test
    void shouldRefuseByNameWhenTheDeviceSchedulesItsMemory() {
        final DeviceMemory scheduled = new DeviceMemory(64 << 20, 2 << 20, SwapProtocol.SEQ, MS, MS, 0, 0);
        final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class,
            () -> set(GPU.withMemory(scheduled), SMALL, LARGER, 60 * MS, 200 * MS));
        assertEquals("tasks[0].segments[0].levels[0].model", refused.field());
        assertTrue(refused.getMessage().contains("'acc0' has 'memory'"), refused.getMessage());
    }

    @Test
    void shouldNameTheTaskOfALevelWhenItsFileIsNotForTheDevice() throws IOException {
        final ModelSource compiled = edge("a_edgetpu.tflite");
        final InvalidTaskSetException refused =
            assertThrows(InvalidTaskSetException.class, () -> run(set(GPU, compiled, compiled, 60 * MS, 200 * MS), 1));
        assertEquals("tasks[0].segments[0].device", refused.field());
        assertTrue(refused.getMessage().contains("'acc0' is of kind cuda, which computes ONNX networks"), refused.getMessage());
        final String other =
            assertThrows(InvalidModelException.class, () -> run(set(TPU, SMALL, LARGER, 60 * MS, 200 * MS), 1)).getMessage();
        assertTrue(other.contains("'front/0/0': 'acc0' is of kind edgetpu"), other);
    }
}
