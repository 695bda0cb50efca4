// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.format.TaskSetFile;

/** What a program builds is what a file says with the same words. */
class MemoryBuildersTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    private Platform platform(final String device) throws IOException {
        return load(device, "").platform();
    }

    private TaskSet load(final String device, final String task) throws IOException {
        final Path file = Files.writeString(folder.resolve("set.yaml"), "tactus: 1\nname: s\npolicy: fixed-priority\noverheads: none\n"
            + "platform: {devices: [{name: gpu0, kind: cuda, driver: software, " + device + "}]}\n"
            + "tasks:\n  - {name: a, period: 1s, " + task + "segments: [{device: gpu0, wcet: 1ms}]}\n");
        return TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
    }

    @Test
    void shouldBuildTheDeviceThatAFileDescribes() throws IOException {
        final DeviceMemory counted = DeviceMemory.ofBytes(96 * MIB);
        assertFalse(counted.swaps());
        assertEquals(platform("memory: 96MiB").devices().getFirst(), DeviceSpec.softwareGpu("gpu0").withMemory(counted));
        assertEquals(platform("cores: [1], index: 3, memory: 96MiB, chunk: 2MiB, protocol: seq, chunkIn: 300us, chunkOut: 400us")
            .devices().getFirst(),
            DeviceSpec.softwareGpu("gpu0", 1).withIndex(3).withMemory(counted.withChunks(2 * MIB, 300_000, 400_000)));
        assertEquals(platform("memory: 96MiB, chunk: 2MiB, protocol: spe, chunkIn: 300us, chunkOut: 400us, chunkDrop: 50us, "
            + "swapInOverhead: 1us, swapOutOverhead: 2us, background: false, residency: copy-all")
            .devices().getFirst().memory().orElseThrow(),
            counted.withChunks(2 * MIB, 300_000, 400_000).withChunkDropNs(50_000).withSwapOverheadsNs(1_000, 2_000).withBackground(false)
                .withProtocol(SwapProtocol.SPE).withResidency(Residency.COPY_ALL));
    }

    @Test
    void shouldSwapOnlyWhenItHasChunksAndKeepReadsWhenTheyAreSaidAnew() {
        final DeviceMemory counted = DeviceMemory.ofBytes(96 * MIB);
        assertFalse(counted.withResidency(Residency.COPY_ALL).withBackground(false).swaps(), "how it would be done, and not that it is");
        final DeviceMemory files = counted.withWeightsIn("weights", 4_000_000).withChunks(2 * MIB, 300_000, 400_000);
        assertTrue(files.swaps());
        assertEquals("protocol", assertThrows(NullPointerException.class, () -> files.withProtocol(null)).getMessage());
        assertEquals(4_300_000, files.chunkInNs(), "the read and the copy");
        assertEquals(files, counted.withChunks(2 * MIB, 300_000, 400_000).withWeightsIn("weights", 4_000_000));
        assertTrue(files.withDuplex(new DeviceMemory.Duplex(5_000_000, 500_000, 500_000)).isDuplex());
        assertFalse(files.withDuplex(new DeviceMemory.Duplex(5_000_000, 500_000, 500_000)).withChunks(MIB, 6_000_000, 1).isDuplex(),
            "other chunks take another time beside each other");
    }

    @Test
    void shouldBuildTheMemoryOfATaskThatAFileDescribes() throws IOException {
        final String device = "memory: 96MiB, chunk: 2MiB, protocol: seq, chunkIn: 300us, chunkOut: 400us";
        final String[] words = {"footprint: 64MiB", "footprint: 64MiB, swap: 32MiB",
            "footprint: 64MiB, scratch: 16MiB, state: 0B, swap: 8MiB", "constants: [12MiB]"};
        final List<TaskMemory> built = List.of(TaskMemory.ofBytes(64 * MIB), TaskMemory.ofBytes(64 * MIB).withSwapBytes(32 * MIB),
            TaskMemory.ofBytes(64 * MIB).withClasses(16 * MIB, 0).withSwapBytes(8 * MIB), TaskMemory.ofConstants(List.of(12 * MIB)));
        for (int i = 0; i < words.length; i++) {
            assertEquals(load(device, "memory: {" + words[i] + "}, ").tasks().getFirst().memory().orElseThrow(), built.get(i), words[i]);
        }
        assertTrue(TaskMemory.ofConstants(List.of(12 * MIB)).withStreamBytes(4 * MIB).isSwapped());
        assertThrows(ArithmeticException.class, () -> TaskMemory.ofConstants(List.of(Long.MAX_VALUE, 1L)));
    }
}
