// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.internal.text.TextTable;
import picocli.CommandLine.TypeConversionException;

class DurationConverterTest {
    @ParameterizedTest
    @CsvSource({"10s, 10000000000", "5m, 300000000000", "1h, 3600000000000", "0.5h, 1800000000000", "1.5 m, 90000000000",
        "2.5ms, 2500000", "7us, 7000", "1ns, 1", "0.000000001m, 60"})
    void shouldBeNanosecondsWhenTheUnitIsKnown(final String text, final long ns) {
        assertEquals(ns, new DurationConverter().convert(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "5", "5x", "-5m", "5min", "1m30s", "5 M", "1d"})
    void shouldSayWhichUnitsThereAreWhenItIsNoDuration(final String text) {
        final String message = assertThrows(TypeConversionException.class, () -> new DurationConverter().convert(text)).getMessage();
        assertTrue(message.contains("ns, us, ms, s, m or h"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "0m", "0h", "3000000h", "0.00000000001m"})
    void shouldBeRefusedWhenItIsNothingOrTooLongOrTooFine(final String text) {
        assertThrows(TypeConversionException.class, () -> new DurationConverter().convert(text));
    }

    @Test
    void shouldBeEightyColumnsWhenTheTerminalIsUnknownOrNarrow() {
        assertEquals(TextTable.NARROW, Terminal.width(null));
        assertEquals(TextTable.NARROW, Terminal.width("wide"));
        assertEquals(TextTable.NARROW, Terminal.width("40"));
        assertEquals(132, Terminal.width("132"));
    }
}
