package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobLogTest {
    @TempDir
    private Path folder;

    @Test
    void shouldKeepJobsWhenSeveralChunksFill() throws IOException {
        try (JobLog log = new JobLog(folder, 8, 1000)) {
            final long jobs = 200_000;
            for (long i = 0; i < jobs; i++) {
                log.onEvent(EventType.COMPLETE, 1000 + i * 10 + 7, 1, (int) (i & 7), 0, i, 1000 + i * 10);
            }
            assertEquals(jobs, log.size());
            for (long i = 0; i < jobs; i += 997) {
                assertEquals(i & 7, log.task(i));
                assertEquals(i, log.number(i));
                assertEquals(i * 10, log.nominalNs(i));
                assertEquals(i * 10 + 7, log.endNs(i));
                assertEquals(JobLogDescriptor.COMPLETE, log.outcome(i));
            }
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void shouldKeepTheNextJobLiveWhenItsReleaseWasDrainedFirst() {
        try (JobLog log = new JobLog(folder, 1, 0)) {
            log.onEvent(EventType.RELEASE, 0, 0, 0, 0, 0, 0);
            log.onEvent(EventType.RELEASE, 10, 0, 0, 0, 1, 10);
            log.onEvent(EventType.COMPLETE, 9, 1, 0, 0, 0, 0);
            log.finish(20);
            assertEquals(2, log.size());
            assertEquals(JobLogDescriptor.UNFINISHED, log.outcome(1));
            assertEquals(1, log.number(1));
        }
    }

    @Test
    void shouldCountOverrunsWithTheirJobWhicheverRingIsDrainedFirst() {
        try (JobLog log = new JobLog(folder, 2, 0)) {
            log.onEvent(EventType.RELEASE, 0, 0, 0, 0, 0, 0);
            log.onEvent(EventType.OVERRUN, 3, 0, 0, 0, 0, 1);
            log.onEvent(EventType.OVERRUN, 5, 0, 0, 1, 0, 1);
            log.onEvent(EventType.COMPLETE, 9, 1, 0, 0, 0, 0);
            log.onEvent(EventType.OVERRUN, 7, 0, 0, 2, 0, 1); // by another dispatcher, told late
            log.onEvent(EventType.OVERRUN, 8, 0, 1, 0, 0, 1);
            log.onEvent(EventType.COMPLETE, 19, 1, 0, 0, 1, 10);
            log.onEvent(EventType.COMPLETE, 21, 1, 1, 0, 0, 0);
            assertEquals(3, log.overruns(0));
            assertEquals(0, log.overruns(1));
            assertEquals(1, log.overruns(2));
        }
    }

    @Test
    void shouldAllocateNothingWhenAChunkIsThere() {
        try (JobLog log = new JobLog(folder, 1, 0)) {
            assertEquals(0, Allocation.bytes(() -> {
                for (int i = 0; i < 500; i++) {
                    log.onEvent(EventType.RELEASE, i, 0, 0, 0, i, i);
                    log.onEvent(EventType.COMPLETE, i, 0, 0, 0, i, i);
                }
            }));
        }
    }
}
