// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.edgetpu.software.SoftwareEdgeTpu;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.edgetpu.EdgeTpuDevices;
import org.tactus.internal.kernel.Admission;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.kernel.TaskReport;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.lifecycle.Await;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Task sets on a software Edge TPU. Deadlines are far longer than any hiccup of a test machine. */
@Timeout(60)
class EdgeTpuRunTest {
    private static final long MS = 1_000_000;
    private static final String HEAD = """
        tactus: 1
        name: edge
        policy: fixed-priority
        overheads: none
        platform:
          devices:
            - {name: cpu0, kind: cpu}
            - {name: tpu0, kind: edgetpu, driver: software, link: usb3}
        tasks:
        """;

    @TempDir
    private Path folder;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private void plain(final String file, final String input, final String output) throws IOException {
        final float[][] weights = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
        Files.write(folder.resolve(file), DenseModelWriter.write(input, output, weights, new float[4], true));
    }

    private TaskSet load(final String tasks) throws IOException {
        final Path file = folder.resolve("edge.yaml");
        Files.writeString(file, HEAD + tasks);
        return TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
    }

    private TaskSetRun open(final TaskSet set) {
        return TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), new NetworkWorks(folder), KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { });
    }

    @Test
    void shouldRunChainsAcrossEdgeTpuAndCpuWhenTheSetNamesTheirFiles() throws IOException, InterruptedException {
        EdgeModels.write(folder.resolve("net_segment_0_of_2_edgetpu.tflite"), "x", "y", 7);
        EdgeModels.write(folder.resolve("net_segment_1_of_2_edgetpu.tflite"), "y", "z", 7);
        plain("tail.tflite", "z", "w");
        final TaskSet set = load("""
              - name: detect
                period: 100ms
                model: {files: [net_segment_0_of_2_edgetpu.tflite, net_segment_1_of_2_edgetpu.tflite, tail.tflite]}
                segments: [{device: tpu0, wcet: 10ms}, {device: tpu0, wcet: 10ms}, {device: cpu0, wcet: 10ms}]
              - name: timed
                period: 50ms
                segments: [{device: tpu0, wcet: 5ms, actual: 0.5}]
            """);
        try (TaskSetRun tactus = open(set)) {
            tactus.start();
            Thread.sleep(700);
            final RunResult result = tactus.stop();
            assertTrue(result.tasks().get(0).jobs() >= 3, result.tasks()::toString);
            assertTrue(result.tasks().get(1).jobs() >= 6, result.tasks()::toString);
            assertTrue(result.tasks().get(1).minNs().orElseThrow() >= 5 * MS / 2, "half of the WCET");
            assertEquals("software Edge TPU at usb software/tpu0", result.devices().get(1).driver());
            assertEquals("TensorFlow Lite 2.18.0", result.devices().get(0).driver());
            assertTrue(tactus.warnings().stream().noneMatch(warning -> warning.startsWith("tpu0: ")));
        }
    }

    @Test
    void shouldWarnWhenModelsOfSeveralCompilationsShareADevice() throws IOException, InterruptedException {
        EdgeModels.write(folder.resolve("a_edgetpu.tflite"), "x", "y", 7);
        EdgeModels.write(folder.resolve("b_edgetpu.tflite"), "x", "y", 8);
        final TaskSet set = load("""
              - {name: a, period: 100ms, model: {file: a_edgetpu.tflite}, segments: [{device: tpu0, wcet: 10ms}]}
              - {name: b, period: 100ms, model: {file: b_edgetpu.tflite}, segments: [{device: tpu0, wcet: 10ms}]}
            """);
        try (TaskSetRun tactus = open(set)) {
            tactus.start();
            assertTrue(tactus.warnings().stream().anyMatch(warning -> warning.startsWith(
                "tpu0: its models are of 2 compilations (a_edgetpu.tflite, b_edgetpu.tflite)")), tactus.warnings().toString());
            tactus.stop();
        }
    }

    @Test
    void shouldStopTheTasksOfADeviceThatDisappearsAndLetTheOthersGoOn() throws IOException, InterruptedException {
        EdgeModels.write(folder.resolve("a_edgetpu.tflite"), "x", "y", 7);
        EdgeModels.write(folder.resolve("b_edgetpu.tflite"), "x", "y", 7);
        plain("c.tflite", "x", "y");
        final TaskSet set = load("""
              - {name: a, period: 20ms, model: {file: a_edgetpu.tflite}, segments: [{device: tpu0, wcet: 8ms}]}
              - {name: b, period: 4s, model: {file: b_edgetpu.tflite}, segments: [{device: tpu0, wcet: 8ms}]}
              - {name: c, period: 20ms, model: {file: c.tflite}, segments: [{device: cpu0, wcet: 8ms}]}
            """);
        final SoftwareEdgeTpu software = SoftwareEdgeTpu.open(EdgeTpuDevices.settings(set.platform().devices().get(1)));
        final List<Device> devices =
            List.of(new CpuDevice(Clock.SYSTEM, "java"), EdgeTpuDevices.software(set.platform().devices().get(1), software));
        final NetworkWorks factory = new NetworkWorks(folder);
        final KernelOptions options = KernelOptions.DEFAULT;
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(options, 2));
        try (Kernel kernel = new Kernel(set, devices, memory, options, Admission.ALL, ThreadSetup.NONE,
            new HeardFailures(heard), (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM)) {
            kernel.start();
            final List<List<SegmentWork>> works = new ArrayList<>();
            set.tasks().forEach(task -> works.add(factory.prepare(set, devices, task, 1)));
            final int[] slots = kernel.addAll(set.tasks(), works, Clock.SYSTEM.nanoTime() + 20 * MS);
            Await.until(() -> kernel.completed(slots[0]) >= 3);
            assertEquals(2, software.uploads(), "both models of one compilation stay");
            software.unplug();
            Await.until(() -> heard.contains("lost tpu0"));
            assertTrue(heard.getFirst().startsWith("error a TfLiteInterpreterInvoke failed with code 1: the USB device is gone"),
                heard::toString);
            Await.until(() -> kernel.isStopped(slots[0]) && kernel.isStopped(slots[1]));
            final long done = kernel.completed(slots[2]);
            Await.until(() -> kernel.completed(slots[2]) >= done + 5);
            assertThrows(AdmissionRefusedException.class,
                () -> kernel.addAll(List.of(set.tasks().getFirst()), List.of(works.getFirst()), Clock.SYSTEM.nanoTime()));
            assertTrue(kernel.stop(2_000 * MS));
            final TaskReport others = kernel.report(slots[2]);
            assertEquals(others.released(), others.completed());
            assertEquals(List.of(), software.misuse());
            assertEquals(Optional.empty(), software.defect());
        }
    }

    private String refusal(final String tasks) throws IOException, InterruptedException {
        try (TaskSetRun tactus = open(load(tasks))) {
            return assertThrows(RuntimeException.class, tactus::start).getMessage();
        }
    }

    @Test
    void shouldSayWhichFileAndWhichSegmentWhenADeviceCannotRunAModel() throws IOException, InterruptedException {
        EdgeModels.write(folder.resolve("a_edgetpu.tflite"), "x", "y", 7);
        plain("c.tflite", "x", "y");
        Files.writeString(folder.resolve("broken.tflite"), "no model at all");
        assertEquals("a_edgetpu.tflite is compiled for an Edge TPU, which 'cpu0' is not; name a device of kind edgetpu, with"
            + " 'driver: software' where there is none",
            refusal("  - {name: a, period: 20ms, model: {file: a_edgetpu.tflite}, segments: [{device: cpu0, wcet: 8ms}]}\n"));
        assertEquals("c.tflite is not compiled for an Edge TPU, which 'tpu0' is; compile it by edgetpu_compiler, or name a cpu device",
            refusal("  - {name: a, period: 20ms, model: {file: c.tflite}, segments: [{device: tpu0, wcet: 8ms}]}\n"));
        assertEquals("broken.tflite: the file does not begin with TFL3; it is no such thing, or damaged",
            refusal("  - {name: a, period: 20ms, model: {file: broken.tflite}, segments: [{device: cpu0, wcet: 8ms}]}\n"));
    }

    @Test
    void shouldSayWhatIsMissingWhenTheDeviceIsNotHere() throws IOException {
        final TaskSet set = load("  - {name: a, period: 20ms, segments: [{device: tpu0, wcet: 8ms}]}\n");
        final Map<String, String> drivers = Map.of("driver: libedgetpu", "needs an Edge TPU: no libedgetpu.so.1; install",
            "index: 0", "needs an Edge TPU: no libedgetpu.so.1; install",
            "driver: usb", "names the driver 'usb'; there are software and libedgetpu");
        for (final Map.Entry<String, String> driver : drivers.entrySet()) {
            final String text = Files.readString(folder.resolve("edge.yaml")).replace("driver: software", driver.getKey());
            final Path file = folder.resolve("real.yaml");
            Files.writeString(file, text);
            final TaskSet real = TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
            final InvalidTaskSetException error = assertThrows(InvalidTaskSetException.class, () -> open(real));
            assertEquals("platform.devices[1].driver", error.field());
            assertTrue(error.getMessage().startsWith("device 'tpu0' " + driver.getValue()), error.getMessage());
        }
        assertEquals(8 << 20, set.platform().devices().get(1).sramBytes());
    }
}
