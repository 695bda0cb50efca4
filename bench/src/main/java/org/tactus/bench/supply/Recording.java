// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.supply;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.tactus.bindings.linux.Grant;
import org.tactus.bindings.linux.RealTime;

/** Records the stalls of one core into a file, which it completes every few seconds. */
final class Recording {
    /** Above a dispatcher's 80: what other real-time programs of this machine compute is no stall of the platform. */
    private static final int PRIORITY = 90;
    private static final Duration STEP = Duration.ofSeconds(10);

    private Recording() {
    }

    /**
     * How it is made.
     *
     * @param core        which core
     * @param durationNs  how long
     * @param gridNs      from one look to the next
     * @param thresholdNs a look that is late by less is no stall
     */
    record Settings(int core, long durationNs, long gridNs, long thresholdNs) {
    }

    private static String text(final Grant grant) {
        return (grant.granted() ? "" : "NOT granted: ") + grant.text();
    }

    /**
     * Records.
     *
     * @param settings how
     * @param file     is replaced
     * @return what was granted to the thread, and how it was set
     * @throws IOException          when the file cannot be written
     * @throws InterruptedException when interrupted meanwhile
     */
    static Map<String, String> record(final Settings settings, final Path file) throws IOException, InterruptedException {
        final StallRecorder recorder = new StallRecorder(settings.gridNs(), settings.thresholdNs());
        final Map<String, String> notes = new LinkedHashMap<>();
        final CountDownLatch started = new CountDownLatch(1);
        final Thread thread = Thread.ofPlatform().name("tactus-stalls").daemon().start(() -> {
            final Grant pin = RealTime.pin(List.of(settings.core()));
            final Grant fifo = RealTime.fifo(PRIORITY);
            RealTime.timerSlack(1);
            notes.put("core", Integer.toString(settings.core()));
            notes.put("granted", text(pin) + "; " + text(fifo));
            notes.put("grid-ns", Long.toString(settings.gridNs()));
            notes.put("threshold-ns", Long.toString(settings.thresholdNs()));
            recorder.learnUsual(); // compiles
            notes.put("usual-ns", Long.toString(recorder.learnUsual()));
            started.countDown();
            recorder.record(settings.durationNs());
        });
        started.await();
        try (StallFile.Output output = new StallFile.Output(file, notes)) {
            int written = 0;
            boolean over = false;
            while (!over) {
                over = thread.join(STEP);
                final long spanNs = recorder.spanNsAcquire(); // before the count: all stalls up to it are counted
                final int count = recorder.countAcquire();
                for (; written < count; written++) {
                    output.stall(recorder.beginNs(written), recorder.lengthNs(written));
                }
                output.toldUntil(Math.max(1, spanNs));
            }
            output.note("looks", Long.toString(recorder.looks()));
        }
        notes.put("looks", Long.toString(recorder.looks()));
        return notes;
    }
}
