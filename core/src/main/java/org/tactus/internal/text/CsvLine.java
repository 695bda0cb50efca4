// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.text;

import java.util.ArrayList;
import java.util.List;

/** The cells of a line of CSV as spreadsheets write it: with a byte-order mark before the first, in quotation marks or not. */
public final class CsvLine {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private CsvLine() {
    }

    /**
     * Writes a cell.
     *
     * @param text what stands in it
     * @return the text, in quotation marks where it holds what separates cells or lines
     */
    public static String cell(final String text) {
        return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /**
     * Splits a line.
     *
     * @param line one line; a cell does not go on in the next one
     * @return its cells without surrounding spaces and quotation marks; a doubled quotation mark within them is one
     */
    public static List<String> cells(final String line) {
        final String text = !line.isEmpty() && line.charAt(0) == BYTE_ORDER_MARK ? line.substring(1) : line;
        final List<String> cells = new ArrayList<>();
        final StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"' && (quoted || cell.toString().isBlank())) {
                quoted = !quoted;
                cell.setLength(quoted ? 0 : cell.length());
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }
}
