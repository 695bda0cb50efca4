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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.ModelSource;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/** Levels and optional parts in the task-set file: what is read, written back and refused. */
class LevelsFormatTest {
    private static final String SET = """
        tactus: 1
        name: cameras
        policy: edf
        overheads: none
        platform: {devices: [{name: acc0, kind: modelled}, {name: acc1, kind: modelled}, {name: cpu0, kind: cpu, preemption: full}]}
        tasks:
          - name: front
            period: 200ms
            segments:
              - {device: acc0, wcet: 15ms}
              - {device: acc0, part: optional, levels: [{wcet: 20ms, gain: 0.3}, {wcet: 45ms, gain: 0.5}]}
          - name: back
            period: 100ms
            segments: [{device: acc0, wcet: 10ms}]
          - name: apart
            period: 100ms
            segments: [{device: acc1, wcet: 10ms}]
        """;

    private static final String NETWORKS = SET.replace("{wcet: 20ms, gain: 0.3}", "{wcet: 20ms, gain: 0.3, model: {zoo: mobilenet}}")
        .replace("{wcet: 45ms, gain: 0.5}", "{wcet: 45ms, gain: 0.5, model: {zoo: mobilenet, size: medium}}");

    @TempDir
    private Path directory;

    @Test
    void shouldTakeTheFirstLevelAsTheSegmentsOwnWhenLevelsAreRead() throws IOException {
        final List<Segment> segments = Sets.load(directory, SET).taskSet().tasks().getFirst().segments();
        assertEquals(List.of(false, true), segments.stream().map(Segment::optional).toList());
        assertEquals(List.of(), segments.getFirst().levels());
        assertEquals(List.of(new Segment.Level(20_000_000, 0.3), new Segment.Level(45_000_000, 0.5)), segments.getLast().levels());
        assertEquals(20_000_000, segments.getLast().wcetNs());
    }

    @Test
    void shouldReadThePolicyThatPutsMandatoryPartsFirst() throws IOException {
        final TaskSet set = Sets.load(directory, SET.replace("policy: edf", "policy: edf-mandatory-first")).taskSet();
        assertEquals(PolicyKind.EDF_MANDATORY_FIRST, set.policy());
        assertEquals("sam-mand-first", Analyses.analyze(set).test());
    }

    @Test
    void shouldReadBackEqualWhenASetWithLevelsWasWritten() throws IOException {
        final LoadedTaskSet first = Sets.load(directory, SET);
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        assertEquals(first.taskSet(), TaskSetFile.load(copy, Sets.options(directory)).taskSet(), Files.readString(copy));
    }

    @Test
    void shouldReadBackEqualWhenLevelsAreNetworks() throws IOException {
        final LoadedTaskSet first = Sets.load(directory, NETWORKS);
        final List<Segment.Level> levels = first.taskSet().tasks().getFirst().segments().getLast().levels();
        assertEquals(List.of("small", "medium"),
            levels.stream().map(level -> ((ModelSource.Zoo) level.model().orElseThrow()).size()).toList());
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        assertEquals(first.taskSet(), TaskSetFile.load(copy, Sets.options(directory)).taskSet(), Files.readString(copy));
    }

    @Test
    void shouldTakeMeasuredWcetsWhenLevelsAreNetworks() throws IOException {
        final Path file = Sets.write(directory, NETWORKS.replace("wcet: 20ms, ", "").replace("wcet: 45ms, ", ""));
        final Quantiles samples = new Quantiles(3, 1, 1, 1, 1);
        final WcetSidecar measured = new WcetSidecar("cameras", "lab (test, 2 cores)", "now", 0.3, Map.of(), List.of(
            measured("front/1/0", "zoo mobilenet small, 1 cuts", 21_000_000, samples),
            measured("front/1/1", "zoo mobilenet medium, 1 cuts", 44_000_000, samples)));
        WcetSidecarFile.write(WcetSidecarFile.beside(file), measured);
        final Segment leveled = TaskSetFile.load(file, Sets.options(directory)).taskSet().tasks().getFirst().segments().getLast();
        assertEquals(List.of(21_000_000L, 44_000_000L), leveled.levels().stream().map(Segment.Level::wcetNs).toList());
        assertEquals(21_000_000, leveled.wcetNs());
        WcetSidecarFile.write(WcetSidecarFile.beside(file), new WcetSidecar("cameras", "another", "now", 0.3, Map.of(), measured.tasks()));
        final FileFormatException stale = assertThrows(FileFormatException.class, () -> TaskSetFile.load(file, Sets.options(directory)));
        assertTrue(stale.getMessage().contains("the WCETs of 'front/1/0'"), stale.getMessage());
    }

