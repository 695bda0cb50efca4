// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.Boundary;
import org.tactus.model.Choices;
import org.tactus.model.DeviceMemory;
import org.tactus.model.ModelSource;
import org.tactus.model.Offer;
import org.tactus.model.Overheads;
import org.tactus.model.OverrunAction;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.Reclaim;
import org.tactus.model.Release;
import org.tactus.model.Residency;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

class TaskSetFileTest {
    private static final Quantiles SOME = new Quantiles(1000, 1, 2, 3, 4_000_001);

    @TempDir
    private Path directory;

    @Test
    void shouldReadEveryKeyWhenTheFileIsRight() throws IOException {
        final LoadedTaskSet loaded = Sets.load(directory, Sets.FULL);
        final TaskSet set = loaded.taskSet();
        assertEquals("braking", set.name());
        assertEquals(PolicyKind.FIXED_PRIORITY, set.policy());
        assertEquals(new Overheads(10_000, 2_000, 5_000, 2_500, 1_000_000), set.overheads());
        assertEquals(OverheadsSource.DECLARED, loaded.overheadsSource());
        assertEquals(List.of(1), set.platform().devices().get(0).cores());
        assertEquals(Optional.of(new DeviceMemory(18499L << 20, 32 << 20, SwapProtocol.OVL, 1_300_000, 1_400_000, 10_000, 20_000)),
            set.platform().devices().get(2).memory());
        assertEquals(8 << 20, set.platform().devices().get(3).sramBytes());
        assertEquals(new Task("detect", 250_000_000, 200_000_000, 1_000_000, 2_000_000, Release.SPORADIC, 1, OverrunAction.SKIP_NEXT,
            BacklogAction.DROP, Optional.of(new TaskMemory(4650L << 20, OptionalLong.of(576 << 20), Optional.empty())), Optional.empty(),
            List.of(new Segment(2, 12_000_000, new ActualTime(0.7, 1)), new Segment(0, 3_000_000, new ActualTime(0.5, 0.5)))),
            set.tasks().get(0));
        final Task second = set.tasks().get(1);
        assertEquals(Optional.of(new ModelSource.Zoo("resnet", "medium", 1)), second.model());
        assertEquals(1_000_000_000, second.deadlineNs());
        assertEquals(1, second.segments().get(0).wcetNs());
        assertEquals(directory, loaded.baseDirectory());
    }

    @Test
    void shouldChargeBoundaryCostsToWhoTakesTheTensorWhenVariantsAreGiven() throws IOException {
        final TaskSet set = Sets.load(directory, Sets.FULL).taskSet();
        final Task lane = set.tasks().get(2);
        final Choices choices = lane.choices().orElseThrow();
        final int[][] chosen = {{0, 0}, {1, 0}};
        assertEquals(List.of(2_300_000L, 4_225_000L), lane.segments().stream().map(Segment::wcetNs).toList(),
            "to the GPU; from the GPU, quantised, the output dequantised");
        assertEquals(List.of(5_020_000L, 4_005_000L), choices.segments(chosen[1], set.platform()).stream().map(Segment::wcetNs).toList(),
            "the input quantised; int8 to int8 costs nothing");
        assertEquals(Precision.INT8, choices.segments(chosen[1], set.platform()).get(0).precision());
        final Task sign = set.tasks().get(3);
        assertEquals(Optional.of(new Reclaim(4_000_000, 3, 1_500_000)), sign.reclaim());
        assertEquals(Optional.of(new Offer(2, 1_500_000)), sign.segments().get(1).offer());
        assertTrue(sign.choices().isEmpty());
    }

    @Test
    void shouldTellTheLineWhenALaterRoomFindsAnError() throws IOException {
        final LoadedTaskSet loaded = Sets.load(directory, Sets.FULL);
        assertEquals(directory.resolve("set.yaml") + ":28: no cut here", loaded.error("tasks[1].model.cuts", "no cut here").getMessage());
        assertEquals(27, loaded.error("tasks[1].period", "").line());
        assertEquals(26, loaded.error("tasks[1].deadline", "").line());
    }

