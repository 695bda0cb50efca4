// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.CommandTest;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.device.cuda.SoftwareMoves;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TensorBytes;
import org.tactus.model.DeviceMemory;

/** The way of two ONNX files to a run that swaps them, as somebody goes it who writes nothing but their names. */
class ScheduledGpuTest extends CommandTest {
    @TempDir
    private Path folder;

    @Test
    void shouldSwapTwoNetworksWhenNothingWasWrittenButTheirFiles() throws IOException {
        long bytes = 0;
        for (final String seed : List.of("1", "2")) {
            final byte[] network = ModelZoo.generate("mobilenet", "small", Long.parseLong(seed)).bytes();
            Files.write(folder.resolve("net" + seed + ".onnx"), network);
            bytes += network.length;
        }
        final String set = folder.resolve("set.yaml").toString();
        final String planned = folder.resolve("set-planned.yaml").toString();
        assertEquals(0, tactus("init", folder.resolve("net1.onnx") + ":400ms", folder.resolve("net2.onnx") + ":800ms", "--gpu",
            bytes * 3 / 4 / 1024 + "KiB", "--out", set), err::toString);
        assertEquals("", err.toString());
        assertTrue(out.toString().contains("  tactus profile " + set + "\n  tactus plan " + set + " --with rt-swap --out " + planned
            + "\n  tactus run " + planned + "\n"), out.toString());
        assertFalse(Files.readString(Path.of(set)).contains("footprint"), "nobody wrote sizes");
        final String profiled = printed(() -> assertEquals(0, tactus("profile", set, "--runs", "3"), err::toString));
        assertTrue(profiled.replaceAll("\\s+", " ").contains("times on gpu0: by the clock of the software GPU; what other work takes from "
            + "the host, which computes for it, counts"), profiled);
        assertFalse(profiled.contains("times leave out"), "no thread's clock times a GPU: " + profiled);
        final String measured = Files.readString(folder.resolve("set.wcet.yaml"));
        assertEquals(2, measured.lines().filter(line -> line.contains("memory")).count(), measured);
        assertEquals(1, tactus("analyze", set), "all of it does not fit");
        assertTrue(out.toString().replaceAll("\\s+", " ").contains("give tasks a swap volume, as 'tactus plan FILE --with rt-swap' chooses "
            + "it"), out.toString());
        assertEquals(0, tactus("plan", set, "--with", "rt-swap", "--out", planned), () -> out.toString() + err);
        final String text = printed(() -> tactus("run", planned, "--for", "4s", "--no-real-time", "--force", "--out",
            folder.resolve("out").toString())).replaceAll("\\s+", " ");
        final Matcher swapped = Pattern.compile("Swapped on gpu0: (\\d+) chunks in").matcher(text);
        assertTrue(swapped.find() && Integer.parseInt(swapped.group(1)) > 20, text);
        assertTrue(text.contains("answers equal, bit by bit, to those of the same networks outside a run: net1, net2"), text);

        Files.copy(folder.resolve("net2.onnx"), folder.resolve("net1.onnx"), StandardCopyOption.REPLACE_EXISTING);
        for (final String command : List.of("analyze", "run", "simulate")) {
            final String refused = printed(() -> {
                assertEquals(2, tactus(command, planned), command);
                System.out.print(err);
            });
            assertTrue(refused.contains("the numbers of 'net1' in this plan were measured with another net1.onnx (sha256:")
                && refused.contains("tactus profile " + set + " && tactus plan " + set + " --with rt-swap --out " + planned), refused);
        }
        assertEquals(0, tactus("profile", set, "--runs", "3"), err::toString);
        assertEquals(0, tactus("plan", set, "--with", "rt-swap", "--out", planned), () -> out.toString() + err);
        assertEquals(0, tactus("analyze", planned), err::toString);
        assertEquals(2, tactus("profile", planned, "--runs", "3"), "what it measures would count nowhere");
        assertTrue(err.toString().contains("this is a plan, and its own numbers count; measure and plan again: tactus profile " + set),
            err.toString());
        assertEquals(0, tactus("analyze", planned), "as before");
    }

