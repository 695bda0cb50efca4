// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptTableTest {
    private static final List<String> TABLE = List.of(
        "            CPU0       CPU1       CPU3       CPU4",
        "   8:          9          9          0          0  IR-IO-APIC  8-edge  rtc0",
        " 121:          0        250          0          0  PCI-MSIX-0000:19:00.0  0-edge  nvidia",
        " 122:          0          0          0         17  PCI-MSIX-0000:19:00.0  1-edge  nvidia",
        " LOC:     123456     123456     123456     123456  Local timer interrupts",
        " ERR:          0");

    @Test
    void shouldChooseTheLastCoreWithoutInterruptsOfAGpu() {
        final InterruptTable table = new InterruptTable(TABLE);
        final InterruptTable.Choice choice = table.quietest(List.of(0, 1, 3, 4));
        assertEquals(3, choice.core());
        assertTrue(choice.why().contains("core 3") && choice.why().contains("1 (250), 4 (17)"), choice.why());
    }

    @Test
    void shouldChooseTheCoreWithTheFewestWhenEveryAllowedOneTakesSome() {
        assertEquals(4, new InterruptTable(TABLE).quietest(List.of(1, 4)).core());
    }

    @Test
    void shouldSayThatTheSystemTellsNothingWhenThereIsNoTable() {
        final InterruptTable.Choice choice = new InterruptTable(List.of()).quietest(List.of(0, 2));
        assertEquals(2, choice.core());
        assertTrue(choice.why().contains("tells of no interrupts"), choice.why());
    }
}