    @Test
    void shouldUseTheMachinesCalibrationWhenTheFileAsksForIt() throws IOException {
        final TaskSetFile.Options options = Sets.options(directory);
        final String text = Sets.FULL.replaceFirst("overheads: .*", "overheads: calibrated");
        final FileFormatException missing = assertThrows(FileFormatException.class, () -> Sets.load(directory, text));
        assertEquals(directory.resolve("set.yaml") + ":4: overheads are 'calibrated' but this machine has no calibration in "
            + options.calibrationFile() + "; measure it: tactus calibrate", missing.getMessage());
        final MachineCalibration mine = new MachineCalibration(options.machine(), "2026-01-01T00:00:00Z", 10, 2, 5,
            Map.of("others", "idle: yes"), new Quantiles(1, 1, 1, 1, 7), SOME, SOME, SOME, Optional.of(new Quantiles(2, 1, 1, 1, 9)),
            Optional.of(new Quantiles(3, 1, 1, 1, 3)),
            List.of(new GpuCalibration("GPU", "another: driver", 32 << 20, SOME, SOME, 1, 2,
                List.of(new GpuCalibration.ChunkCost(2 << 20, 3, 4, 5, 0, 0, 0, 6, 7),
                    new GpuCalibration.ChunkCost(4 << 20, 8, 9, 10, 13, 14, 15, 11, 12)))));
        final MachineCalibration other = new MachineCalibration("other: machine #2", "2026", 10, 2, 5, Map.of(), SOME, SOME, SOME, SOME,
            Optional.empty(), Optional.empty(), List.of());
        CalibrationFile.store(options.calibrationFile(), other);
        CalibrationFile.store(options.calibrationFile(), other);
        CalibrationFile.store(options.calibrationFile(), mine);
        assertEquals(List.of(other, mine), CalibrationFile.read(options.calibrationFile()));
        final LoadedTaskSet loaded = Sets.load(directory, text);
        assertEquals(OverheadsSource.CALIBRATED, loaded.overheadsSource());
        assertEquals(Optional.of(mine), loaded.calibration());
        assertEquals(new Overheads(7, 9, 4_000_001, 3, 4_000_001, 4_000_001 + 20_000 + 9, 0), loaded.taskSet().overheads(),
            "the end of a GPU's segment waits for the next look of its dispatcher");
        assertEquals(KernelOptions.DEFAULT.pollNs(), MachineCalibration.LOOK_NS);
        assertEquals(4_000_001, Sets.load(directory, """
            tactus: 1
            name: plain
            policy: fixed-priority
            overheads: calibrated
            platform: {devices: [{name: acc0, kind: modelled}]}
            tasks: [{name: a, period: 1s, segments: [{device: acc0, wcet: 1ms}]}]
            """).taskSet().overheads().completionNs(), "a modelled device knows when a segment ends");
    }

    @Test
    void shouldQuoteThePathInACommandToTypeWhenAShellWouldCutIt() throws IOException {
        final Path folder = Files.createDirectory(directory.resolve("it's a b"));
        final String text = Sets.FULL.replace("{device: tpu0, wcet: 1ns}", "{device: cpu0}");
        final String said = assertThrows(FileFormatException.class, () -> Sets.load(folder, text)).getMessage();
        final String quoted = "'" + folder.toString().replace("'", "'\\''") + "/";
        assertTrue(said.contains("measure it: tactus profile " + quoted), said);
    }

