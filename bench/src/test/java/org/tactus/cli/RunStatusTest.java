// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;

/** What the status of {@code tactus run} says of a run in which something broke and no deadline was missed. */
@Timeout(60)
class RunStatusTest {
    @TempDir
    private Path folder;

    private int run(final String text) throws IOException {
        final Path file = Files.writeString(folder.resolve("set.yaml"), text);
        return Main.commandLine().execute("run", file.toString(), "--for", "300ms", "--force", "--no-real-time", "--no-stat", "--out",
            folder.resolve("out").toString());
    }

    private String results() throws IOException {
        return Files.readString(folder.resolve("out/results.json")).replaceAll("\\s+", "");
    }

    private static String set(final String second) {
        return """
            tactus: 1
            name: failing
            policy: fixed-priority
            overheads: none
            platform:
              devices:
                - {name: acc0, kind: modelled}
                - {name: acc1, kind: modelled}
            tasks:
              - {name: good, period: 10s, segments: [{device: acc0, wcet: 2s, actual: {uniform: [0.001, 0.001]}}]} # far below its bound
            """ + second;
    }

    @Test
    void shouldBeGoodWhenNothingBreaks() throws IOException {
        assertEquals(ExitStatus.GOOD, run(set("")));
        assertTrue(results().contains("\"skipped\":0,\"lost\":0,\"stopped\":false"), results());
        assertTrue(results().contains("\"lost\":false"), results());
    }

    @Test
    void shouldBeNoWhenATaskWasStopped() throws IOException {
        assertEquals(ExitStatus.NO, run(set("  - {name: bad, period: 10s, onOverrun: stop, segments: [{device: acc1, wcet: 1ms, "
            + "actual: {uniform: [50, 50]}}]}\n")));
        assertTrue(results().contains("\"misses\":0,\"overruns\":1"), results());
        assertTrue(results().contains("\"stopped\":true"), results());
    }

    @Test
    void shouldBeNoWhenAJobWasAborted() throws IOException {
        assertEquals(ExitStatus.NO, run(set("  - {name: bad, period: 10s, onOverrun: stop, segments: [{device: acc1, wcet: 1ms, "
            + "actual: {uniform: [50, 50]}}, {device: acc0, wcet: 1ms}]}\n")));
        assertTrue(results().contains("\"aborted\":1"), results());
    }
}
