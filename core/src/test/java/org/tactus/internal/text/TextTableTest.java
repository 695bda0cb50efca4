// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextTableTest {
    private static String text(final int width, final String[] head, final List<String[]> rows) {
        final TextTable table = new TextTable(width, head, rows);
        final StringBuilder out = new StringBuilder();
        table.appendHead(out);
        rows.forEach(cells -> table.append(out, cells));
        return out.toString();
    }

    @Test
    void shouldStandInOneLineWhenItFits() {
        assertEquals("""
            task max now
            ---- --- ----
            a     12 idle
            bb     3 x
            """, text(13, new String[] {"task", "max", " now"}, List.of(new String[] {"a", "12", "idle"}, new String[] {"bb", "3", "x"})));
    }

    @Test
    void shouldGoOnInASecondLineWhenItIsTooWide() {
        assertEquals("""
            task max
                now
            ---- ---
            a     12
                idle
            bb     3
                x
            """, text(12, new String[] {"task", "max", " now"}, List.of(new String[] {"a", "12", "idle"}, new String[] {"bb", "3", "x"})));
    }

    @Test
    void shouldLoseNoCellAndFitWhenRandomRowsAreLaidOut() {
        final long seed = Long.getLong("tactus.property.seed", System.nanoTime());
        final Random random = new Random(seed);
        for (int n = 0; n < 500; n++) {
            final String[] head = cells(random, 1 + random.nextInt(12), 'H');
            final List<String[]> rows = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                rows.add(cells(random, head.length, 'c'));
            }
            final int width = 21 + random.nextInt(100); // the widest cell, indented, fits
            final String text = text(width, head, rows);
            final List<String> expected = new ArrayList<>(List.of(head));
            rows.forEach(row -> expected.addAll(List.of(row)));
            final List<String> found = new ArrayList<>(List.of(text.strip().split("\\s+")));
            found.removeIf(word -> word.startsWith("-"));
            assertEquals(expected, found, "seed " + seed + "\n" + text);
            text.lines().forEach(line -> {
                assertTrue(line.length() <= width, "seed " + seed + ": " + line);
                assertFalse(line.endsWith(" "), line);
            });
        }
    }

    private static String[] cells(final Random random, final int count, final char letter) {
        final String[] cells = new String[count];
        for (int i = 0; i < count; i++) {
            cells[i] = String.valueOf(letter).repeat(1 + random.nextInt(15)) + i;
        }
        return cells;
    }
}
