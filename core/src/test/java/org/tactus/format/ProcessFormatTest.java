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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.LibraryProcess;
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

    @TempDir
    private Path directory;

    private LoadedTaskSet load(final String text) throws IOException {
        final Path file = directory.resolve("set.yaml");
        Files.writeString(file, text);
        return TaskSetFile.load(file, TaskSetFile.Options.strict());
    }

    @Test
    void shouldRunLibedgetpuInAChildWhenNobodySaysOtherwise() throws IOException {
        final TaskSet set = load(SET).taskSet();
        assertEquals(List.of(LibraryProcess.OWN, LibraryProcess.CHILD, LibraryProcess.OWN, LibraryProcess.OWN, LibraryProcess.CHILD),
            set.platform().devices().stream().map(DeviceSpec::process).toList());
        final DeviceSpec soft = set.platform().devices().get(4);
        assertEquals(LibraryProcess.CHILD, soft.withPreemption(DeviceSpec.Preemption.SEGMENTS).process());
        assertEquals(set.platform().devices().get(3), new DeviceSpec("soft", soft.kind(), List.of(), "software", 0, soft.memory(),
            soft.sramBytes()));
    }

    @Test
    void shouldReadTheSameWhenTheSetIsWrittenAndReadAgain() throws IOException {
        final LoadedTaskSet loaded = load(SET);
        final Path file = directory.resolve("again.yaml");
        TaskSetWriter.write(file, "a copy", loaded.taskSet(), loaded);
        assertEquals(loaded.taskSet().platform(), TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet().platform());
        final String text = Files.readString(file);
        assertTrue(text.contains("process: child"), text);
        assertFalse(text.lines().anyMatch(line -> line.contains("cpu0") && line.contains("process")), text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        process: child|process: thread|11: process: 'thread' is unknown; known here: own, child
        kind: cpu|kind: cpu, process: own|7: process: only an edgetpu device's library can run in a child process; remove the key
        """)
    void shouldNameFileAndLineWhenTheKeyIsWrong(final String what, final String by, final String line) {
        final String message = assertThrows(FileFormatException.class, () -> load(SET.replaceFirst(Pattern.quote(what), by))).getMessage();
        assertEquals(directory.resolve("set.yaml") + ":" + line, message);
    }
}
