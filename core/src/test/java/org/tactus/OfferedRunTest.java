// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.work.Workload;

/** A run whose tasks are offered to a peer in this process. No times are asserted: this machine may be busy. */
@Timeout(120)
class OfferedRunTest {
    private static final long MS = 1_000_000;

    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong fallbacks = new AtomicLong();

    private static TaskSet set(final String peer) {
        return TaskSet.builder("set").device(DeviceSpec.cpu("cpu0"))
            .task("scene", t -> t.periodNs(20 * MS).segment("cpu0", MS).remote(new Task.Remote(peer, 10 * MS, 1, 0.25))).build();
    }

    private final class Numbers implements Workload.Offering {
        @Override
        public int largestBytes() {
            return 64;
        }

        @Override
        public int fill(final long job, final MemorySegment input) {
            input.set(ValueLayout.JAVA_LONG, 56, job * 3);
            return 64;
        }

        @Override
        public void answered(final long job, final MemorySegment output, final int bytes) {
            wrong.addAndGet(bytes == 64 && output.get(ValueLayout.JAVA_LONG, 56) == job * 3 ? 0 : 1);
            answers.incrementAndGet();
        }
    }

    private Tactus.Context context(final String peer) {
        return new Tactus.Context().taskSet(set(peer)).realTime(false)
            .workload(new Workload().code("scene", 0, job -> fallbacks.incrementAndGet()).offering("scene", new Numbers()));
    }

    private static void until(final AtomicLong count) throws InterruptedException {
        final long least = count.get() + 5;
        while (count.get() < least) {
            Thread.sleep(5);
        }
    }

    @Test
    void shouldUseAnswersInPlaceOfJobsWhenThePeerAnswers() throws Exception {
        try (Tactus tactus = Tactus.launch(context("echo:1"))) {
            until(answers);
            final RunResult.Offers offers = tactus.stop().offers().getFirst();
            assertEquals("scene", offers.task());
            assertEquals(answers.get(), offers.used());
            assertEquals(fallbacks.get(), offers.fallbacks());
            assertEquals((offers.used() + 0.25 * offers.fallbacks()) / (offers.used() + offers.fallbacks()), offers.meanGain(), 1e-9);
            assertTrue(tactus.stop().toString().contains("Offered: scene " + offers.offered() + " jobs"), tactus.stop().toString());
        }
        assertEquals(0, wrong.get());
    }

    @Test
    void shouldRunFallbacksWhenThePeerIsSilentAndChangeTheWaitByAdmission() throws Exception {
        try (Tactus tactus = Tactus.launch(context("silence:1"))) {
            until(fallbacks);
            final TaskHandle first = tactus.handle("scene");
            tactus.remove(first);
            final Task longer = set("echo:1").tasks().getFirst().withTauNs(15 * MS);
            final Task toolong = longer.withTauNs(19 * MS + MS / 2);
            assertThrows(TactusException.Refused.class, () -> tactus.add(toolong), "half a millisecond is left for a fallback of one");
            tactus.add(longer);
            until(answers);
            final RunResult.Offers offers = tactus.stop().offers().getFirst();
            assertEquals(answers.get(), offers.used());
        }
        assertEquals(0, wrong.get());
    }

    @Test
    void shouldRefuseWhenThePeerIsNotKnown() {
        final TactusException.InvalidSet error = assertThrows(TactusException.InvalidSet.class, () -> Tactus.launch(context("nobody:1")));
        assertTrue(error.getMessage().contains("tasks[0].remote.peer: peer: 'nobody:1' is not known here"), error.getMessage());
    }
}
