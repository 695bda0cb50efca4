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
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.ModelSource;
import org.tactus.model.Precision;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** The keys {@code stream} and {@code constants}: what is read, laid out, written again and refused. */
class StreamKeyTest {
    private static final long MIB = 1 << 20;
    private static final String SET = """
        tactus: 1
        name: set
        policy: edf
        overheads: none
        platform:
          devices:
            - {name: cpu0, kind: cpu}
            - {name: gpu0, kind: modelled, memory: 64MiB, chunk: 2MiB, chunkIn: 1ms, chunkOut: 1ms, chunkDrop: 10us}
        tasks:
          - name: large
            period: 100ms
            stream: 17MiB
            memory: {constants: [5MiB, 16MiB, 0B, 3MiB], scratch: 1MiB, state: 512KiB}
            segments:
              - {device: gpu0, wcet: 1ms}
              - {device: gpu0, wcet: 2ms}
              - {device: gpu0, wcet: 3ms}
              - {device: gpu0, wcet: 4ms}
        """;

    @TempDir
    private Path directory;

    private TaskSet load(final String text) throws IOException {
        return Sets.load(directory, text).taskSet();
    }

    private static SwapRegion region(final TaskSet set) {
        return SwapRegion.of(set.tasks().getFirst(), set.platform().devices().get(1).memory().orElseThrow());
    }

    @Test
    void shouldLayTheLastSegmentsConstantsFirstWhenATaskStreams() throws IOException {
        final TaskSet set = load(SET);
        final TaskMemory memory = set.tasks().getFirst().memory().orElseThrow();
        assertEquals(new TaskMemory(25 * MIB + MIB / 2, OptionalLong.empty(), Optional.empty(), MIB, MIB / 2,
            List.of(5 * MIB, 16 * MIB, 0L, 3 * MIB), OptionalLong.of(17 * MIB)), memory);
        final SwapRegion region = region(set);
        assertEquals(new SwapRegion(MIB / 2, MIB, 13, 0, List.of(10L, 2L, 2L, 0L), 8), region);
        assertEquals(List.of(3L, 8L, 0L, 2L), List.of(region.chunksOf(0), region.chunksOf(1), region.chunksOf(2), region.chunksOf(3)));
        assertEquals(8, region.volumeChunks());
        assertTrue(set.swapsOn(1));
    }

    @Test
    void shouldNeedNoRingWhenTheBudgetHoldsAllConstants() throws IOException {
        assertEquals(new SwapRegion(MIB / 2, MIB, 13, 0, List.of(10L, 2L, 2L, 0L), 0), region(load(SET.replace("17MiB", "26MiB"))));
        assertEquals(12, region(load(SET.replace("17MiB", "25MiB"))).ringChunks(), "whole chunks of the budget only");
    }

    @Test
    void shouldTakeTheLastSegmentsFirstWhenAVolumeIsLessThanTheConstants() throws IOException {
        final TaskSet set = load(SET.replace("    stream: 17MiB\n", "").replace("scratch: 1MiB", "swap: 9MiB, scratch: 1MiB"));
        assertEquals(new SwapRegion(26 * MIB + MIB / 2 - 9 * MIB, MIB, 5, 0, List.of(5L, 2L, 2L, 0L), 0), region(set),
            "5 of 13 chunks may leave: the last segment's 2 and 3 of the second's 8");
        final TaskSet all = load(SET.replace("    stream: 17MiB\n", "").replace("scratch: 1MiB", "swap: 25MiB, scratch: 1MiB, state: 4MiB")
            .replace(", state: 512KiB", ""));
        assertEquals(new SwapRegion(5 * MIB, MIB, 13, 0, List.of(10L, 2L, 2L, 0L), 0), region(all));
    }

    @Test
    void shouldGiveTheFirstSegmentEverythingWhenNothingIsKnownOfTheSegments() throws IOException {
        final TaskSet set = load(SET.replace("    stream: 17MiB\n", "").replace("constants: [5MiB, 16MiB, 0B, 3MiB]",
            "footprint: 26MiB, swap: 8MiB"));
        assertEquals(List.of(0L, 0L, 0L, 0L), region(set).firstChunks());
        assertEquals(4, region(set).chunksOf(0));
    }

    @Test
    void shouldReadTheSameWhenWritten() throws IOException {
        final LoadedTaskSet first = Sets.load(directory, SET);
        final Path copy = directory.resolve("copy.yaml");
        TaskSetWriter.write(copy, "a copy", first.taskSet(), first);
        assertTrue(Files.readString(copy).contains("stream: 17MiB"), Files.readString(copy));
        assertEquals(first.taskSet(), TaskSetFile.load(copy, Sets.options(directory)).taskSet());
    }

