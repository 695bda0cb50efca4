// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class RealTimeTest {
    /** Runs on a thread of its own, so that what is granted ends with the test. */
    private static <T> T onNewThread(final java.util.concurrent.Callable<T> body) {
        final List<T> result = new ArrayList<>();
        final List<Exception> failures = new ArrayList<>();
        final Thread thread = new Thread(() -> {
            try {
                result.add(body.call());
            } catch (final Exception e) {
                failures.add(e);
            }
        });
        thread.start();
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
        assertTrue(failures.isEmpty(), failures::toString);
        return result.getFirst();
    }

    @Test
    void shouldPinAndReadBackWhenTheCoreExists() {
        final int core = RealTime.allowedCores().getLast();
        assertTrue(RealTime.onlineCores().contains(core));
        final Grant grant = onNewThread(() -> {
            final Grant pinned = RealTime.pin(List.of(core));
            assertEquals(List.of(core), RealTime.allowedCores());
            assertEquals(core, RealTime.currentCore());
            return pinned;
        });
        assertTrue(grant.granted(), grant.text());
        assertEquals("cores [" + core + "]", grant.text());
    }

    @Test
    void shouldSayWhyWhenTheCoreDoesNotExist() {
        final Grant grant = onNewThread(() -> RealTime.pin(List.of(1023)));
        assertFalse(grant.granted());
        assertEquals("cores [1023]: sched_setaffinity refused: Invalid argument (errno 22)", grant.text());
        assertFalse(RealTime.pin(List.of()).granted());
        assertFalse(RealTime.pin(List.of(-1)).granted());
        assertFalse(RealTime.pin(List.of(1 << 20)).granted());
    }

    @Test
    void shouldSayWhyWhenThePriorityDoesNotExist() {
        final Grant grant = onNewThread(() -> RealTime.fifo(100));
        assertFalse(grant.granted());
        assertEquals("SCHED_FIFO priority 100: sched_setscheduler refused: Invalid argument (errno 22)", grant.text());
    }

    @Test
    void shouldGiveFifoOrSayWhyNot() {
        final Grant grant = onNewThread(() -> RealTime.fifo(1));
        assertEquals(grant.granted(), !grant.text().contains("refused"), grant.text());
        assertTrue(onNewThread(RealTime::ordinary).granted());
    }

    @Test
    void shouldSetTimerSlack() {
        assertEquals(new Grant(true, "timer slack 1 ns"), onNewThread(() -> RealTime.timerSlack(1)));
        assertFalse(RealTime.timerSlack(0).granted());
    }

    @Test
    void shouldLockMemoryOrSayWhyNot() {
        final Grant grant = RealTime.lockMemory();
        assertEquals(grant.granted(), !grant.text().contains("refused"), grant.text());
        assertTrue(RealTime.unlockMemory().granted());
    }

    @Test
    void shouldReadWhatTheSystemLeavesToRealTimeThreads() throws IOException {
        final Path file = Path.of("/proc/sys/kernel/sched_rt_runtime_us");
        // By lines: the kernel tells such a number to one read alone, and readString begins with a read of one byte.
        assertEquals(Files.isReadable(file) ? Long.parseLong(Files.readAllLines(file).getFirst()) : -1, RealTime.realTimeRuntimeUs());
    }

    @Test
    void shouldReadListsOfCores() {
        assertEquals(List.of(0, 1, 2, 5, 7, 8), RealTime.parseCoreList("0-2,5,7-8"));
        assertEquals(List.of(0), RealTime.parseCoreList("0"));
    }
}