    @Test
    void shouldTakeMeasuredWcetsWhenASegmentOfANetworkHasNone() throws IOException {
        final String text = Sets.FULL.replace("{device: tpu0, wcet: 1ns}", "{device: cpu0}");
        final Path file = Sets.write(directory, text);
        final FileFormatException missing = assertThrows(FileFormatException.class, () -> Sets.load(directory, text));
        assertEquals(file + ":29: segment 0 of 'classify' has no WCET for this model on cpu0; measure it: tactus profile " + file,
            missing.getMessage());
        final WcetSidecar sidecar = new WcetSidecar("braking", Sets.options(directory).machine(),
            "2026-01-01", 0.25, Map.of("others", "idle"),
            List.of(new WcetSidecar.TaskWcet("classify", WcetSidecar.modelText(new ModelSource.Zoo("resnet", "medium", 1)),
                List.of(new WcetSidecar.SegmentWcet(0, "cpu0", Precision.FP32, 4_500_000, SOME)), List.of())));
        WcetSidecarFile.write(WcetSidecarFile.beside(file), sidecar);
        assertEquals(directory.resolve("set.wcet.yaml"), WcetSidecarFile.beside(file));
        assertEquals(sidecar, WcetSidecarFile.read(WcetSidecarFile.beside(file)));
        final LoadedTaskSet loaded = Sets.load(directory, text);
        assertEquals(4_500_000, loaded.taskSet().tasks().get(1).segments().get(0).wcetNs());
        assertEquals(1, loaded.warnings().size());
        assertThrows(FileFormatException.class, () -> Sets.load(directory, text.replace("size: medium", "size: large")));
    }

    @Test
    void shouldTakeMeasuredVariantsAndConversionsWhenPrecisionsAreOpen() throws IOException {
        final String text = """
            tactus: 1
            name: mixed
            policy: fixed-priority
            overheads: none
            platform: {devices: [{name: cpu0, kind: cpu}, {name: gpu0, kind: modelled}]}
            tasks:
              - name: signs
                period: 10ms
                model: {zoo: resnet, size: small, cuts: 2}
                boundaries: [{to: 1, toHost: 5us, toDevice: 6us}]
                segments:
                  - variants: [{device: gpu0, wcet: 1ms}, {device: cpu0, precision: int8}]
                  - variants: [{device: gpu0, wcet: 1ms}, {device: cpu0, precision: int8, loss: 0.1}]
            """;
        final Path file = Sets.write(directory, text);
        assertEquals(file + ":12: segment 0 of 'signs' has no WCET for this model on cpu0 in int8; measure it: tactus profile " + file,
            assertThrows(FileFormatException.class, () -> Sets.load(directory, text)).getMessage());
        final WcetSidecar sidecar = new WcetSidecar("mixed", Sets.options(directory).machine(), "2026-01-01", 0.25, Map.of(),
            List.of(new WcetSidecar.TaskWcet("signs", WcetSidecar.modelText(new ModelSource.Zoo("resnet", "small", 2)),
                List.of(new WcetSidecar.SegmentWcet(0, "cpu0", Precision.FP32, 900, SOME),
                    new WcetSidecar.SegmentWcet(0, "cpu0", Precision.INT8, 300, SOME),
                    new WcetSidecar.SegmentWcet(1, "cpu0", Precision.INT8, 200, SOME, Map.of(), OptionalDouble.of(0.7))),
                List.of(new Boundary(Boundary.INPUT, 0, 0, 0, 3, 4), new Boundary(0, 1, 0, 0, 1000, 2000)))));
        WcetSidecarFile.write(WcetSidecarFile.beside(file), sidecar);
        assertEquals(sidecar, WcetSidecarFile.read(WcetSidecarFile.beside(file)));
        final Choices choices = Sets.load(directory, text).taskSet().tasks().getFirst().choices().orElseThrow();
        assertEquals(300, choices.variants().get(0).get(1).wcetNs());
        assertEquals(200, choices.variants().get(1).get(1).wcetNs());
        assertEquals(0.1, choices.variants().get(1).get(1).loss(), "the file tells it");
        assertEquals(0.7, Sets.load(directory, text.replace(", loss: 0.1", "")).taskSet().tasks().getFirst().choices().orElseThrow()
            .variants().get(1).get(1).loss(), "measured");
        assertEquals(0, choices.variants().get(0).get(1).loss(), "nobody measured it");
        assertEquals(List.of(new Boundary(Boundary.INPUT, 0, 0, 0, 3, 4), new Boundary(0, 1, 5000, 6000, 1000, 2000)),
            choices.boundaries());
        final Choices told = Sets.load(directory, text.replace("toDevice: 6us", "toDevice: 6us, quantise: 0us"))
            .taskSet().tasks().getFirst().choices().orElseThrow();
        assertEquals(new Boundary(0, 1, 5000, 6000, 0, 2000), told.boundaries().get(1), "0 was meant where it stands");
    }

