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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.ModelSource;
import org.tactus.model.Precision;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/** A measured WCET is taken only for what it was measured with. */
class StaleProfileTest {
    private static final String MACHINE = MachineName.current();
    private static final String SET = """
        tactus: 1
        name: one
        policy: fixed-priority
        overheads: none
        platform: {devices: [{name: cpu0, kind: cpu, cores: [0]}]}
        tasks:
          - {name: other, period: 40ms, segments: [{device: cpu0, wcet: 1ms}]}
          - {name: a, period: 40ms, model: {file: net.onnx, cuts: 1}, segments: [{device: cpu0}]}
        """;
    private static final Quantiles SOME = new Quantiles(5, 1, 2, 3, 4);

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("net.onnx"), "these bytes are a network");
        Files.writeString(folder.resolve("net.onnx.data"), "and these its weights");
        file = Files.writeString(folder.resolve("set.yaml"), SET);
    }

    private TaskSetFile.Options options(final boolean profiling) {
        return new TaskSetFile.Options(profiling, profiling, folder.resolve("none"), MACHINE);
    }

    private LoadedTaskSet load() {
        return TaskSetFile.load(file, options(false));
    }

    private WcetSidecar.Provenance now() throws IOException {
        final TaskSet set = TaskSetFile.load(file, options(true)).taskSet();
        return WcetSidecar.Provenance.now(set, set.tasks().get(1), folder, List.of("net.onnx.data"));
    }

    private WcetSidecar sidecar(final String set, final String machine, final String rights,
        final Optional<WcetSidecar.Provenance> provenance) throws IOException {
        final WcetSidecar sidecar = new WcetSidecar(set, machine, "2026-01-01", 0.3, rights, Map.of(), List.of(new WcetSidecar.TaskWcet("a",
            WcetSidecar.modelText(new ModelSource.OnnxFile("net.onnx", 1)), provenance,
            List.of(new WcetSidecar.SegmentWcet(0, "cpu0", Precision.FP32, 7_000, SOME)), List.of())));
        WcetSidecarFile.write(WcetSidecarFile.beside(file), sidecar);
        assertEquals(sidecar, WcetSidecarFile.read(WcetSidecarFile.beside(file)), "what is written is read");
        return sidecar;
    }

    /** One line, which names the file, the line of the task, the reason and the command that mends it. */
    private void assertRefused(final String why) {
        final String message = assertThrows(FileFormatException.class, this::load).getMessage();
        assertTrue(message.startsWith(file + ":8: the WCETs of 'a' in " + WcetSidecarFile.beside(file) + " were measured " + why), message);
        assertTrue(message.endsWith("; measure again: tactus profile " + file), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void shouldTakeWcetsWhenNothingHasChanged() throws IOException {
        sidecar("one", MACHINE, WcetSidecar.currentRights(), Optional.of(now()));
        final LoadedTaskSet loaded = load();
        assertEquals(7_000, loaded.taskSet().tasks().get(1).segments().getFirst().wcetNs());
        assertEquals(List.of(), loaded.warnings());
    }

    @Test
    void shouldRefuseWcetsWhenTheNetworkWasReplacedUnderItsName() throws IOException {
        sidecar("one", MACHINE, "", Optional.of(now()));
        Files.writeString(folder.resolve("net.onnx"), "these bytes are another");
        assertRefused("with another net.onnx (sha256:");
        Files.delete(folder.resolve("net.onnx.data"));
        Files.writeString(folder.resolve("net.onnx"), "these bytes are a network");
        assertRefused("with another net.onnx.data (sha256:");
        Files.writeString(folder.resolve("net.onnx.data"), "other weights");
        assertRefused("with another net.onnx.data (sha256:");
    }

    @Test
    void shouldRefuseWcetsOfAnotherSetMachineRuntimeOrNumberOfThreads() throws IOException {
        sidecar("another", MACHINE, "", Optional.of(now()));
        assertRefused("for the task set 'another', not for 'one'");
        sidecar("one", "lab1 (a processor, 64 cores)", "", Optional.of(now()));
        assertRefused("on another machine, lab1 (a processor, 64 cores), not on " + MACHINE);
        final WcetSidecar.Provenance now = now();
        sidecar("one", MACHINE, "", Optional.of(new WcetSidecar.Provenance(now.files(), "ONNX Runtime 1.2.3", 1, List.of())));
        assertRefused("with ONNX Runtime 1.2.3, but it is " + now.runtime() + " now");
        sidecar("one", MACHINE, "", Optional.of(now));
        Files.writeString(file, SET.replace("cores: [0]", "cores: [0, 1]"));
        assertRefused("with 1 thread, but it has 2 threads now");
    }

    @Test
    void shouldSayThatKernelsComputeWhenOnnxRuntimeCannotUseTheGpu() throws IOException {
        final String kernels = " and kernels of Tactus";
        final String[][] gpus = {{"", String.valueOf(OnnxRuntime.lacksGpu(0))}, {", driver: software", "false"},
            {", compute: kernels", "true"}, {", compute: onnxruntime", "false"}};
        for (final String[] gpu : gpus) {
            Files.writeString(file, SET.replace("cores: [0]}", "cores: [0]}, {name: gpu0, kind: cuda" + gpu[0] + "}")
                .replace("cuts: 1}, segments: [{device: cpu0}]", "cuts: 1}, segments: [{device: gpu0}]"));
            assertEquals(gpu[1], String.valueOf(now().runtime().endsWith(kernels)), "gpu0" + gpu[0] + ": " + now().runtime());
        }
    }

    @Test
    void shouldRefuseWcetsOfKernelsInOtherNumbers() throws IOException {
        final String gpu = SET.replace("cores: [0]}", "cores: [0]}, {name: gpu0, kind: cuda, compute: kernels}")
            .replace("cuts: 1}, segments: [{device: cpu0}]", "cuts: 1}, segments: [{device: gpu0}]");
        Files.writeString(file, gpu);
        final WcetSidecar.Provenance single = now();
        assertEquals(Optional.empty(), staleOnGpu(single));
        Files.writeString(file, gpu.replace("compute: kernels", "compute: kernels-fp16"));
        final String half = single.runtime() + " in fp16";
        assertEquals(half, now().runtime());
        assertEquals(Optional.of("were measured with " + single.runtime() + ", but it is " + half + " now"), staleOnGpu(single));
    }

    private Optional<String> staleOnGpu(final WcetSidecar.Provenance measured) {
        final TaskSet set = TaskSetFile.load(file, options(true)).taskSet();
        return ProfileCheck.stale(measured, set, set.tasks().get(1), folder);
    }

    @Test
    void shouldRefuseWcetsOfARightThatTheProcessLacks() throws IOException {
        final WcetSidecar real = sidecar("one", MACHINE, "real-time", Optional.of(now()));
        assertEquals(!WcetSidecar.currentRights().equals("real-time"), ProfileCheck.stale(real, "one", MACHINE).isPresent());
        assertTrue(ProfileCheck.stale(sidecar("one", MACHINE, "ordinary", Optional.empty()), "one", MACHINE).isEmpty(), "more rights");
    }

    @Test
    void shouldRefuseACalibrationOfARightThatTheProcessLacks() {
        final Map<String, String> granted = Map.of("tactus-cpu0", "cores [1]; SCHED_FIFO priority 80; timer slack 1 ns");
        final Map<String, String> refused = Map.of("tactus-cpu0",
            "cores [1]; SCHED_FIFO priority 80: sched_setscheduler refused: EPERM; timer slack 1 ns");
        assertTrue(ProfileCheck.stale(calibration(granted), "ordinary").orElseThrow().endsWith("tactus calibrate"));
        assertEquals(Optional.empty(), ProfileCheck.stale(calibration(granted), "real-time"));
        assertEquals(Optional.empty(), ProfileCheck.stale(calibration(refused), "ordinary"));
        assertEquals(Optional.empty(), ProfileCheck.stale(calibration(refused), "real-time"));
    }

    private static MachineCalibration calibration(final Map<String, String> conditions) {
        return new MachineCalibration(MACHINE, "2026-01-01", 1, 0, 0, conditions, SOME, SOME, SOME, SOME, Optional.empty(),
            Optional.empty(), List.of());
    }

    @Test
    void shouldWarnWhenAnOlderVersionDidNotWriteWhatItMeasured() throws IOException {
        sidecar("one", MACHINE, "", Optional.empty());
        final List<String> warnings = load().warnings();
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.getFirst().startsWith("the WCETs of a in ") && warnings.getFirst().endsWith("tactus profile " + file),
            warnings.getFirst());
    }

    @Test
    void shouldCutTheNetworkWhereItsSegmentsWereMeasured() throws IOException {
        final String two = SET.replace("cuts: 1}, segments: [{device: cpu0}]", "cuts: 2}, segments: [{device: cpu0}, {device: cpu0}]");
        Files.writeString(file, two);
        final WcetSidecar.TaskWcet task = new WcetSidecar.TaskWcet("a", WcetSidecar.modelText(new ModelSource.OnnxFile("net.onnx", 2)),
            Optional.of(now().withStarts(List.of(0, 17))), List.of(new WcetSidecar.SegmentWcet(0, "cpu0", Precision.FP32, 7_000, SOME),
                new WcetSidecar.SegmentWcet(1, "cpu0", Precision.FP32, 8_000, SOME)), List.of());
        final WcetSidecar sidecar = new WcetSidecar("one", MACHINE, "2026-01-01", 0.3, "", Map.of(), List.of(task));
        WcetSidecarFile.write(WcetSidecarFile.beside(file), sidecar);
        final LoadedTaskSet loaded = load();
        assertEquals(List.of(0, 17), loaded.taskSet().tasks().get(1).model().orElseThrow().starts());
        assertEquals(List.of(), loaded.warnings());
        assertEquals(loaded.taskSet(), sidecar.applyTo(TaskSetFile.load(file, options(true)).taskSet(), folder), "in a program, too");
        final Path planned = folder.resolve("planned.yaml");
        TaskSetWriter.write(planned, "Planned.", loaded.taskSet(), loaded);
        assertEquals(loaded.taskSet(), TaskSetFile.load(planned, options(false)).taskSet(), "a plan keeps the places beside the times");
        Files.writeString(file, two.replace("cuts: 2", "cuts: 2, starts: [0, 18]"));
        assertRefused("with cuts before nodes [0, 17], but the task set has them before nodes [0, 18]");
        for (final String wrong : List.of("[0]", "[1, 2]", "[0, 0]", "[0, 1, 2]", "[]", "[0, -1]")) {
            Files.writeString(file, two.replace("cuts: 2", "cuts: 2, starts: " + wrong));
            assertTrue(assertThrows(FileFormatException.class, this::load).getMessage().startsWith(file + ":8: "), wrong);
        }
        Files.writeString(file, two.replace("{device: cpu0}, {device: cpu0}", "{device: cpu0, wcet: 1ms}, {device: cpu0, wcet: 1ms}"));
        assertTrue(load().warnings().getFirst().startsWith("the networks of a are cut where an estimate"), load().warnings().toString());
    }

    private Path plan(final String name, final Path from, final String strategy) throws IOException {
        final LoadedTaskSet loaded = TaskSetFile.load(from, options(false));
        final Path planned = Files.createDirectories(folder.resolve(name).getParent()).resolve(Path.of(name).getFileName());
        TaskSetWriter.writePlan(planned, strategy, loaded.taskSet(), loaded);
        final LoadedTaskSet again = TaskSetFile.load(planned, options(false));
        assertEquals(loaded.taskSet().tasks().stream().map(task -> task.segments()).toList(),
            again.taskSet().tasks().stream().map(task -> task.segments()).toList());
        assertEquals(List.of(), again.warnings());
        return planned;
    }

    private void assertPlanRefused(final Path planned, final String why, final String remedy) {
        final String message =
            assertThrows(FileFormatException.class, () -> TaskSetFile.load(planned, options(false))).getMessage();
        assertTrue(message.startsWith(planned + ":"), message);
        assertTrue(message.contains(": the numbers of 'a' in this plan were measured " + why), message);
        assertTrue(message.endsWith(remedy), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void shouldRefuseAPlanWhenANetworkWasReplacedUnderItsName() throws IOException {
        sidecar("one", MACHINE, WcetSidecar.currentRights(), Optional.of(now()));
        final Path planned = plan("planned.yaml", file, "rt-swap");
        final Path elsewhere = plan("sub/folder/planned.yaml", file, "lalarand");
        final String remedy = "; measure and plan again: tactus profile " + file + " && tactus plan " + file + " --with ";
        for (final String replaced : List.of("net.onnx", "net.onnx.data")) {
            final String before = Files.readString(folder.resolve(replaced));
            Files.writeString(folder.resolve(replaced), "these bytes are another");
            assertPlanRefused(planned, "with another " + replaced + " (sha256:", remedy + "rt-swap --out " + planned);
            assertPlanRefused(elsewhere, "with another ../../" + replaced + " (sha256:", remedy + "lalarand --out " + elsewhere);
            Files.writeString(folder.resolve(replaced), before);
        }
        Files.delete(file); // what was planned need not be there any more
        assertEquals(7_000, TaskSetFile.load(planned, options(false)).taskSet().tasks().get(1).segments().getFirst().wcetNs());
    }

    @Test
    void shouldRefuseAPlanOfAnotherMachineRuntimeOrNumberOfThreads() throws IOException {
        sidecar("one", MACHINE, "", Optional.of(now()));
        final Path planned = plan("planned.yaml", file, "rt-swap");
        final String text = Files.readString(planned);
        final String remedy = " --with rt-swap --out " + planned;
        for (final String[] change : new String[][] {
            {"machine: " + MACHINE, "machine: lab1 (a processor)", "on another machine, lab1 (a processor), not on "},
            {"runtime: " + now().runtime(), "runtime: ONNX Runtime 1.2.3", "with ONNX Runtime 1.2.3, but it is "},
            {"cores: [0]", "cores: [0, 1]", "with 1 thread, but it has 2 threads now"}}) {
            assertTrue(text.contains(change[0]), text);
            Files.writeString(planned, text.replace(change[0], change[1]));
            assertPlanRefused(planned, change[2], remedy);
        }
        Files.writeString(planned, text.replace("threads: 1", "threads: 0"));
        assertThrows(FileFormatException.class, () -> TaskSetFile.load(planned, options(false)));
    }

    @Test
    void shouldRefuseAPlanWhenItsNumbersAreOfANameThatNoNetworkHas() throws IOException {
        sidecar("one", MACHINE, "", Optional.of(now()));
        final Path planned = plan("with blanks/planned.yaml", file, "tau");
        final String text = Files.readString(planned);
        final int measured = text.indexOf("measured:");
        Files.writeString(planned, text.substring(0, measured) + text.substring(measured).replaceFirst("name: a\\b", "name: other"));
        final String message =
            assertThrows(FileFormatException.class, () -> TaskSetFile.load(planned, options(false))).getMessage();
        assertTrue(message.contains("the numbers of 'a' in this plan may be those of 'other', which 'measured' names and no network here "
            + "is called; measure and plan again: "), message);
        assertTrue(message.endsWith(" --with tau --out '" + planned + "' and the other options that it had"), message);
    }

    @Test
    void shouldKeepWhatAPlanHoldsForWhenItIsPlannedAgain() throws IOException {
        sidecar("one", MACHINE, "", Optional.of(now()));
        final Path second = plan("second.yaml", plan("first.yaml", file, "lalarand"), "tau");
        Files.writeString(folder.resolve("net.onnx"), "these bytes are another");
        assertPlanRefused(second, "with another net.onnx (sha256:",
            "; measure again, tactus profile " + file + ", and plan again, with lalarand, then tau");
    }

    @Test
    void shouldSayNothingOfTimesThatAPersonWrote() throws IOException {
        sidecar("one", MACHINE, "", Optional.of(now()));
        Files.writeString(file, SET.replace("{device: cpu0}]", "{device: cpu0, wcet: 9us}]"));
        final Path planned = plan("planned.yaml", file, "rt-swap");
        assertFalse(Files.readString(planned).contains("measured"), "the measurements were not used");
        Files.writeString(folder.resolve("net.onnx"), "these bytes are another");
        assertEquals(9_000, TaskSetFile.load(planned, options(false)).taskSet().tasks().get(1).segments().getFirst().wcetNs());
    }

    @Test
    void shouldMeasureAnewWhatAnOlderFileSays() throws IOException {
        sidecar("one", MACHINE, "", Optional.of(now()));
        assertEquals(Segment.UNMEASURED, TaskSetFile.load(file, options(true)).taskSet().tasks().get(1).segments().getFirst().wcetNs(),
            "or an Edge TPU's would never be measured a second time");
    }

    @Test
    void shouldRefuseInAProgramWhatDoesNotHold() throws IOException {
        final WcetSidecar sidecar = sidecar("one", MACHINE, "", Optional.of(now()));
        final TaskSet set = load().taskSet();
        assertEquals(7_000, sidecar.applyTo(set, folder).tasks().get(1).segments().getFirst().wcetNs());
        Files.writeString(folder.resolve("net.onnx"), "these bytes are another");
        final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class, () -> sidecar.applyTo(set, folder));
        assertEquals("tasks[1].model", refused.field());
        assertTrue(refused.getMessage().contains("with another net.onnx"), refused.getMessage());
    }
}
