// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class HostPagesTest {
    /** No other mapping of the process has this size. */
    private static final long BYTES = 37 * (2L << 20) + 4096;
    private static final int THREADS = 4;

    private static boolean isMapped() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream().map(line -> line.split("[- ]"))
            .anyMatch(line -> Long.parseUnsignedLong(line[1], 16) - Long.parseUnsignedLong(line[0], 16) == BYTES);
    }

    @Test
    void shouldMapWholePagesUntilItIsClosed() throws IOException {
        final HostPages pages = new HostPages(BYTES - 1, THREADS);
        assertEquals(BYTES, pages.bytes());
        assertEquals(0, pages.address() % (2 << 20));
        assertTrue(isMapped());
        pages.close();
        assertFalse(isMapped());
    }

    @Test
    void shouldLeaveNothingMappedWhenAThreadThatTouchesCannotBeStarted() throws IOException {
        final List<Thread> started = new ArrayList<>();
        final ThreadFactory few = body -> {
            if (started.size() == THREADS - 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            started.add(new Thread(body));
            return started.getLast();
        };
        assertThrows(OutOfMemoryError.class, () -> new HostPages(BYTES, THREADS, few));
        assertEquals(THREADS - 1, started.size());
        assertFalse(started.stream().anyMatch(Thread::isAlive), "they would touch what is not mapped any more");
        assertFalse(isMapped());
    }
}
