// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;

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