    private static WcetSidecar.TaskWcet measured(final String name, final String model, final long wcetNs, final Quantiles samples) {
        return new WcetSidecar.TaskWcet(name, model, List.of(new WcetSidecar.SegmentWcet(0, "acc0", Precision.FP32, wcetNs, samples)),
            List.of());
    }

    @Test
    void shouldKeepTheFirstLevelEqualToTheWcetWhenTheWcetChanges() throws IOException {
        final Segment leveled = Sets.load(directory, SET).taskSet().tasks().getFirst().segments().getLast();
        assertEquals(List.of(new Segment.Level(7, 0.3), new Segment.Level(45_000_000, 0.5)), leveled.withWcetNs(7).levels());
        assertTrue(leveled.withDevice(1).optional());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {device: acc0, wcet: 15ms}|{device: acc0, part: optional, wcet: 15ms}|a job begins with its mandatory part
        {wcet: 20ms, gain: 0.3}|{wcet: 45ms, gain: 0.3}|levels stand in the order of their WCETs, each longer than the one before
        {wcet: 20ms, gain: 0.3}|{gain: 0.3}|key 'wcet' is missing; add 'wcet: 3ms'
        {wcet: 20ms, gain: 0.3}|{wcet: 0ms, gain: 0.3}|the time must be above 0
        part: optional, levels|part: optional, wcet: 20ms, levels|the WCET of the first of the 'levels' is the segment's; remove 'wcet'
        part: optional|part: perhaps|part: 'perhaps' is unknown; write one of mandatory, optional
        {wcet: 20ms, gain: 0.3}|{wcet: 20ms, model: {zoo: mobilenet}}|either all levels of a segment have a network or none
        {wcet: 20ms, gain: 0.3}|{wcet: 20ms, model: {zoo: mobilenet, cuts: 2}}|a level's network is one segment; remove 'cuts'
        levels: [{wcet: 20ms, gain: 0.3}, {wcet: 45ms, gain: 0.5}]|levels: [{model: {zoo: mobilenet}}]|segment 0 of 'front/1/0' has no WCET
        {wcet: 20ms, gain: 0.3}|{wcet: 20ms, model: {file: no.onnx}}|file 'no.onnx' does not exist
        gain: 0.5|gian: 0.5|unknown key 'gian'; did you mean 'gain'?
        gain: 0.5|gain: -1|gain: '-1' is negative; write a number from 0, such as 0.7
        gain: 0.5|gain: 1e400|gain: '1e400' is too large; write a number such as 0.7
        {device: acc0, wcet: 10ms}|{device: acc0, wcet: 10ms, levels: []}|levels: a segment has at least one size; name it, or remove the
        levels: [{wcet: 20ms, gain: 0.3}, {wcet: 45ms, gain: 0.5}]|levels: []|levels: a segment has at least one size; name it
        [{device: acc0, wcet: 10ms}]|[{device: acc0, wcet: 10ms}, {device: acc1, wcet: 1ms}]|so 'back' must run there alone
        """)
    void shouldSayWhatIsWrongInOneLineWhenALevelOrPartIsWrong(final String good, final String wrong, final String message)
        throws IOException {
        assertTrue(SET.contains(good), good);
        final FileFormatException refused = assertThrows(FileFormatException.class, () -> Sets.load(directory, SET.replace(good, wrong)));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count());
    }

    @Test
    void shouldRefuseAMandatorySegmentWhenItFollowsAnOptionalOne() throws IOException {
        final String wrong = SET.replace("{wcet: 45ms, gain: 0.5}]}", "{wcet: 45ms, gain: 0.5}]}\n      - {device: acc0, wcet: 1ms}");
        final FileFormatException refused = assertThrows(FileFormatException.class, () -> Sets.load(directory, wrong));
        assertTrue(refused.getMessage().contains("a mandatory segment cannot follow an optional one"), refused.getMessage());
    }

    @Test
    void shouldRefuseLevelsWhenTheDevicePreemptsSegments() throws IOException {
        final FileFormatException refused = assertThrows(FileFormatException.class, () -> Sets.load(directory,
            SET.replace("device: acc0", "device: cpu0").replace("policy: edf", "policy: fixed-priority")));
        assertTrue(refused.getMessage().contains("'preemption: full' is not for such a device"), refused.getMessage());
    }
}
