// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.tactus.cli.support.Terminal;

/**
 * Breaks sentences for a terminal. What commands print for people on standard output goes through here or stands in a table that knows the
 * terminal's width, also where a file takes it; what programs read (json, csv, files) does not. For standard error see
 * {@link MessageStream}.
 */
public final class Lines {
    private static final int INDENT = 2;

    private Lines() {
    }

    /**
     * Breaks lines at blanks for this terminal, as {@link #wrap(String, int)} does.
     *
     * @param text lines
     * @return lines without an end of the last one
     */
    public static String wrap(final String text) {
        return wrap(text, Terminal.width());
    }

    /**
     * Breaks lines at blanks. What follows of a line is indented by two blanks more than the line. A line that fits stays as it is.
     *
     * @param text  lines
     * @param width most columns of a line; a single word may be longer
     * @return lines without an end of the last one
     */
    public static String wrap(final String text, final int width) {
        return Arrays.stream(text.split("\n", -1)).map(line -> wrapLine(line, width)).collect(Collectors.joining("\n"));
    }

    private static String wrapLine(final String line, final int width) {
        final String content = line.stripLeading();
        final String indent = line.substring(0, line.length() - content.length());
        return content.isEmpty() ? "" : line.length() <= width ? line : fill(indent, content, indent.length() + INDENT, width);
    }

    /**
     * A name and what is said of it: the name in a column of its own, the text broken beside it.
     *
     * @param name    what it is about
     * @param columns width of the names' column; the text begins two columns further
     * @param text    one line
     * @param width   most columns of a line; a single word may be longer
     * @return lines without an end of the last one
     */
    public static String beside(final String name, final int columns, final String text, final int width) {
        final String head = name + " ".repeat(Math.max(0, columns - name.length())) + "  ";
        return head.length() + text.length() <= width ? head + text : fill(head, text, columns + 2, width);
    }

    /**
     * A name as the first cell of a row: in its column, or in a line of its own above the row where it is longer.
     *
     * @param indent what stands before it
     * @param name   the name
     * @param width  of the column
     * @return as many columns as the indent and the width take, perhaps with a line before them
     */
    public static String first(final String indent, final String name, final int width) {
        return indent + (name.length() <= width ? name + " ".repeat(width - name.length()) : name + "\n" + indent + " ".repeat(width));
    }

    private static String fill(final String head, final String text, final int indent, final int width) {
        final StringBuilder out = new StringBuilder();
        final StringBuilder line = new StringBuilder(head);
        boolean begun = false;
        for (final String word : text.strip().split(" +")) {
            if (begun && line.length() + 1 + word.length() > width) {
                out.append(line).append('\n');
                line.setLength(0);
                line.append(" ".repeat(indent));
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
            begun = true;
        }
        return out.append(line).toString();
    }
}