    /** What is replaced in the set, by what, and what must be said. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        stream: 17MiB|stream: 15MiB|12: the budget of 15MiB does not hold segment 1 of 'large', which reads 16MiB in whole chunks; write \
        at least 'stream: 16MiB', or cut its network into more segments
        5MiB, 16MiB|5MiB, 17MiB|12: the budget of 17MiB does not hold segment 1 of 'large', which reads 18MiB in whole chunks; write at \
        least 'stream: 18MiB', or cut its network into more segments
        stream: 17MiB|stream: 0B|12: the budget must be above 0
        stream: 17MiB|stream: all|12: stream: 'all' is not a size; write a number and B, KiB, MiB or GiB, such as 32MiB
        , chunk: 2MiB, chunkIn: 1ms, chunkOut: 1ms, chunkDrop: 10us|`` |12: 'gpu0' has no memory that is swapped; give it 'memory', \
        'chunk', 'chunkIn' and 'chunkOut', or remove the key
        scratch: 1MiB|scratch: 1MiB, swap: 4MiB|12: 'swap' says how much of 'large' may be out, and of a task that streams all constants \
        may be; remove 'swap' or 'stream'
        chunkIn|protocol: spe, chunkIn|12: 'gpu0' has 'protocol: spe', for which no sound test of streaming is known; write \
        'protocol: seq', or remove the key
        chunkIn|protocol: ovl, chunkIn|12: 'gpu0' has 'protocol: ovl', for which no sound test of streaming is known; write \
        'protocol: seq', or remove the key
        chunkIn|residency: copy-all, chunkIn|12: 'gpu0' copies every chunk both ways, and what streams is dropped; write \
        'residency: semantic', or remove the key
        {device: gpu0, wcet: 4ms}|{device: cpu0, wcet: 4ms}|12: 'large' runs on several devices; a task that streams has all its segments \
        on one, move them or remove the key
        constants: [5MiB, 16MiB, 0B, 3MiB]|footprint: 26MiB|12: what each segment of 'large' reads is not known; write \
        'constants: [SIZE, ...]' in its 'memory', one a segment
        constants: [5MiB, 16MiB, 0B, 3MiB], scratch: 1MiB, state: 512KiB|footprint: 26MiB|12: 'large' has no constants that could stream: \
        all its memory is scratch or state; name 'scratch' or 'state', or remove the key
        [5MiB, 16MiB, 0B, 3MiB]|[5MiB, 16MiB, 0B, 1MiB, 2MiB]|13: 5 sizes are given for the 4 segments of 'large'; give one a segment
        [5MiB, 16MiB, 0B, 3MiB]|[]|13: constants: name the size that each segment reads, or remove the key
        [5MiB, 16MiB, 0B, 3MiB]|4MiB|13: constants must be a list, not '4MiB'
        constants: [|footprint: 9MiB, constants: [|13: they are more than the 7680KiB of the footprint that are neither scratch nor state; \
        raise 'footprint', or remove it
        constants: [5MiB, 16MiB, 0B, 3MiB], scratch: 1MiB, state: 512KiB|objects: none.csv, constants: [1MiB]|13: constants: the sizes \
        come from the objects; remove one of the two keys
        """)
    void shouldSayInOneLineWhatIsWrong(final String what, final String by, final String line) {
        assertTrue(SET.contains(what), what);
        final String message = assertThrows(FileFormatException.class, () -> load(SET.replace(what, by == null ? "" : by))).getMessage();
        assertEquals(line, message.substring(message.indexOf(".yaml:") + ".yaml:".length()));
    }

    @Test
    void shouldSayThatNothingIsKnownWhenATaskThatStreamsHasNoMemory() {
        final String message = assertThrows(FileFormatException.class,
            () -> load(SET.replaceAll("(?m)^ {4}memory: .*\\n", ""))).getMessage();
        assertTrue(message.endsWith("12: stream: nothing is known of the memory of 'large'; write 'memory: {constants: [12MiB, 8MiB]}',"
            + " one size a segment"), message);
    }

    @Test
    void shouldSayThatNothingIsSwappedWhenADeviceOnlyCountsItsMemory() {
        final String set = SET.replace(", chunk: 2MiB, chunkIn: 1ms, chunkOut: 1ms, chunkDrop: 10us", "")
            .replace("    stream: 17MiB\n", "").replace("scratch: 1MiB", "swap: 9MiB, scratch: 1MiB");
        final String message = assertThrows(FileFormatException.class, () -> load(set)).getMessage();
        assertTrue(message.endsWith("12: 'gpu0' swaps nothing; give it 'chunk', 'chunkIn' and 'chunkOut', or remove 'swap' from 'large'"),
            message);
    }

    @Test
    void shouldTakeWhatEachSegmentReadsFromTheMeasurementWhenANetworkStreams() throws IOException {
        final String text = SET.replace("kind: modelled", "kind: cuda, driver: software")
            .replaceAll("(?m)^ {4}memory: .*\\n", "    model: {zoo: resnet, size: small}\n").replaceAll(", wcet: \\dms", "");
        final Path file = Sets.write(directory, text);
        final String unmeasured = assertThrows(FileFormatException.class,
            () -> TaskSetFile.load(file, TaskSetFile.Options.strict())).getMessage();
        assertTrue(unmeasured.contains("12: the memory of 'large' was not measured for this model"), unmeasured);
        final TaskSet before = TaskSetFile.load(file, TaskSetFile.Options.forProfiling()).taskSet();
        final List<WcetSidecar.SegmentWcet> times = new java.util.ArrayList<>();
        for (int k = 0; k < 4; k++) {
            times.add(new WcetSidecar.SegmentWcet(k, "gpu0", Precision.FP32, 900, new Quantiles(1, 1, 1, 1, 1)));
        }
        final WcetSidecar sidecar = new WcetSidecar("set", MachineName.current(), "2026-01-01", 0.3, Map.of(),
            List.of(new WcetSidecar.TaskWcet("large", WcetSidecar.modelText(new ModelSource.Zoo("resnet", "small", 4)), Optional.empty(),
                times, List.of(), Optional.of(new WcetSidecar.NetworkMemory(List.of(6 * MIB, 16 * MIB, 0L, 4 * MIB), 0, MIB)))));
        WcetSidecarFile.write(WcetSidecarFile.beside(file), sidecar);
        final Task after = TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet().tasks().getFirst();
        final TaskMemory expected = new TaskMemory(27 * MIB, OptionalLong.empty(), Optional.empty(), 0, MIB,
            List.of(6 * MIB, 16 * MIB, 0L, 4 * MIB), OptionalLong.of(17 * MIB));
        assertEquals(Optional.of(expected), after.memory());
        assertEquals(Optional.of(expected), sidecar.applyTo(before).tasks().getFirst().memory());
    }
}
