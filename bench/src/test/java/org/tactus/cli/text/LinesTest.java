// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tactus.cli.support.Terminal;
import org.tactus.format.CurveCalibration;
import org.tactus.internal.measure.PlatformQuotas;
import org.tactus.supply.StallCurve;

class LinesTest {
    @Test
    void shouldBreakAtBlanksAndKeepEveryWord() {
        final String text = "  " + "word ".repeat(40) + "end";
        final String wrapped = Lines.wrap(text);
        assertTrue(wrapped.lines().allMatch(line -> line.length() <= Terminal.width()), wrapped);
        assertEquals(text.strip(), wrapped.replaceAll("\\s+", " ").strip());
        assertTrue(wrapped.lines().skip(1).allMatch(line -> line.startsWith("    w") || line.startsWith("    e")), wrapped);
    }

    @Test
    void shouldLeaveShortLinesAndLongWords() {
        assertEquals("a\n  b c", Lines.wrap("a\n  b c"));
        assertEquals("a\n  " + "x".repeat(100), Lines.wrap("a " + "x".repeat(100)));
    }

    @Test
    void shouldFitANarrowTerminalWhenCurvesArePrinted() {
        final CurveCalibration known = new CurveCalibration(List.of(0, 1), StallCurve.every(10_000_000, 3_000_000), 26_700_000_000L,
            9_000_000_000L, 0.99897, 1_250, 291_132, 5_000, Map.of("granted", "cores [1]; SCHED_FIFO priority 80; timer slack 1 ns",
            "interrupts", "53422", "of the stalled time the thread's CPU clock leaves out", "56 %", "waited for other threads", "616ms"));
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        SupplyPrinter.print(print, List.of(known), List.of(new PlatformQuotas.Quota(
            "the throttling of real-time threads (kernel.sched_rt_runtime_us)", 950_000_000, 1_000_000_000)));
        SupplyPrinter.summary(print, List.of(known));
        final String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.lines().allMatch(line -> line.length() <= Terminal.width()), text);
        assertTrue(text.contains("SCHED_FIFO"), text);
    }
}
