// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class RemoteTaskTest {
    private static final String REMOTE = "remote: {peer: \"10.0.0.2:40123\", tau: 30ms, gain: 3, localGain: 0.5}";

    @TempDir
    private Path folder;

    private TaskSet load(final String keys) throws IOException {
        final Path file = Files.writeString(folder.resolve("set.yaml"), """
            tactus: 1
            name: set
            policy: fixed-priority
            overheads: none
            platform: {devices: [{name: cpu0, kind: cpu}]}
            tasks:
              - name: scene
                period: 100ms
                segments: [{device: cpu0, wcet: 20ms}]
                %s
            """.formatted(keys.replace("; ", "\n    ")));
        return TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
    }

    @Test
    void shouldBeTheFallbackThatIsReleasedTauLaterWhenATaskIsOffered() throws IOException {
        final TaskSet set = load("deadline: 80ms; offset: 5ms; " + REMOTE);
        final Task task = set.tasks().getFirst();
        assertEquals(new Task.Remote("10.0.0.2:40123", 30_000_000, 3, 0.5), task.remote().orElseThrow());
        assertEquals(50_000_000, task.deadlineNs());
        assertEquals(35_000_000, task.offsetNs());
        assertTrue(Analyses.analyze(set).schedulable());
        assertEquals(false, Analyses.analyze(load("deadline: 80ms; " + REMOTE.replace("30ms", "61ms"))).schedulable(), "19 ms are left");
        final Path written = folder.resolve("written.yaml");
        TaskSetWriter.write(written, "offered", set, TaskSetFile.load(folder.resolve("set.yaml"), TaskSetFile.Options.strict()));
        assertEquals(set, TaskSetFile.load(written, TaskSetFile.Options.strict()).taskSet(), "written and read again");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        remote: {peer: cloud, tau: 20ms} | peer: 'cloud' is no address; write HOST:PORT, such as 10.0.0.2:40123
        remote: {peer: "a:0", tau: 20ms} | peer: 'a:0' is no address
        remote: {peer: "a:70000", tau: 20ms} | peer: 'a:70000' is no address
        remote: {peer: "a:1"} | key 'tau' is missing; add 'tau: 20ms'
        remote: {tau: 20ms} | key 'peer' is missing
        remote: {peer: "a:1", tau: 0ms} | the time must be above 0
        remote: {peer: "a:1", tau: 100ms} | tau: 100ms leaves nothing of the deadline of 100ms for the fallback
        remote: {peer: "a:1", tau: 1ms, gian: 2} | unknown key 'gian'; did you mean 'gain'?
        release: sporadic; remote: {peer: "a:1", tau: 20ms} | remote: only the jobs of a periodic task are offered
        class: best-effort; remote: {peer: "a:1", tau: 20ms} | remote: a best-effort task has no deadline
        """)
    void shouldSayWhatIsWrongWhenARemoteIs(final String keys, final String message) {
        final FileFormatException error = assertThrows(FileFormatException.class, () -> load(keys));
        assertTrue(error.getMessage().contains(message), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }
}
