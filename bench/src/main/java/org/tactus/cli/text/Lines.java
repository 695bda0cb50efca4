// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Breaks sentences for a narrow terminal. */
public final class Lines {
    /** Most columns of a line; a single word may be longer. */
    public static final int WIDTH = 80;

    private Lines() {
    }

    /**
     * Breaks lines at blanks. What follows of a line is indented by two blanks more than the line.
     *
     * @param text lines
     * @return lines without an end of the last one
     */
    public static String wrap(final String text) {
        return wrap(text, WIDTH);
    }

    /**
     * Breaks lines as {@link #wrap(String)} does, for a terminal of another width.
     *
     * @param text  lines
     * @param width most columns of a line; a single word may be longer
     * @return lines without an end of the last one
     */
    public static String wrap(final String text, final int width) {
        return Arrays.stream(text.split("\n", -1)).map(line -> wrapLine(line, width)).collect(Collectors.joining("\n"));
    }

    private static String wrapLine(final String line, final int width) {
        final String indent = line.substring(0, line.length() - line.stripLeading().length());
        final StringBuilder out = new StringBuilder();
        StringBuilder current = new StringBuilder(indent);
        for (final String word : line.strip().split(" +")) {
            if (!current.toString().isBlank() && current.length() + 1 + word.length() > width) {
                out.append(current).append('\n');
                current = new StringBuilder(indent).append("  ");
            }
            current.append(current.toString().isBlank() ? "" : " ").append(word);
        }
        return out.append(current).toString();
    }
}