    @Test
    void shouldLeaveGapsWhenItLoadsForProfiling() throws IOException {
        final String text = Sets.FULL.replace(", wcet: 1ns", "").replaceFirst("overheads: .*", "overheads: calibrated");
        final LoadedTaskSet loaded = TaskSetFile.load(Sets.write(directory, text),
            new TaskSetFile.Options(true, true, directory.resolve("none"), "x"));
        assertEquals(Segment.UNMEASURED, loaded.taskSet().tasks().get(1).segments().get(0).wcetNs());
        assertEquals(Overheads.NONE, loaded.taskSet().overheads());
        assertTrue(loaded.calibration().isEmpty());
    }

    @Test
    void shouldTellClassesOfMemoryApart() throws IOException {
        Files.writeString(directory.resolve("objects.csv"),
            "object,bytes,class\nweights,1000,constant\noutput,24,scratch\nhidden,8,state\ntruth,500,unused\n");
        final String text = Sets.FULL.replace("{footprint: 4650MiB, swap: 576MiB}", "{objects: objects.csv, swap: 512B}");
        final TaskMemory memory = Sets.load(directory, text).taskSet().tasks().get(0).memory().orElseThrow();
        assertEquals(new TaskMemory(1032, OptionalLong.of(512), Optional.of("objects.csv"), 24, 8), memory);
        assertEquals(1000, memory.constantBytes());
        Files.writeString(directory.resolve("objects.csv"), "bytes,class\n1,weights\n");
        assertEquals(directory.resolve("objects.csv") + ":2: class: 'weights' is none; write constant, scratch, state, unused",
            assertThrows(FileFormatException.class, () -> Sets.load(directory, text)).getMessage());
        Files.writeString(directory.resolve("objects.csv"), "bytes, class\n1000, constant\n24, scratch\n");
        assertEquals(1000, Sets.load(directory, text).taskSet().tasks().get(0).memory().orElseThrow().constantBytes(),
            "blanks in the first line");
        final String more = text.replace("{objects:", "{footprint: 1MiB, objects:");
        final String problem = assertThrows(FileFormatException.class, () -> Sets.load(directory, more)).getMessage();
        assertTrue(problem.endsWith(": footprint: the objects with classes add up to 1KiB; write that, or remove the key"), problem);
        final String sizes = Sets.FULL.replace("swap: 576MiB}", "swap: 576MiB, scratch: 4000MiB, state: 1MiB}")
            .replace("protocol: ovl", "protocol: ovl, residency: copy-all, chunkDrop: 1ms, background: false");
        final var set = Sets.load(directory, sizes).taskSet();
        assertEquals(4000L << 20, set.tasks().get(0).memory().orElseThrow().scratchBytes());
        final DeviceMemory device = set.platform().devices().get(2).memory().orElseThrow();
        assertEquals(Residency.COPY_ALL, device.residency());
        assertEquals(1_000_000, device.chunkDropNs());
        assertFalse(device.background());
    }

    private LoadedTaskSet copied(final String text) throws IOException {
        final LoadedTaskSet loaded = Sets.load(directory, text);
        final Path written = directory.resolve("copied.yaml");
        TaskSetWriter.write(written, "a copy", loaded.taskSet(), loaded);
        return TaskSetFile.load(written, TaskSetFile.Options.strict());
    }

