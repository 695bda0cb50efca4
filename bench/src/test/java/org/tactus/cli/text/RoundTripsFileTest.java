// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.internal.remote.RoundTrips;

class RoundTripsFileTest {
    @TempDir
    private Path folder;

    @Test
    void shouldReadWhatARunHasWrittenWhenAnswersCameOrWereLost() throws IOException {
        final Path file = folder.resolve(RoundTripsFile.NAME);
        RoundTripsFile.write(new TreeMap<>(Map.of("scene", new long[] {30, RoundTrips.LOST_NS, 9}, "lanes", new long[] {7}, "quiet",
            new long[0])), file);
        assertEquals(List.of("task,ns", "lanes,7", "scene,30", "scene,", "scene,9"), Files.readAllLines(file));
        final Map<String, long[]> read = RoundTripsFile.read(file);
        assertEquals(2, read.size(), "a task without an answer has no line");
        assertArrayEquals(new long[] {9, 30, RoundTrips.LOST_NS}, read.get("scene"), "in order, what was lost last");
        assertArrayEquals(new long[] {7}, read.get("lanes"));
    }

    @Test
    void shouldNameTheLineWhenItIsNone() throws IOException {
        final Path file = folder.resolve("wrong.csv");
        for (final Map.Entry<String, Integer> wrong : Map.of("", 1, "ns\n", 1, "task,ns\nscene\n", 2, "task,ns\nscene,5\nscene,-5\n", 3,
            "task,ns\nscene,1.5ms\n", 2).entrySet()) {
            Files.writeString(file, wrong.getKey());
            final String said = assertThrows(PrerequisiteException.class, () -> RoundTripsFile.read(file)).getMessage();
            assertTrue(said.startsWith(file + ":" + wrong.getValue() + ": "), said);
        }
    }
}
