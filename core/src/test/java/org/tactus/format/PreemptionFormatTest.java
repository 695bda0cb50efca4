// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.DeviceSpec.Preemption;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Overheads;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class PreemptionFormatTest {
    private static final Quantiles SOME = new Quantiles(1000, 1, 2, 3, 4_000);
    private static final String MIXED = """
        tactus: 1
        name: mixed
        policy: fixed-priority
        overheads: {dispatch: 2us, preemption: 7us}
        platform:
          devices:
            - {name: cpu0, kind: cpu, cores: [0], preemption: full}
            - {name: cpu1, kind: cpu, cores: [1], preemption: segments}
            - {name: acc0, kind: modelled}
        tasks:
          - name: urgent
            period: 20ms
            priority: 1
            segments: [{device: cpu0, wcet: 1ms}, {device: cpu1, wcet: 1ms}]
          - name: heavy
            period: 27ms
            segments: [{device: cpu0, wcet: 3ms, preemptable: false}, {device: cpu0, wcet: 9ms, preemptable: true}]
          - name: twin
            period: 27ms
            segments: [{device: cpu0, wcet: 1ms}]
          - name: index
            class: best-effort
            period: 100ms
            segments: [{device: cpu0, wcet: 5ms}, {device: acc0, wcet: 5ms}]
          - name: log
            class: best-effort
            period: 50ms
            segments: [{device: cpu0, wcet: 5ms}]
        """;

    @TempDir
    private Path directory;

    @Test
    void shouldReadAndWriteBackWhenDevicesAreMixed() throws IOException {
        final LoadedTaskSet loaded = Sets.load(directory, MIXED);
        final TaskSet set = loaded.taskSet();
        assertEquals(List.of(Preemption.FULL, Preemption.SEGMENTS, Preemption.SEGMENTS),
            set.platform().devices().stream().map(device -> device.preemption()).toList());
        assertEquals(7_000, set.overheads().preemptionNs());
        assertEquals(List.of(false, true), set.tasks().get(1).segments().stream().map(Segment::preemptable).toList());
        assertTrue(set.tasks().get(3).isBestEffort());
        assertFalse(set.tasks().get(2).isBestEffort());
        assertEquals(Task.NO_DEADLINE, set.tasks().get(3).deadlineNs());
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", set, loaded);
        assertEquals(set, TaskSetFile.load(copy, Sets.options(directory)).taskSet());
    }

    @Test
    void shouldShareALevelWhenPriorityAndDeadlineAreEqualAndPutBestEffortLast() throws IOException {
        assertArrayEquals(new int[] {0, 1, 1, 2, 2}, Sets.load(directory, MIXED).taskSet().ranks());
        final TaskSet drawn = TaskSet.builder("s").device(org.tactus.model.DeviceSpec.cpu("cpu0"))
            .task("a", task -> task.periodNs(30).priority(2).segment("cpu0", 1))
            .task("b", task -> task.periodNs(40).deadlineNs(20).priority(1).segment("cpu0", 1))
            .task("c", task -> task.periodNs(20).segment("cpu0", 1))
            .task("d", task -> task.periodNs(20).priority(1).segment("cpu0", 1))
            .task("e", task -> task.periodNs(10).priority(1).segment("cpu0", 1)).build();
        assertArrayEquals(new int[] {2, 1, 3, 1, 0}, drawn.ranks());
    }

    @Test
    void shouldKeepMarksAndClassWhenATaskIsCopied() throws IOException {
        final TaskSet set = Sets.load(directory, MIXED).taskSet();
        final Task heavy = set.tasks().get(1);
        final Segment marked = heavy.segments().getFirst();
        assertFalse(marked.withWcetNs(1).withOffer(Optional.empty()).preemptable());
        final Task index = set.tasks().get(3);
        assertTrue(index.withName("x").withSegments(heavy.segments()).withReclaim(Optional.empty())
            .settled(heavy.segments(), Optional.empty()).withTimesNs(1, 1, 0).isBestEffort());
        assertEquals(7_000, set.charged().preemptionNs());
        assertEquals(7_000, set.overheadsOn(0).preemptionNs());
        assertEquals(7_000, set.overheads().withSupply(set.overheads().supply()).preemptionNs());
    }

    /** What is replaced in the mixed set, by what, and the line that must come. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        preemption: segments|preemption: none|8: preemption: 'none' is unknown; write one of segments, full
        kind: modelled|kind: modelled, preemption: full|9: preemption: only a cpu device is preempted within a segment; remove the key
        kind: modelled|kind: modelled, preemption: segments|9: preemption: only a cpu device is preempted within a segment; remove the key
        {device: cpu1, wcet: 1ms}|{device: cpu1, wcet: 1ms, preemptable: false}|14: 'cpu1' interrupts no segment; remove the key, or \
        write 'preemption: full' for that device
        {device: acc0, wcet: 5ms}|{device: acc0, wcet: 5ms, preemptable: true}|24: 'acc0' interrupts no segment; remove the key, or \
        write 'preemption: full' for that device
        preemptable: true|preemptable: maybe|17: preemptable: 'maybe' is unknown; write one of true, false
        {device: cpu0, wcet: 9ms, preemptable: true}|{variants: [{device: cpu0, wcet: 9ms}, {device: cpu1, wcet: 9ms}]}|17: a task that \
        leaves variants or boundaries to a plan marks no segment; remove the key
        class: best-effort|class: soft|22: class: 'soft' is unknown; write one of hard, best-effort
        period: 27ms|offset: 27ms|15: key 'period' is missing; add 'period: 250ms', or, for a task that runs whenever nothing else does, \
        'class: best-effort'
        period: 100ms|period: 0ms|23: the time must be above 0
        period: 100ms|release: sporadic|23: a sporadic task needs the least time between two releases; add 'period', or remove 'release'
        period: 100ms|jitter: 1ms|23: a task without a period is released when its last job has ended, so it has no jitter; add \
        'period', or remove the key
        period: 100ms|onOverrun: skip-next|23: a task without a period has no planned release that could be skipped; write 'continue' \
        or 'stop', or add 'period'
        period: 100ms|onBacklog: drop|23: no release of a task without a period comes while a job of it is unfinished; remove the key, \
        or add 'period'
        preemption: 7us|preemption: 7|4: preemption: '7' is not a duration; write a number and ns, us, ms or s, such as 2.5ms
        """)
    void shouldNameFileAndLineWhenAKeyOfPreemptionIsWrong(final String what, final String by, final String line) throws IOException {
        assertTrue(MIXED.contains(what), what);
        final String message = assertThrows(FileFormatException.class, () -> Sets.load(directory,
            MIXED.replaceFirst(java.util.regex.Pattern.quote(what), by))).getMessage();
        assertEquals(directory.resolve("set.yaml") + ":" + line, message);
    }

    @Test
    void shouldReadAndWriteATaskWithoutAPeriodWhenItIsBestEffort() throws IOException {
        final LoadedTaskSet loaded = Sets.load(directory, MIXED.replace("    period: 100ms\n", "    offset: 3ms\n"));
        final Task index = loaded.taskSet().tasks().get(3);
        assertTrue(index.isAlwaysReady() && index.isBestEffort(), index::toString);
        assertEquals(org.tactus.model.Release.AT_COMPLETION, index.release());
        assertEquals(3_000_000, index.offsetNs());
        assertEquals(10_000_001, index.horizonNs());
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", loaded.taskSet(), loaded);
        assertEquals(loaded.taskSet(), TaskSetFile.load(copy, Sets.options(directory)).taskSet());
    }

    @Test
    void shouldRefuseADeadlineAndAPriorityWhenATaskIsBestEffort() throws IOException {
        final String deadline = MIXED.replace("period: 100ms", "period: 100ms\n    deadline: 90ms");
        assertEquals(directory.resolve("set.yaml") + ":24: a best-effort task has no deadline; remove the key, or write 'class: hard'",
            assertThrows(FileFormatException.class, () -> Sets.load(directory, deadline)).getMessage());
        final String priority = MIXED.replace("period: 100ms", "period: 100ms\n    priority: 9");
        assertEquals(directory.resolve("set.yaml") + ":24: a best-effort task ranks below all hard ones; remove the key, or write"
            + " 'class: hard'", assertThrows(FileFormatException.class, () -> Sets.load(directory, priority)).getMessage());
    }

    @Test
    void shouldRefuseWhatAProgramBuildsWhenAnAcceleratorIsPreemptive() {
        final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class, () -> TaskSet.builder("s")
            .device(org.tactus.model.DeviceSpec.modelled("acc0").withPreemption(Preemption.FULL))
            .task("t", task -> task.periodNs(10).segment("acc0", 1)).build());
        assertEquals("platform.devices[0].preemption", refused.field());
    }

    @Test
    void shouldChargeTheMeasuredSwitchAndWarnWhenItWasNotMeasured() throws IOException {
        final TaskSetFile.Options options = Sets.options(directory);
        final MachineCalibration older = new MachineCalibration(options.machine(), "2026-01-01", 10, 0, 0, Map.of(), SOME, SOME, SOME, SOME,
            Optional.of(SOME), Optional.of(SOME), List.of());
        CalibrationFile.store(options.calibrationFile(), older);
        final String text = MIXED.replaceFirst("overheads: .*", "overheads: calibrated");
        final LoadedTaskSet without = Sets.load(directory, text);
        assertEquals(0, without.taskSet().overheads().preemptionNs());
        assertEquals(List.of("the calibration of 2026-01-01 does not hold what a preemption costs, so bounds on a device with 'preemption:"
            + " full' do not hold it; measure again: tactus calibrate"), without.warnings());
        assertEquals(List.of(), Sets.load(directory, text.replace("preemption: full", "preemption: segments")
            .replaceAll(", preemptable: \\w+", "")).warnings(), "no device is preemptive");
        final MachineCalibration measured = older.withPreemption(new Quantiles(9, 1, 2, 3, 8_000))
            .withCurves(List.of(), Optional.of(new Overheads(1, 1, 1, 1, 0).withPreemptionNs(5)));
        CalibrationFile.store(options.calibrationFile(), measured);
        assertEquals(List.of(measured), CalibrationFile.read(options.calibrationFile()));
        final LoadedTaskSet with = Sets.load(directory, text);
        assertEquals(8_000, with.taskSet().overheads().preemptionNs());
        assertEquals(List.of(), with.warnings());
    }
}
