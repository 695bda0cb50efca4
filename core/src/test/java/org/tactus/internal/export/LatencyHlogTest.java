// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.TaskStatistics;

class LatencyHlogTest {
    @TempDir
    private Path folder;

    @Test
    void shouldReadBackEveryTaskWhenWritten() throws IOException {
        final Path file = folder.resolve("latency.hlog");
        final Map<String, Histogram> responses = new LinkedHashMap<>();
        for (final String name : new String[] {"detect", "track.2_-x"}) {
            final TaskStatistics statistics = new TaskStatistics(name, 250_000_000, 1);
            for (int i = 1; i <= 1000; i++) {
                statistics.record(i * 100_000L, false);
            }
            responses.put(name, statistics.histogram());
        }
        LatencyHlog.write(file, 1_700_000_000_000L, 10_000_000_000L, responses);
        try (HistogramLogReader reader = new HistogramLogReader(Files.newInputStream(file))) {
            for (final Map.Entry<String, Histogram> entry : responses.entrySet()) {
                final Histogram read = (Histogram) reader.nextIntervalHistogram();
                assertEquals(entry.getKey(), read.getTag());
                assertEquals(1000, read.getTotalCount());
                assertEquals(entry.getValue().getValueAtPercentile(99), read.getValueAtPercentile(99));
            }
            assertNull(reader.nextIntervalHistogram());
        }
    }
}
