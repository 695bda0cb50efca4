// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlCopiesTest {
    /** Times on the GPU and until the end was seen, and the rest that is missing to a tenth of the time; a long one is cut. */
    @ParameterizedTest
    @CsvSource({"6500, 70000, 0", "6500, 20000, 45000", "6500, 65000, 0", "6500, 64999, 1", "0, 60000, 0", "100000, 100000, 900000",
        "50000000, 50060000, 1000000", "6500, 9000000, 0"})
    void shouldRestNineTimesTheCopyAndNotTheThreadsSleepWhenAPieceIsDone(final long copiedNs, final long passedNs, final long restNs) {
        assertEquals(restNs, ControlCopies.restNs(copiedNs, passedNs));
    }
}
