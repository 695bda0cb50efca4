// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BoundHistoryTest {
    private final BoundHistory history = new BoundHistory();

    private static OptionalLong ns(final long bound) {
        return OptionalLong.of(bound);
    }

    private long beyond(final long nominalNs, final long responseNs) {
        final long before = history.summary(3).beyond();
        history.completed(3, nominalNs, nominalNs + responseNs);
        return history.summary(3).beyond() - before;
    }

    @Test
    void shouldHoldAJobAgainstTheBoundOfItsTimeWhenBoundsChange() {
        history.admitted(3, 0, ns(200));
        history.changed(3, 1_000, ns(100));
        history.changed(3, 2_000, ns(150));
        assertEquals(0, beyond(500, 190), "the older, larger bound held when this job was released");
        assertEquals(0, beyond(900, 190), "and while this one ended");
        assertEquals(1, beyond(1_000, 101));
        assertEquals(0, beyond(1_000, 100));
        assertEquals(0, beyond(1_900, 140), "a task was added while the job was live: the new bound holds for it, too");
        assertEquals(1, beyond(2_000, 151));
        assertEquals(ns(200), history.summary(3).largestNs());
        assertEquals(3, history.summary(3).bounds().size());
    }

    @Test
    void shouldNotJudgeWithoutABoundOrWhenTheSlotHadAnotherTask() {
        history.admitted(3, 100, OptionalLong.empty());
        history.changed(3, 200, ns(10));
        assertEquals(0, beyond(150, 90), "there was no bound when it was released");
        assertEquals(0, beyond(50, 1_000), "its task had the slot before");
        assertEquals(1, beyond(200, 11));
        assertEquals(OptionalLong.empty(), history.summary(3).largestNs());
        assertEquals(0, history.summary(4).bounds().size());
    }

    @Test
    void shouldKeepALimitedNumberOfBoundsAndNoneTooSmallWhenThereAreMany() {
        history.admitted(3, 0, ns(1_000));
        for (int i = 1; i <= 2_000; i++) {
            history.changed(3, i, ns(i % 2 == 0 ? 10 : 20));
            history.changed(3, i, ns(i % 2 == 0 ? 10 : 20));
        }
        assertEquals(BoundHistory.MOST_CHANGES, history.summary(3).bounds().size());
        assertEquals(ns(1_000), history.summary(3).largestNs());
        assertEquals(0, beyond(0, 1_000));
        assertEquals(1, beyond(1_990, 21));
    }
}
