// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.watch.FlightEvents;

/** The settings of the Flight Recorder that come with Tactus, as the JDK reads them. */
class FlightSettingsTest {
    private static final Path SETTINGS = Path.of("deploy/tactus.jfc");

    @TempDir
    private Path folder;

    private static Configuration settings() throws IOException, ParseException {
        return Configuration.create(SETTINGS);
    }

    @Test
    void shouldSwitchOnEveryEventOfOursWhenOneIsAdded() throws Exception {
        final var ours = Arrays.stream(FlightEvents.class.getDeclaredClasses()).filter(type -> type.isAnnotationPresent(Name.class))
            .map(type -> type.getAnnotation(Name.class).value()).collect(Collectors.toCollection(TreeSet::new));
        final var on = settings().getSettings().entrySet().stream().filter(entry -> entry.getKey().matches("tactus\\..*#enabled"))
            .filter(entry -> entry.getValue().equals("true")).map(entry -> entry.getKey().replace("#enabled", ""))
            .collect(Collectors.toCollection(TreeSet::new));
        assertFalse(ours.isEmpty());
        assertEquals(ours, on);
    }

    /** Beside a recording with the JDK's own settings, which shows that this thread would have been sampled. */
    @Test
    void shouldTakeNoSampleOfAStackWhenAThreadSpins() throws Exception {
        assertTrue(sampled(Configuration.getConfiguration("default")) > 0, "the JDK's settings sample");
        assertEquals(0, sampled(settings()));
    }

    private long sampled(final Configuration with) throws IOException {
        final List<RecordedEvent> events;
        try (Recording recording = new Recording(with)) {
            recording.start();
            final long untilNs = System.nanoTime() + 1_500_000_000L;
            double sum = 0;
            while (System.nanoTime() < untilNs) {
                sum += Math.sqrt(sum + 1);
            }
            assertTrue(sum > 0);
            final Path file = folder.resolve(with.getName() + recording.getId() + ".jfr");
            recording.stop();
            recording.dump(file);
            events = RecordingFile.readAllEvents(file);
        }
        return events.stream().map(event -> event.getEventType().getName())
            .filter(name -> name.endsWith("Sample") && !name.startsWith("jdk.Object") || name.equals("jdk.ThreadDump")).count();
    }
}
