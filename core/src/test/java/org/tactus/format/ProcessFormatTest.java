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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.LibraryProcess;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;

/** The key {@code process} of a device. */
class ProcessFormatTest {
    private static final String SET = """
        tactus: 1
        name: set
        policy: fixed-priority
        overheads: none
        platform:
          devices:
            - {name: cpu0, kind: cpu}
            - {name: real, kind: edgetpu}
            - {name: real2, kind: edgetpu, driver: libedgetpu, index: 1, process: own}
            - {name: soft, kind: edgetpu, driver: software}
            - {name: soft2, kind: edgetpu, driver: software, process: child}
        tasks:
          - {name: t, period: 100ms, segments: [{device: cpu0, wcet: 1ms}]}
        """;

    private static final Quantiles SOME = new Quantiles(1000, 1, 2, 3, 4_000);

    @TempDir
    private Path directory;

    @Test
    void shouldRunLibedgetpuInAChildWhenNobodySaysOtherwise() throws IOException {
        final TaskSet set = Sets.load(directory, SET).taskSet();
        assertEquals(List.of(LibraryProcess.OWN, LibraryProcess.CHILD, LibraryProcess.OWN, LibraryProcess.OWN, LibraryProcess.CHILD),
            set.platform().devices().stream().map(DeviceSpec::process).toList());
        final DeviceSpec soft = set.platform().devices().get(4);
        assertEquals(LibraryProcess.CHILD, soft.withPreemption(DeviceSpec.Preemption.SEGMENTS).process());
        assertEquals(set.platform().devices().get(3), new DeviceSpec("soft", soft.kind(), List.of(), "software", 0, soft.memory(),
            soft.sramBytes()));
    }

    @Test
    void shouldReadTheSameWhenTheSetIsWrittenAndReadAgain() throws IOException {
        final LoadedTaskSet loaded = Sets.load(directory, SET);
        final Path file = directory.resolve("again.yaml");
        TaskSetWriter.write(file, "a copy", loaded.taskSet(), loaded);
        assertEquals(loaded.taskSet().platform(), TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet().platform());
        final String text = Files.readString(file);
        assertTrue(text.contains("process: child"), text);
        assertFalse(text.lines().anyMatch(line -> line.contains("cpu0") && line.contains("process")), text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        process: child|process: thread|11: process: 'thread' is unknown; write one of own, child
        kind: cpu|kind: cpu, process: own|7: process: only an edgetpu device's library can run in a child process; remove the key
        """)
    void shouldNameFileAndLineWhenTheKeyIsWrong(final String what, final String by, final String line) {
        final String wrong = SET.replaceFirst(Pattern.quote(what), by);
        final String message = assertThrows(FileFormatException.class, () -> Sets.load(directory, wrong)).getMessage();
        assertEquals(directory.resolve("set.yaml") + ":" + line, message);
    }

    @Test
    void shouldRefuseWhatAProgramBuildsWhenNoLibraryCouldRunInAChild() {
        for (final DeviceSpec device : List.of(DeviceSpec.modelled("dev"), DeviceSpec.cpu("dev"))) {
            assertEquals("platform.devices[0].process", assertThrows(InvalidTaskSetException.class, () -> TaskSet.builder("s")
                .device(device.withProcess(LibraryProcess.CHILD)).task("t", task -> task.periodNs(10).segment("dev", 1)).build()).field());
        }
        assertEquals(LibraryProcess.CHILD, LibraryProcess.usual(DeviceKind.EDGETPU, ""));
    }

    @Test
    void shouldChargeTheCallWhereALibraryRunsInAChildAlone() throws IOException {
        final TaskSet set = Sets.load(directory, SET
            .replace("overheads: none", "overheads: {dispatch: 2us, dispatchPerTask: 1us, childCall: 9us}")
            .replace("wcet: 1ms}]", "wcet: 1ms}, {device: soft, wcet: 1ms}, {device: soft2, wcet: 1ms}]")).taskSet();
        assertEquals(set.dispatchNs(3) + 9_000, set.dispatchNs(4), "in both a job of the one task may arrive");
        assertTrue(set.dispatchNs(0) < 9_000);
        assertEquals(set.dispatchNs(4), set.overheadsOn(4).dispatchNs());
        assertEquals(9_000, set.charged().withSupply(set.overheads().supply()).withPreemptionNs(1).childCallNs());
    }

    /** The bound grows by exactly what is charged: the test's own sum is the oracle. */
    @Test
    void shouldLengthenTheBoundByTheCallWhenASegmentRunsInAChild() throws IOException {
        final String one = """
            tactus: 1
            name: set
            policy: fixed-priority
            overheads: {dispatch: 2us, completion: 3us, childCall: 9us}
            platform: {devices: [{name: tpu0, kind: edgetpu, driver: software, process: child}]}
            tasks:
              - {name: t, period: 100ms, segments: [{device: tpu0, wcet: 1ms}, {device: tpu0, wcet: 2ms}]}
            """;
        assertEquals(3_000_000 + 2 * (2_000 + 3_000 + 9_000), bound(Sets.load(directory, one).taskSet()));
        assertEquals(3_000_000 + 2 * (2_000 + 3_000), bound(Sets.load(directory, one.replace("child}", "own}")).taskSet()));
    }

    private static long bound(final TaskSet set) {
        return Analyses.analyze(set).tasks().getFirst().responseBoundNs();
    }

    @Test
    void shouldTakeTheCallFromTheCalibrationAndWarnWithoutOne() throws IOException {
        final Path file = directory.resolve("calibration.yaml");
        final TaskSetFile.Options options = new TaskSetFile.Options(false, false, file, "m");
        final MachineCalibration older = new MachineCalibration("m", "2026-01-01", 10, 0, 0, Map.of(), SOME, SOME, SOME, SOME,
            Optional.of(SOME), Optional.of(SOME), List.of());
        final Path set = directory.resolve("calibrated.yaml");
        Files.writeString(set, SET.replace("overheads: none", "overheads: calibrated"));
        CalibrationFile.store(file, older);
        final LoadedTaskSet without = TaskSetFile.load(set, options);
        final MachineCalibration measured = older.withPreemption(SOME).withChildCall(new Quantiles(9, 1, 2, 3, 8_000))
            .withCurves(List.of(), Optional.of(new Overheads(1, 1, 1, 1, 0).withChildCallNs(5)));
        assertEquals(0, without.taskSet().overheads().childCallNs());
        assertTrue(without.warnings().stream().anyMatch(warning -> warning.contains("does not hold what a call of a child process costs")),
            without.warnings()::toString);
        CalibrationFile.store(file, measured);
        assertEquals(List.of(measured), CalibrationFile.read(file));
        final LoadedTaskSet with = TaskSetFile.load(set, options);
        assertEquals(8_000, with.taskSet().overheads().childCallNs());
        assertTrue(with.warnings().stream().noneMatch(warning -> warning.contains("child process")), with.warnings()::toString);
    }
}
