// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.tactus.internal.event.EventType;

class BurstResponsesTest {
    private static final long SEGMENT_NS = 10_000;
    private static final int TASKS = 3;

    private final BurstResponses responses = new BurstResponses(TASKS, SEGMENT_NS);

    private void complete(final int slot, final long releaseNs, final long responseNs) {
        responses.onEvent(EventType.COMPLETE, releaseNs + responseNs, 0, slot, 0, 1, releaseNs);
    }

    @Test
    void shouldTakeTheSegmentsAheadForNoDelayWhenABurstIsOnTime() {
        responses.count(100, 1_000);
        complete(0, 100, SEGMENT_NS);
        complete(1, 100, 2 * SEGMENT_NS);
        complete(2, 100, 3 * SEGMENT_NS + 50);
        assertEquals(3, responses.delays.getTotalCount());
        assertEquals(2, responses.delays.getCountAtValue(0));
        assertEquals(1, responses.delays.getCountAtValue(50));
        assertEquals(1, responses.last.getTotalCount());
        assertEquals(1, responses.last.getCountAtValue(3 * SEGMENT_NS + 50));
    }

    @Test
    void shouldCountApartWhatWasReleasedBeforeTheSpan() {
        complete(2, 100, 9 * SEGMENT_NS); // nobody has said yet from when on
        responses.count(1_000, 2_000);
        complete(2, 999, 5 * SEGMENT_NS);
        complete(2, 1_000, 4 * SEGMENT_NS);
        complete(2, 2_000, 7 * SEGMENT_NS); // after the span
        assertEquals(2, responses.earlier.getTotalCount());
        assertEquals(1, responses.delays.getTotalCount());
        assertEquals(1, responses.delays.getCountAtValue(SEGMENT_NS));
    }

    @Test
    void shouldLeaveOutWhatIsNoEndOfABurstsJob() {
        responses.count(0, 1_000);
        complete(TASKS, 100, SEGMENT_NS);
        responses.onEvent(EventType.RELEASE, 100, 0, 0, 0, 1, 100);
        responses.onEvent(EventType.STALL, 100, 0, -1, 0, -1, 100);
        assertEquals(0, responses.delays.getTotalCount() + responses.last.getTotalCount() + responses.earlier.getTotalCount());
    }
}
