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
import org.tactus.model.ModelSource;
import org.tactus.model.Precision;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** What a network needs of a GPU's memory is measured; what a person writes stands, unless it is too little. */
class MeasuredMemoryTest {
    private static final long MIB = 1 << 20;
    private static final WcetSidecar.NetworkMemory NEEDED = new WcetSidecar.NetworkMemory(List.of(12 * MIB), MIB / 2, 0);

    @TempDir
    private Path directory;

    private Path write(final String memory) throws IOException {
        return Sets.write(directory, """
            tactus: 1
            name: swapped
            policy: edf
            overheads: none
            platform: {devices: [{name: gpu0, kind: cuda, driver: software, memory: 64MiB, chunk: 2MiB, chunkIn: 1ms, chunkOut: 1ms}]}
            tasks:
              - name: signs
                period: 100ms
                model: {zoo: resnet, size: small}
                MEMORY
                segments: [{device: gpu0, wcet: 10ms}]
            """.replace("MEMORY", memory));
    }

    private void measured(final Path file) throws IOException {
        WcetSidecarFile.write(WcetSidecarFile.beside(file), new WcetSidecar("swapped", MachineName.current(), "2026-01-01", 0.3, Map.of(),
            List.of(new WcetSidecar.TaskWcet("signs", WcetSidecar.modelText(new ModelSource.Zoo("resnet", "small", 1)),
                Optional.empty(), List.of(new WcetSidecar.SegmentWcet(0, "gpu0", Precision.FP32, 900, new Quantiles(1, 1, 1, 1, 1))),
                List.of(), Optional.of(NEEDED)))));
    }

    private static Optional<TaskMemory> memory(final Path file, final boolean strict) {
        return TaskSetFile.load(file, strict ? TaskSetFile.Options.strict() : TaskSetFile.Options.forProfiling()).taskSet().tasks()
            .getFirst().memory();
    }

    @Test
    void shouldTakeWhatWasMeasuredWhenNothingIsWritten() throws IOException {
        final Path file = write("offset: 0ms");
        assertEquals(Optional.empty(), memory(file, true));
        measured(file);
        assertEquals(NEEDED, WcetSidecarFile.read(WcetSidecarFile.beside(file)).tasks().getFirst().memory().orElseThrow());
        assertEquals(Optional.of(new TaskMemory(12 * MIB + MIB / 2, OptionalLong.empty(), Optional.empty(), MIB / 2, 0)),
            memory(file, true));
    }

    @Test
    void shouldTakeTheVolumeAloneFromThePersonWhenOnlyThatIsWritten() throws IOException {
        final Path file = write("memory: {swap: 8MiB}");
        assertEquals(file + ":10: the memory of 'signs' was not measured for this model; measure it: tactus profile " + file
            + ", or write 'footprint: 64MiB'", assertThrows(FileFormatException.class, () -> memory(file, true)).getMessage());
        final TaskSet unmeasured = TaskSetFile.load(file, TaskSetFile.Options.forProfiling()).taskSet();
        measured(file);
        final Optional<TaskMemory> whole =
            Optional.of(new TaskMemory(12 * MIB + MIB / 2, OptionalLong.of(8 * MIB), Optional.empty(), MIB / 2, 0));
        assertEquals(whole, memory(file, true));
        assertEquals(whole, WcetSidecarFile.read(WcetSidecarFile.beside(file)).applyTo(unmeasured).tasks().getFirst().memory());
    }

    @Test
    void shouldRefuseInOneLineWhenWhatIsWrittenIsLessThanWasMeasured() throws IOException {
        for (final String less : List.of("footprint: 12MiB", "footprint: 12MiB, scratch: 512KiB", "footprint: 14MiB, scratch: 3MiB")) {
            final Path file = write("memory: {" + less + ", swap: 8MiB}");
            measured(file);
            assertEquals(file + ":10: memory: the network of 'signs' needs 'footprint: 12800KiB, scratch: 512KiB, state: 0B', as measured;"
                + " write that, or remove these keys and keep 'swap'",
                assertThrows(FileFormatException.class, () -> memory(file, true), less).getMessage());
            assertTrue(memory(file, false).isPresent(), "a new profile is not kept from being made");
        }
        for (final String enough : List.of("footprint: 12800KiB", "footprint: 12800KiB, scratch: 512KiB", "footprint: 14MiB, state: 0B")) {
            final Path file = write("memory: {" + enough + ", swap: 8MiB}");
            measured(file);
            assertTrue(memory(file, true).isPresent(), enough);
        }
    }

    @Test
    void shouldAskForTheSizesWhenTheGpuIsARealOne() throws IOException {
        final Path file = write("memory: {swap: 8MiB}");
        measured(file);
        Files.writeString(file, Files.readString(file).replace("driver: software, ", ""));
        assertEquals(file + ":10: key 'footprint' is missing; add 'footprint: 512MiB' or 'objects: FILE.csv'",
            assertThrows(FileFormatException.class, () -> memory(file, true)).getMessage());
    }

    @Test
    void shouldSayWhichFileIsWrongWhenItsSizesDoNotAddUp() throws IOException {
        final Path file = write("memory: {swap: 8MiB}");
        measured(file);
        final Path beside = WcetSidecarFile.beside(file);
        Files.writeString(beside, Files.readString(beside).replace("12800KiB", "12801KiB"));
        final String said = assertThrows(FileFormatException.class, () -> memory(file, true)).getMessage();
        assertTrue(said.startsWith(beside.toString()) && said.contains("add up to 12800KiB; measure again: tactus profile"), said);
    }

    @Test
    void shouldRefuseSizesWhenTheirSumIsBeyondALong() throws IOException {
        final Path file = write("memory: {swap: 8MiB}");
        measured(file);
        final Path beside = WcetSidecarFile.beside(file);
        final String whole = Files.readString(beside);
        final String most = Long.MAX_VALUE + "B";
        // The second one adds up to 12 MiB where a sum wraps.
        for (final String constants : List.of("- " + most, "- " + most + "\n    - " + most + "\n    - " + (12 * MIB + 2) + "B")) {
            Files.writeString(beside, whole.replace("- 12MiB", constants));
            final String said = assertThrows(FileFormatException.class, () -> memory(file, true), constants).getMessage();
            assertTrue(said.startsWith(beside + ":") && said.contains("are more bytes than can be counted; measure again"), said);
        }
    }
}
