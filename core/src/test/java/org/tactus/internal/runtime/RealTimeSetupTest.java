// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What threads ask the system for, by their roles, whether it is granted or not. Each on a thread of its own, which then ends. */
class RealTimeSetupTest {
    private static String asked(final boolean realTime, final String role, final List<String> doubts) throws InterruptedException {
        final AtomicReference<String> line = new AtomicReference<>();
        final Thread thread = new Thread(() -> line.set(new RealTimeSetup(realTime, doubts::add).apply(role, List.of())));
        thread.start();
        thread.join();
        return line.get();
    }

    @Test
    void shouldPutTheReaderOfWeightsBelowDispatchersAndEnginesAndAboveOrdinaryThreads() throws InterruptedException {
        final List<String> doubts = new ArrayList<>();
        assertTrue(asked(true, "reader", doubts).matches(".*SCHED_FIFO priority 1\\b.*"), "the lowest there is");
        assertTrue(doubts.isEmpty(), "on any core it holds up no dispatcher: " + doubts);
        assertTrue(asked(true, "engine", doubts).matches(".*SCHED_FIFO priority 70\\b.*"));
        assertTrue(asked(true, "dispatcher", doubts).matches(".*SCHED_FIFO priority 80\\b.*"));
    }

    @Test
    void shouldAskForNoPriorityWhenARunIsNotRealTime() throws InterruptedException {
        for (final String role : List.of("reader", "engine", "dispatcher", "monitor")) {
            assertFalse(asked(false, role, new ArrayList<>()).contains("SCHED_FIFO"), role);
        }
        assertFalse(asked(true, "monitor", new ArrayList<>()).contains("SCHED_FIFO"));
    }
}
