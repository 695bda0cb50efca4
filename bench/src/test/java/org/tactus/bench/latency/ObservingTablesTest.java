// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.tactus.bench.latency.ObservingCost.Way;
import org.tactus.internal.text.TextTable;

class ObservingTablesTest {
    private static final long MS = 1_000_000;

    private static ObservedTurn turn(final double throughput, final long lastNs, final long bytes) {
        final Histogram last = new Histogram(3);
        last.recordValue(lastNs);
        final Histogram delays = new Histogram(3);
        delays.recordValueWithCount(20 * MS, 160_000);
        return new ObservedTurn(throughput, 10, last, delays, 123 * MS, bytes, 12_345,
            new CoreCounts(1_000, 20_000, 3_000, 400, 50_000, 6_000, 7_000 * MS, 800));
    }

    private static List<String> lines(final Map<Way, List<ObservedTurn>> turns) {
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ObservingTables.print(turns, new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldFitATerminalWhenEachWayHasHadTurns() {
        final Map<Way, List<ObservedTurn>> turns = new EnumMap<>(Way.class);
        for (final Way way : Way.values()) {
            turns.put(way, List.of(turn(9_000, 400_000, 0), turn(3_000, 30 * MS, 123_456)));
        }
        final List<String> lines = lines(turns);
        assertEquals(List.of(), lines.stream().filter(line -> line.length() > TextTable.NARROW).toList());
        for (final Way way : Way.values()) {
            final String name = way.name().toLowerCase().replace('_', '-') + " ";
            assertEquals(2, lines.stream().filter(line -> line.startsWith(name)).count(), () -> name + "has a row in each table: " + lines);
        }
    }

    @Test
    void shouldSayHowMuchAWayCostsWhenItsTurnsDiffer() {
        final Map<Way, List<ObservedTurn>> turns = new EnumMap<>(Way.class);
        turns.put(Way.ALONE, List.of(turn(8_000, MS, 0), turn(8_000, MS, 0)));
        turns.put(Way.STAT, List.of(turn(4_000, MS, 0), turn(4_000, MS, 7)));
        final String text = String.join("\n", lines(turns));
        assertTrue(text.contains("-50.0% [-50.0, -50.0] more"), text);
        assertTrue(text.contains("+0.0% [+0.0, +0.0] less"), text);
        assertTrue(text.contains("16000"), "160000 jobs in 10 s of each turn: " + text);
        assertFalse(ObservingTables.isFreeOfAllocation(turns), "a dispatcher has allocated 7 bytes");
        assertTrue(ObservingTables.isFreeOfAllocation(Map.of(Way.ALONE, turns.get(Way.ALONE))));
    }
}