    @Test
    void shouldAnswerBitByBitWhenVolumesOfSeveralPreemptedSegmentsArePlanned() throws IOException {
        final Path set = folder.resolve("preempted.yaml");
        final Path planned = folder.resolve("preempted-planned.yaml");
        final byte[] network = ModelZoo.generate("mobilenet", "small", 1).bytes();
        Files.write(folder.resolve("urgent.onnx"), network);
        Files.write(folder.resolve("large.onnx"), ModelZoo.generate("mobilenet", "small", 2).bytes());
        Files.writeString(set, """
            tactus: 1
            name: preempted
            policy: edf
            overheads: none
            platform:
              devices:
                - {name: gpu0, kind: cuda, driver: software, cores: [0, 1], memory: %dKiB, chunk: 512KiB, protocol: spe,
                   chunkIn: 900us, chunkOut: 900us, chunkDrop: 300us, swapInOverhead: 500us, swapOutOverhead: 500us}
            tasks:
              - {name: urgent, period: 800ms, deadline: 600ms, model: {file: urgent.onnx, cuts: 2},
                 segments: [{device: gpu0}, {device: gpu0}]}
              - {name: large, period: 1200ms, model: {file: large.onnx, cuts: 3},
                 segments: [{device: gpu0}, {device: gpu0}, {device: gpu0}]}
            """.formatted(2 * network.length * 3 / 4 / 1024));
        assertEquals(0, tactus("profile", set.toString(), "--runs", "3"), err::toString);
        assertEquals(0, tactus("plan", set.toString(), "--with", "rt-swap", "--out", planned.toString()), () -> out.toString() + err);
        assertTrue(out.toString().replaceAll("\\s+", " ").contains("schedulable by swap-spe-edf"), out.toString());
        final String text = printed(() -> tactus("run", planned.toString(), "--for", "4s", "--no-real-time", "--force", "--out",
            folder.resolve("out-preempted").toString())).replaceAll("\\s+", " ");
        final Matcher swapped = Pattern.compile("Swapped on gpu0: (\\d+) chunks in").matcher(text);
        assertTrue(swapped.find() && Integer.parseInt(swapped.group(1)) > 20, text);
        assertTrue(text.contains("answers equal, bit by bit, to those of the same networks outside a run: urgent, large"), text);
    }

