// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** The thread that moves lanes to other levels, when it comes to their core too late. */
@Timeout(30)
class LaneLevelsTest {
    private static final long MS = 1_000_000;

    private final List<Integer> levels = new CopyOnWriteArrayList<>();
    private final CountDownLatch coreIsFree = new CountDownLatch(1);
    private final AtomicInteger came = new AtomicInteger();

    private final class Setup implements ThreadSetup {
        @Override
        public String apply(final String role, final List<Integer> cores) {
            return "";
        }

        @Override
        public String applyLane(final List<Integer> cores, final int level) {
            if (level == Lane.ABOVE_ALL && came.incrementAndGet() == 1) { // the first one waits for the core
                try {
                    coreIsFree.await();
                } catch (final InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return "";
        }

        @Override
        public int threadId() {
            return 7;
        }

        @Override
        public void level(final int threadId, final int level) {
            levels.add(level);
        }
    }

    @Test
    void shouldMoveNothingAnyMoreWhenTheAdmissionWasRefusedForIt() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0", 0).withPreemption(DeviceSpec.Preemption.FULL))
            .task("low", t -> t.periodNs(MS).priority(9).segment("cpu0", 1)).build();
        final ThreadSetup setup = new Setup();
        final Lanes lanes = new Lanes(new TaskSet(set.name(), set.policy(), Overheads.NONE, set.platform(), set.tasks()), setup);
        for (final int dispatcher : lanes.dispatchersOf(0)) {
            lanes.lane(dispatcher).begin(List.of(0), 0);
        }
        lanes.place(set.tasks(), lane -> false);
        final LaneLevels moves = new LaneLevels(lanes, setup, 50 * MS);
        final List<Task> high = lanes.place(List.of(set.task("high", t -> t.periodNs(MS).priority(1).segment("cpu0", 1))), lane -> false);
        final String refusal = assertThrows(AdmissionRefusedException.class, moves::settle).getMessage();
        assertTrue(refusal.contains("could not be changed in time"), refusal);
        lanes.leave(high);
        lanes.place(List.of(set.task("lowest", t -> t.periodNs(MS).priority(20).segment("cpu0", 1))), lane -> false);
        new LaneLevels(lanes, setup).settle();
        final List<Integer> settled = new ArrayList<>(levels);
        coreIsFree.countDown();
        for (final Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("tactus-levels")) {
                thread.join();
            }
        }
        assertEquals(settled, levels, "what was given up moves no lane later");
        assertEquals(List.of(), lanes.unsettled());
    }
}
