// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.text;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lays out rows of text for a terminal of some width. Columns that do not fit beside the others stand in further lines of the same row, so
 * that nothing is cut off. The first column is aligned to the left, all others to the right, or to the left where their heading begins
 * with a blank. Not thread-safe.
 */
public final class TextTable {
    /** Columns of the narrowest terminal that people use. */
    public static final int NARROW = 80;
    private static final int INDENT = 4;

    private final String[] head;
    private final int[] widths;
    /** The line of a row, from 0, in which each column stands. */
    private final int[] lines;

    /**
     * Finds the widths of the columns.
     *
     * @param width most columns of a line, in characters
     * @param head  a heading for each column
     * @param rows  all rows that will be shown, a cell for each column; or one with the widest cells, where they come one by one
     */
    public TextTable(final int width, final String[] head, final List<String[]> rows) {
        this(width, head, rows, head.length);
    }

    /**
     * Finds the widths of the columns, where some of them belong together.
     *
     * @param width most columns of a line, in characters
     * @param head  a heading for each column
     * @param rows  all rows that will be shown, a cell for each column
     * @param group this column and those behind it begin a further line together unless all columns fit into one
     */
    public TextTable(final int width, final String[] head, final List<String[]> rows, final int group) {
        this.head = head.clone();
        this.widths = new int[head.length];
        final List<String[]> all = new ArrayList<>(rows);
        all.add(head);
        for (final String[] cells : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], cells[i].strip().length());
            }
        }
        this.lines = new int[head.length];
        final boolean fits = IntStream.of(widths).sum() + head.length - 1 <= width;
        int used = widths[0];
        for (int i = 1; i < head.length; i++) {
            lines[i] = lines[i - 1];
            if (used + 1 + widths[i] > width || i == group && !fits) {
                lines[i]++;
                used = INDENT - 1;
            }
            used += 1 + widths[i];
        }
    }

    /**
     * Appends the headings and a rule below them.
     *
     * @param out takes whole lines
     */
    public void appendHead(final StringBuilder out) {
        append(out, head);
        final String[] rule = new String[head.length];
        for (int i = 0; i < rule.length; i++) {
            rule[i] = lines[i] == 0 ? "-".repeat(widths[i]) : "";
        }
        line(out, rule, 0);
    }

    /**
     * The whole table.
     *
     * @param width most columns of a line, in characters
     * @param head  a heading for each column
     * @param rows  a cell for each column
     * @return lines, each ended by a line feed
     */
    public static String text(final int width, final String[] head, final List<String[]> rows) {
        final TextTable table = new TextTable(width, head, rows);
        final StringBuilder out = new StringBuilder();
        table.appendHead(out);
        rows.forEach(cells -> table.append(out, cells));
        return out.toString();
    }

    /**
     * Appends a row.
     *
     * @param out   takes whole lines without blanks at their ends
     * @param cells a text for each column
     */
    public void append(final StringBuilder out, final String[] cells) {
        for (int line = 0; line <= lines[lines.length - 1]; line++) {
            line(out, cells, line);
        }
    }

    private void line(final StringBuilder out, final String[] cells, final int line) {
        final int begin = out.length();
        out.append(" ".repeat(line == 0 ? 0 : INDENT - 1));
        for (int i = 0; i < cells.length; i++) {
            if (lines[i] == line) {
                final String cell = cells[i].strip();
                final String pad = " ".repeat(Math.max(0, widths[i] - cell.length()));
                final boolean toTheLeft = i == 0 || head[i].startsWith(" ");
                out.append(i == 0 ? "" : " ").append(toTheLeft ? cell + pad : pad + cell);
            }
        }
        int end = out.length();
        while (end > begin && out.charAt(end - 1) == ' ') {
            end--;
        }
        out.setLength(end);
        out.append('\n');
    }
}