    /** What a command prints that writes to the process's own outputs. */
    private static String printed(final Runnable command) {
        final PrintStream before = System.out;
        final PrintStream errorsBefore = System.err;
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        System.setOut(both);
        System.setErr(both);
        try {
            command.run();
        } finally {
            System.setOut(before);
            System.setErr(errorsBefore);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldRefuseAMemoryOfNoChunksAndOtherFilesWhenItWritesAGpu() throws IOException {
        final Path net = Files.write(folder.resolve("net.onnx"), ModelZoo.smallest().bytes());
        final String set = folder.resolve("set.yaml").toString();
        assertEquals(2, tactus("init", net + ":1s", "--gpu", "64KiB", "--out", set));
        assertTrue(err.toString().contains("--gpu: a memory of less than 128KiB"), err.toString());
        assertEquals(2, tactus("init", net + ":1s", "--gpu", "900000GiB", "--out", set));
        assertTrue(err.toString().contains("--gpu: a software GPU has 24GiB; give it at most that"), err.toString());
        Files.write(folder.resolve("net.tflite"), new byte[8]);
        assertEquals(2, tactus("init", folder.resolve("net.tflite") + ":1s", "--gpu", "1MiB", "--out", set));
        assertTrue(err.toString().contains("with --gpu networks are ONNX files"), err.toString());
        assertFalse(Files.exists(Path.of(set)));
    }

    @Test
    void shouldHoldSomeDozensOfChunksWhateverTheMemory() {
        for (long bytes = ScheduledGpu.LEAST_BYTES; bytes < 64L << 30; bytes = bytes * 5 / 3) {
            final long chunk = ScheduledGpu.of(bytes, List.of(0)).chunkBytes();
            assertEquals(1, Long.bitCount(chunk));
            assertTrue(bytes / chunk >= 32 && (bytes / chunk < 64 || chunk == 32 << 20), bytes + " B in chunks of " + chunk);
        }
    }

    /** Whatever the memory, and however large the tensors: what is written is no less than what the model of the software GPU takes. */
    @Test
    void shouldChargeWhatTheSoftwareGpuTakesForEachMoveWhateverItsTensors() {
        for (long bytes = ScheduledGpu.LEAST_BYTES; bytes < 64L << 30; bytes = bytes * 5 / 3) {
            for (long tensor = 1; tensor < 1L << 28; tensor *= 7) {
                final List<Long> in = List.of(4L, tensor);
                final List<Long> out = List.of(tensor / 2 + 1);
                final DeviceMemory written = ScheduledGpu.of(bytes, List.of(0)).memory(List.of(new TensorBytes(in, out)));
                final SoftwareMoves moves = SoftwareMoves.of(written);
                final String what = bytes + " B, tensors of " + tensor + " B: " + written;
                assertTrue(written.chunkInNs() >= moves.chunkInNs() && written.chunkOutNs() >= moves.chunkOutNs(), what);
                assertTrue(written.chunkDropNs() >= moves.chunkDropNs() && written.chunkDropNs() <= written.chunkOutNs(), what);
                assertTrue(written.swapInOverheadNs() >= moves.swapInOverheadNs(in), what);
                assertTrue(written.swapOutOverheadNs() >= moves.swapOutOverheadNs(out), what);
            }
        }
    }

    @Test
    void shouldWriteAnOverheadThatHoldsTheTensorsOfTheFiles() throws IOException {
        final Path net = Files.write(folder.resolve("net.onnx"), ModelZoo.generate("mobilenet", "small", 1).bytes());
        final TensorBytes tensors = TensorBytes.of(OnnxModel.load(net));
        assertTrue(tensors.inputs().getFirst() > 1000, tensors.toString());
        final Path set = folder.resolve("set.yaml");
        assertEquals(0, tactus("init", net + ":1s", "--gpu", "128KiB", "--out", set.toString()), err::toString);
        final DeviceMemory memory = TaskSetFile.load(set, TaskSetFile.Options.forProfiling()).taskSet().platform().devices().getFirst()
            .memory().orElseThrow();
        assertEquals(ScheduledGpu.of(128 << 10, List.of(0)).memory(List.of(tensors)), memory);
        assertTrue(memory.swapInOverheadNs() > 500_000, "the input is larger than some chunks: " + memory);
    }

    @Test
    void shouldReadAModelAsAFileWhenOnlyItsNameStandsThere() throws IOException {
        Files.write(folder.resolve("net.onnx"), ModelZoo.smallest().bytes());
        final String head = "tactus: 1\nname: s\npolicy: fixed-priority\noverheads: none\n"
            + "platform: {devices: [{name: cpu0, kind: cpu}]}\ntasks:\n";
        final Path set = folder.resolve("set.yaml");
        Files.writeString(set, head + "- {name: a, period: 1s, model: net.onnx, segments: [{device: cpu0, wcet: 5ms}]}\n");
        assertEquals(0, tactus("analyze", set.toString()), err::toString);
        Files.writeString(set, head + "- {name: a, period: 1s, model: none.onnx, segments: [{device: cpu0, wcet: 5ms}]}\n");
        assertEquals(2, tactus("analyze", set.toString()));
        assertTrue(err.toString().contains(set + ":7: ") && err.toString().contains("none.onnx"), err.toString());
        Files.writeString(set, head + "- {name: a, period: 1s, model: '', segments: [{device: cpu0, wcet: 5ms}]}\n");
        assertEquals(2, tactus("analyze", set.toString()));
        assertTrue(err.toString().contains(":7: model must be a map with file, "), err.toString());
    }
}