    /** What a chunk takes beside one that moves the other way is read, written as it was read, and no shorter than alone. */
    @Test
    void shouldReadAndWriteWhatAChunkTakesBesideOneOfTheOtherWay() throws IOException {
        final String text = Sets.FULL.replace("protocol: ovl", "protocol: seq, duplexIn: 9ms, duplexOut: 8ms");
        final var set = Sets.load(directory, text).taskSet();
        final DeviceMemory device = set.platform().devices().get(2).memory().orElseThrow();
        assertTrue(device.isDuplex());
        assertEquals(new DeviceMemory.Duplex(9_000_000, 8_000_000, 8_000_000), device.duplex().orElseThrow());
        assertEquals(set, copied(text).taskSet());
        assertFalse(device.withProtocol(SwapProtocol.SPE).isDuplex(), "there each chunk is charged by itself");
        final String dropped = text.replace("duplexOut: 8ms", "duplexOut: 8ms, duplexDrop: 5ms");
        assertEquals(5_000_000, Sets.load(directory, dropped).taskSet().platform().devices().get(2).memory().orElseThrow()
            .duplex().orElseThrow().dropNs());
        assertEquals(Sets.load(directory, dropped).taskSet(), copied(dropped).taskSet());
        for (final var wrong : List.of(
            List.of("duplexIn: 9ms", "duplexIn: 1us", "duplexIn: beside a chunk that goes out one cannot come in sooner than"),
            List.of("duplexOut: 8ms", "duplexOut: 1us", "duplexOut: beside a chunk that comes in one cannot go out sooner than"),
            List.of("duplexOut: 8ms", "duplexOut: 8ms, duplexDrop: 9ms", "at most duplexOut"),
            List.of(", duplexOut: 8ms", "", "key 'duplexOut' is missing; add 'duplexOut: 1.4ms'"),
            List.of("duplexIn: 9ms, ", "", "key 'duplexIn' is missing; add 'duplexIn: 1.6ms'"),
            List.of("duplexIn: 9ms, duplexOut: 8ms", "duplexDrop: 8ms", "duplexDrop: chunks move one way at a time"))) {
            final String message = assertThrows(FileFormatException.class,
                () -> Sets.load(directory, text.replace(wrong.get(0), wrong.get(1)))).getMessage();
            assertTrue(message.contains(wrong.get(2)), message);
        }
    }

    /** What a set says of weights in files is charged to every chunk, and written as it was read. */
    @Test
    void shouldReadAndWriteWhereWeightsAreKept() throws IOException {
        final String text = Sets.FULL.replace("protocol: ovl", "protocol: ovl, weights: /var/tmp, chunkRead: 7ms");
        final int gpu = 2;
        final DeviceMemory without = Sets.load(directory, Sets.FULL).taskSet().platform().devices().get(gpu).memory().orElseThrow();
        final var loaded = Sets.load(directory, text);
        final DeviceMemory memory = loaded.taskSet().platform().devices().get(gpu).memory().orElseThrow();
        assertEquals(without.chunkInNs() + 7_000_000, memory.chunkInNs());
        assertEquals(7_000_000, memory.chunkReadNs());
        assertEquals(Optional.of("/var/tmp"), memory.weightsFolder());
        assertEquals(memory.withWeightsIn("/tmp", 0).chunkInNs(), without.chunkInNs());
        final Path written = directory.resolve("written.yaml");
        TaskSetWriter.write(written, "a copy", loaded.taskSet(), loaded);
        assertEquals(memory,
            Sets.load(directory, Files.readString(written)).taskSet().platform().devices().get(gpu).memory().orElseThrow());
    }

