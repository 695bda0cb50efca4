package org.tactus.cli.support;

import org.tactus.internal.file.TextTable;

/** The terminal that a person reads on. */
public final class Terminal {
    private static final int WIDEST = 1000;

    private Terminal() {
    }

    /**
     * Tells how wide a table may be: {@code COLUMNS} of the environment, which the launcher sets where the output is a terminal, but at
     * least 80 columns; 80 where nothing is known.
     *
     * @return columns
     */
    public static int width() {
        return width(System.getenv("COLUMNS"));
    }

    static int width(final String columns) {
        return columns != null && columns.matches("[0-9]{1,4}")
            ? Math.clamp(Integer.parseInt(columns), TextTable.NARROW, WIDEST) : TextTable.NARROW;
    }
}
