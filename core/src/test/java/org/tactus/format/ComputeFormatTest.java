// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.Compute;

/** The key {@code compute} of a device. */
class ComputeFormatTest {
    private static final String SET = """
        tactus: 1
        name: set
        policy: fixed-priority
        overheads: none
        platform:
          devices:
            - {name: any, kind: cuda, driver: software}
            - {name: own, kind: cuda, driver: software, compute: kernels, memory: 64MiB}
            - {name: ort, kind: cuda, index: 1, compute: onnxruntime, memory: 64MiB}
            - {name: real, kind: cuda, compute: kernels, memory: 64MiB}
            - {name: half, kind: cuda, compute: kernels-fp16, memory: 64MiB}
        tasks:
          - {name: t, period: 100ms, segments: [{device: any, wcet: 1ms}]}
        """;

    @TempDir
    private Path directory;

    @Test
    void shouldSayWhatComputesNetworks() throws IOException {
        final List<DeviceSpec> devices = Sets.load(directory, SET).taskSet().platform().devices();
        assertEquals(List.of(Compute.ANY, Compute.KERNELS, Compute.ONNX_RUNTIME, Compute.KERNELS, Compute.KERNELS_FP16),
            devices.stream().map(DeviceSpec::compute).toList());
        assertEquals(List.of(false, true, false, true, true), devices.stream().map(DeviceSpec::holdsNetworks).toList());
        assertEquals(Compute.KERNELS, devices.get(1).withPreemption(DeviceSpec.Preemption.SEGMENTS).compute());
    }

    @Test
    void shouldComputeByKernelsWhenTheyAreAskedForOrNothingElseCan() throws IOException {
        final List<DeviceSpec> devices = new ArrayList<>(Sets.load(directory, SET).taskSet().platform().devices());
        devices.add(new DeviceSpec("free", DeviceKind.CUDA, List.of(), "", 3, Optional.empty(), 0));
        devices.add(new DeviceSpec("cpu", DeviceKind.CPU, List.of(0), "", 0, Optional.empty(), 0));
        final List<Integer> asked = new ArrayList<>();
        assertEquals(List.of(false, true, false, true, true, true, false),
            devices.stream().map(device -> device.computesByKernels(gpu -> asked.add(gpu))).toList());
        assertEquals(List.of(3), asked, "the runtime is asked where its answer decides, and of that very GPU");
        assertFalse(devices.get(5).computesByKernels(gpu -> false), "ONNX Runtime comes first where it can use the GPU");
    }

    @Test
    void shouldReadTheSameWhenTheSetIsWrittenAndReadAgain() throws IOException {
        final LoadedTaskSet loaded = Sets.load(directory, SET);
        final Path file = directory.resolve("again.yaml");
        TaskSetWriter.write(file, "a copy", loaded.taskSet(), loaded);
        final String written = Files.readString(file);
        for (final String word : List.of("kernels}", "kernels-fp16}", "onnxruntime}")) {
            assertTrue(written.contains("compute: " + word), written);
        }
        assertFalse(written.lines().anyMatch(line -> line.contains("any") && line.contains("compute")), written);
        assertEquals(loaded.taskSet().platform(), Sets.load(directory, written).taskSet().platform());
    }

    @Test
    void shouldNameTheWordsWhenAnotherStandsThere() {
        final String wrong = SET.replace("compute: onnxruntime", "compute: cudnn");
        final String message = assertThrows(FileFormatException.class, () -> Sets.load(directory, wrong)).getMessage();
        assertTrue(message.contains("compute: 'cudnn' is unknown; write one of kernels, kernels-fp16, onnxruntime"), message);
    }
}