    @Test
    void shouldCountARelativeFolderOfWeightsFromTheTaskSet() throws IOException {
        final var memory = Sets.load(directory, Sets.FULL.replace("protocol: ovl", "protocol: ovl, weights: beside/kept, chunkRead: 7ms"))
            .taskSet().platform().devices().get(2).memory().orElseThrow();
        assertEquals(Optional.of(directory.resolve("beside/kept").toString()), memory.weightsFolder());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2GiB", "3GiB", "5KiB"})
    void shouldRefuseChunksThatCannotBeReadFromAFile(final String chunk) {
        final String text = Sets.FULL.replaceFirst("chunk: [0-9]+MiB", "chunk: " + chunk)
            .replace("protocol: ovl", "protocol: ovl, weights: /var/tmp, chunkRead: 7ms");
        final var refused = assertThrows(FileFormatException.class, () -> Sets.load(directory, text));
        assertTrue(refused.getMessage().matches("(?s).*:[0-9]+: chunk: chunks of \\S+ cannot be read from a file; "
            + "write a multiple of 4KiB below 2GiB, or remove 'weights'"), refused.getMessage());
    }

    @Test
    void shouldAddUpTheObjectsWhenATableIsGiven() throws IOException {
        Files.writeString(directory.resolve("objects.csv"), "index,bytes\n0,1000\n1,24\n");
        final String text = Sets.FULL.replace("{footprint: 4650MiB, swap: 576MiB}", "{objects: objects.csv}");
        assertEquals(1024, Sets.load(directory, text).taskSet().tasks().get(0).memory().orElseThrow().footprintBytes());
        Files.writeString(directory.resolve("objects.csv"), "bytes\n" + "1\n".repeat(1_000_000));
        assertEquals(directory.resolve("objects.csv") + ":1000001: more than 1000000 lines; join objects of one class into one line",
            assertThrows(FileFormatException.class, () -> Sets.load(directory, text)).getMessage());
        Files.writeString(directory.resolve("objects.csv"), "index,bytes\n0,-1000\n");
        assertEquals(directory.resolve("objects.csv") + ":2: bytes: '-1000' is negative; a size is at least 0",
            assertThrows(FileFormatException.class, () -> Sets.load(directory, text)).getMessage());
    }

    @Test
    void shouldReadTablesAsSpreadsheetsSaveThem() throws IOException {
        final String plain = "bytes,class\n1048576,constant\n2097152,scratch\n";
        final Map<String, String> tables = Map.of("plain", plain, "byte-order mark", '\uFEFF' + plain, "CRLF", plain.replace("\n", "\r\n"),
            "quoted", "\"bytes\",\"class\"\n\"1048576\",\"constant\"\n\"2097152\",\"scratch\"\n",
            "quoted with a comma", "name,bytes,class\n\"a, \"\"b\"\"\",1048576,constant\n\"c,d\",2097152,scratch\n");
        for (final Map.Entry<String, String> table : tables.entrySet()) {
            Files.writeString(directory.resolve("o.csv"), table.getValue());
            final LoadedTaskSet set = TaskSetFile.load(Sets.write(directory, '\uFEFF' + Sets.FULL
                .replace("{footprint: 4650MiB, swap: 576MiB}", "{objects: o.csv}")), Sets.options(directory));
            final TaskMemory memory = set.taskSet().tasks().getFirst().memory().orElseThrow();
            assertEquals(3 << 20, memory.footprintBytes(), table.getKey());
            assertEquals(2 << 20, memory.scratchBytes(), table.getKey());
        }
        Files.writeString(directory.resolve("o.csv"), "bytes;class\n1;constant\n");
        final Path wrong = Sets.write(directory, Sets.FULL.replace("{footprint: 4650MiB, swap: 576MiB}", "{objects: o.csv}"));
        final String message = assertThrows(FileFormatException.class, () -> TaskSetFile.load(wrong, Sets.options(directory))).getMessage();
        assertTrue(message.endsWith("no column 'bytes'; the first line must name the columns, separated by commas; it has 'bytes;class'"),
            message);
    }
}
