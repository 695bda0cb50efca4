// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.ModelSource;

class TaskSetWriterTest {
    @TempDir
    private Path directory;

    private LoadedTaskSet load(final Path file) {
        return TaskSetFile.load(file, Sets.options(directory));
    }

    @Test
    void shouldReadBackEqualWhenEveryKeyWasWritten() throws IOException {
        final LoadedTaskSet first = load(Sets.write(directory, Sets.FULL));
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        final LoadedTaskSet second = load(copy);
        assertEquals(first.taskSet(), second.taskSet());
        assertEquals(first.overheadsSource(), second.overheadsSource());
        final List<String> lines = Files.readAllLines(copy);
        assertEquals("# a copy", lines.get(0));
        assertEquals("tactus: 1", lines.get(1));
        assertTrue(lines.contains("  - {device: cpu0, wcet: 3ms, actual: 0.5}"), String.join("\n", lines));
    }

    @Test
    void shouldNameTheSameFilesWhenWrittenElsewhere() throws IOException {
        Files.writeString(directory.resolve("net.onnx"), "not read here");
        Files.writeString(directory.resolve("objects.csv"), "index,bytes\n0,1000\n");
        final LoadedTaskSet first = load(Sets.write(directory, Sets.FULL
            .replace("{footprint: 4650MiB, swap: 576MiB}", "{objects: objects.csv}")
            .replace("{zoo: resnet, size: medium, cuts: 1}", "{file: net.onnx}")));
        final Path copy = directory.resolve("below/copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        final String text = Files.readString(copy);
        assertTrue(text.contains("file: ../net.onnx") && text.contains("objects: ../objects.csv"), text);
        assertEquals(1000, load(copy).taskSet().tasks().get(0).memory().orElseThrow().footprintBytes());
    }

    @Test
    void shouldKeepTheExtentsOfANetworkThatLeavesThemOpen() throws IOException {
        Files.writeString(directory.resolve("net.onnx"), "not read here");
        final LoadedTaskSet first = load(Sets.write(directory, Sets.FULL.replace("{zoo: resnet, size: medium, cuts: 1}",
            "{file: net.onnx, dims: {batch: 1, \"2*n\": 8, audio: [1, 512]}, shapes: {images: [1, 3, 64, 48], boxes: [0, 4]}}")));
        final ModelSource.OnnxFile source = (ModelSource.OnnxFile) first.taskSet().tasks().get(1).model().orElseThrow();
        assertEquals(Map.of("batch", 1L, "2*n", 8L), source.dims());
        assertEquals(Map.of("audio", List.of(1L, 512L), "images", List.of(1L, 3L, 64L, 48L), "boxes", List.of(0L, 4L)), source.shapes());
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        assertEquals(first.taskSet(), load(copy).taskSet());
    }

    @Test
    void shouldKeepTheNumbersOfGivenInputsWhenTheyAreNegative() throws IOException {
        Files.writeString(directory.resolve("net.onnx"), "not read here");
        final LoadedTaskSet first = load(Sets.write(directory, Sets.FULL.replace("{zoo: resnet, size: medium, cuts: 1}",
            "{file: net.onnx, inputs: {mask: -10000, threshold: -2.5e-9, rate: 16000}}")));
        assertEquals(Map.of("mask", -10_000.0, "threshold", -2.5e-9, "rate", 16_000.0),
            ((ModelSource.OnnxFile) first.taskSet().tasks().get(1).model().orElseThrow()).inputs());
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        assertEquals(first.taskSet(), load(copy).taskSet());
    }

    @Test
    void shouldRefuseExtentsThatMeanNothing() throws IOException {
        Files.writeString(directory.resolve("net.onnx"), "not read here");
        Files.writeString(directory.resolve("net.tflite"), "not read here");
        final Map<String, String> refused = Map.of("{file: net.onnx, dims: {n: 0}}", "n: 0 is", "{file: net.onnx, dims: {n: x}}", "n: ",
            "{file: net.onnx, dims: 3}", "dims", "{file: net.onnx, shapes: {x: 3}}", "x must be a list",
            "{file: net.onnx, shapes: {x: [-1]}}", "an element of x", "{zoo: resnet, dims: {n: 1}}", "dims: only an ONNX 'file'",
            "{file: net.tflite, shapes: {x: [1]}}", "only an ONNX file leaves extents open",
            "{file: net.onnx, dims: {x: [1]}, shapes: {x: [1]}}", "'x' has a shape below 'dims', too");
        for (final Map.Entry<String, String> wrong : refused.entrySet()) {
            final Path file = Sets.write(directory, Sets.FULL.replace("{zoo: resnet, size: medium, cuts: 1}", wrong.getKey()));
            final String message = assertThrows(FileFormatException.class, () -> load(file), wrong.getKey()).getMessage();
            assertTrue(message.contains(wrong.getValue()), wrong.getKey() + " gives " + message);
        }
    }

    @Test
    void shouldListTheFilesOfSegmentsWhenTheyAreTensorFlowLites() throws IOException {
        Files.writeString(directory.resolve("a.tflite"), "not read here");
        final LoadedTaskSet first = load(Sets.write(directory, Sets.FULL.replace("sram: 8MiB", "sram: 4MiB, link: usb2")
            .replace("{zoo: resnet, size: medium, cuts: 1}", "{file: a.tflite}")));
        final Path copy = directory.resolve("below/copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        final String text = Files.readString(copy);
        assertTrue(text.contains("files: [../a.tflite]") && text.contains("sram: 4MiB, link: usb2"), text);
        assertEquals("usb2", load(copy).taskSet().platform().devices().get(3).link());
    }

    @Test
    void shouldBeExactWhenTimesAndSizesAreOdd() {
        final SplittableRandom random = new SplittableRandom(5);
        for (int n = 0; n < 2000; n++) {
            final long value = random.nextLong() >>> random.nextInt(1, 64);
            assertEquals(value, Durations.parse(Durations.exact(value)));
            assertEquals(value, Sizes.parse(Sizes.exact(value)));
        }
        assertEquals("1.5ms", Durations.exact(1_500_000));
        assertEquals("32MiB", Sizes.exact(32 << 20));
    }
}
