// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void shouldNameThePartAndEstimateOnlyFromFivePercentOn() {
        assertEquals("profiling detect:  50 %, about 12 s left", Progress.line("profiling", "detect", 0.5, 12_000_000_000L));
        assertEquals("profiling detect:   1 %", Progress.line("profiling", "detect", 0.01, 27_000_000_000L));
        assertEquals("running the set:   5 %, about 19 s left", Progress.line("running the set", "", 0.05, 1_000_000_000L));
    }
}
