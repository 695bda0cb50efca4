// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Precision;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;

@Timeout(60)
class QuantizedTaskTest {
    private static final long MS = 1_000_000;

    /** A network in five segments on the CPU, some of them in int8. */
    private static TaskSet set(final ModelSource source, final boolean... int8) {
        return TaskSet.builder("mixed").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0")).task("signs", task -> {
            task.periodNs(200 * MS).model(source);
            for (final boolean bytes : int8) {
                task.segment(List.of(new NamedVariant("cpu0", bytes ? Precision.INT8 : Precision.FP32, 20 * MS, 0, ActualTime.WCET)));
            }
        }).build();
    }

    private static ModelSource zoo(final int cuts) {
        return new ModelSource.Zoo("resnet", "small", cuts);
    }

    @Test
    void shouldAnswerAsOfflineWhenAMixtureRuns() throws InterruptedException {
        final TaskSet set = set(zoo(5), false, true, true, false, true);
        final NetworkWorks works = new NetworkWorks();
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), works, KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            tactus.start();
            Thread.sleep(700);
            assertTrue(tactus.stop().tasks().getFirst().jobs() >= 1);
        }
        final byte[] run = works.answers().get("signs").get("output");
        final byte[] offline = works.offline(set, set.tasks().getFirst(), RunSettings.DEFAULT.seed()).get("output");
        assertArrayEquals(offline, run);
        final TaskSet floats = set(zoo(5), false, false, false, false, false);
        final byte[] exact = works.offline(floats, floats.tasks().getFirst(), RunSettings.DEFAULT.seed()).get("output");
        assertFalse(Arrays.equals(exact, run), "int8 leaves its mark");
    }

    @Test
    void shouldAskForRangesWhenAFileHasNone(@TempDir final Path folder) throws IOException {
        Files.write(folder.resolve("net.onnx"), ModelZoo.generate("resnet", "small", 1).bytes());
        final TaskSet set = set(new ModelSource.OnnxFile("net.onnx", 2), true, true);
        final String said = assertThrows(InvalidModelException.class,
            () -> new NetworkWorks(folder).load(set, set.tasks().getFirst())).getMessage();
        assertTrue(said.contains("carries no ranges for int8; write a file that does: tactus quantize"), said);
    }

    @Test
    void shouldKeepTheTimesOfTheModelWhenTheGpuIsMadeUp() throws InterruptedException {
        final TaskSet set = TaskSet.builder("open").device(DeviceSpec.cpu("cpu0"))
            .device(new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), "software", 0, Optional.empty(), 0))
            .task("signs", (final TaskBuilder task) -> {
                task.periodNs(200 * MS).model(zoo(2));
                for (int i = 0; i < 2; i++) {
                    task.segment(List.of(NamedVariant.fp32("gpu0", MS), NamedVariant.int8("cpu0", MS, 0)));
                }
            }).build();
        final WcetSidecar.TaskWcet task = new Profiler((role, cores) -> "nothing", 5, 0.5, false)
            .profile(set, Path.of(""), (name, share) -> { }).tasks().getFirst();
        final List<WcetSidecar.SegmentWcet> there = task.segments().stream().filter(of -> of.device().equals("gpu0")).toList();
        assertEquals(2, there.size());
        there.forEach(segment -> assertTrue(segment.wcetNs() == MS && segment.measured().p50Ns() > 0, segment.toString()));
        assertTrue(task.boundaries().stream().allMatch(boundary -> boundary.toHostNs() == 0 && boundary.toDeviceNs() == 0));
    }

    @Test
    void shouldMeasureEveryVariantAndConversionWhenPrecisionsAreOpen() throws InterruptedException {
        final TaskSet set = TaskSet.builder("open").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .task("signs", (final TaskBuilder task) -> {
                task.periodNs(200 * MS).model(zoo(3));
                for (int i = 0; i < 3; i++) {
                    task.segment(List.of(NamedVariant.fp32("acc0", MS), NamedVariant.fp32("cpu0", MS), NamedVariant.int8("cpu0", MS, 0)));
                }
            }).build();
        final WcetSidecar measured =
            new Profiler((role, cores) -> "nothing", 5, 0.5, false).profile(set, Path.of(""), (task, share) -> { });
        final WcetSidecar.TaskWcet task = measured.tasks().getFirst();
        assertEquals(6, task.segments().size(), "both variants on the CPU of each segment");
        final Set<String> found = new HashSet<>();
        task.segments().forEach(segment -> {
            assertEquals(Math.ceil(segment.measured().maxNs() * 1.5), segment.wcetNs(), 1);
            assertTrue(found.add(segment.segment() + segment.device() + segment.precision()));
        });
        final List<Boundary> between = task.boundaries().stream().filter(boundary -> boundary.to() < 3).toList();
        assertTrue(between.stream().allMatch(boundary -> boundary.quantiseNs() > 0 && boundary.dequantiseNs() > 0));
        assertEquals(Set.of(-1, 0, 1), Set.copyOf(between.stream().map(Boundary::from).toList()));
        assertEquals(new Boundary(2, 3, 0, 0, 0, 0), task.boundaries().getLast(), "the output is converted where it is made");
    }
}
