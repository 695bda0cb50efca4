// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.util.Map;
import org.tactus.internal.text.TextTable;

/** The terminal that a person reads on. */
public final class Terminal {
    /** The most that {@code COLUMNS} may say; no line is so long, so each fact stays in one. */
    public static final int WIDEST = 1000;
    private static final String COLUMNS = "COLUMNS";
    private static final int LOWEST = 10;
    private static final int USUAL = 24;

    private Terminal() {
    }

    /**
     * Tells how wide a table may be: {@code COLUMNS} of the environment, which the launcher sets where the output is a terminal, but at
     * least 80 columns; 80 where nothing is known.
     *
     * @return columns
     */
    public static int width() {
        return width(System.getenv(COLUMNS));
    }

    /**
     * Has a command print each fact in a line of its own, for a program that reads its lines.
     *
     * @param environment of the process that will be started
     */
    public static void unbroken(final Map<String, String> environment) {
        environment.put(COLUMNS, Integer.toString(WIDEST));
    }

    static int width(final String columns) {
        return columns != null && columns.matches("[0-9]{1,4}")
            ? Math.clamp(Integer.parseInt(columns), TextTable.NARROW, WIDEST) : TextTable.NARROW;
    }

    /**
     * Tells whether a person reads the output as it comes.
     *
     * @return true when standard output is a terminal
     */
    public static boolean isOutput() {
        return System.console() != null && System.console().isTerminal();
    }

    /**
     * Tells how many rows a page may have: {@code LINES} of the environment, which the launcher sets where the output is a terminal; 24
     * where nothing is known.
     *
     * @return rows
     */
    public static int height() {
        return height(System.getenv("LINES"));
    }

    static int height(final String lines) {
        return lines != null && lines.matches("[0-9]{1,4}") ? Math.clamp(Integer.parseInt(lines), LOWEST, WIDEST) : USUAL;
    }
}
