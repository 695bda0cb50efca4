// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RoundTimeTest {
    private static final long NOW_NS = 5_000_000_000L;
    private final RoundTime time = new RoundTime();

    @Test
    void shouldSleepLongWhenNothingHappens() {
        time.begin(NOW_NS);
        assertEquals(NOW_NS + RoundTime.QUIET_NS, time.nextNs(0));
        assertEquals(NOW_NS + RoundTime.LONGEST_NS, time.nextNs(1));
    }

    @Test
    void shouldLookWhenTheFirstOfWhatRunsIsDue() {
        time.begin(NOW_NS);
        time.due(NOW_NS + 7_000_000);
        time.due(NOW_NS + 3_000_000);
        time.due(NOW_NS + 9_000_000);
        assertEquals(NOW_NS + 3_000_000, time.nextNs(0));
    }

    @Test
    void shouldNotSleepLongerThanUsualWhenWhatRunsIsDueMuchLater() {
        time.begin(NOW_NS);
        time.due(NOW_NS + 70_000_000);
        assertEquals(NOW_NS + RoundTime.LONGEST_NS, time.nextNs(0));
    }

    @Test
    void shouldLookEachMillisecondWhenSomethingIsDueOrBeyondItsTime() {
        time.begin(NOW_NS);
        time.due(NOW_NS + 1);
        assertEquals(NOW_NS + RoundTime.SHORTEST_NS, time.nextNs(0));
        time.begin(NOW_NS + RoundTime.SHORTEST_NS);
        time.urgent();
        assertEquals(NOW_NS + 2 * RoundTime.SHORTEST_NS, time.nextNs(100));
    }

    @Test
    void shouldForgetWhatWasWrongWhenARoundBegins() {
        time.begin(NOW_NS);
        time.urgent();
        time.due(NOW_NS);
        time.begin(NOW_NS);
        assertEquals(NOW_NS + RoundTime.QUIET_NS, time.nextNs(0));
    }
}
