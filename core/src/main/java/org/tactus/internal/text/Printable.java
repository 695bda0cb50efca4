// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.text;

/** Text from outside, such as a file's name, made fit for a terminal and for a log of one line an entry. */
public final class Printable {
    private static final char REPLACEMENT = '?';

    private Printable() {
    }

    /**
     * Replaces what a terminal could obey: control characters (line feeds and escapes among them), line and paragraph
     * separators, and the marks that reverse the direction of text.
     *
     * @param text any text, or an object whose text is meant
     * @return one line, as long as the text
     */
    public static String line(final Object text) {
        final StringBuilder line = new StringBuilder(String.valueOf(text));
        for (int i = 0; i < line.length(); i++) {
            if (isObeyed(line.charAt(i))) {
                line.setCharAt(i, REPLACEMENT);
            }
        }
        return line.toString();
    }

    /**
     * As {@link #line}, but line feeds stay: for a text of ours that has several lines.
     *
     * @param text any text
     * @return as many lines as before
     */
    public static String lines(final Object text) {
        final StringBuilder lines = new StringBuilder(String.valueOf(text));
        for (int i = 0; i < lines.length(); i++) {
            if (lines.charAt(i) != '\n' && isObeyed(lines.charAt(i))) {
                lines.setCharAt(i, REPLACEMENT);
            }
        }
        return lines.toString();
    }

    private static boolean isObeyed(final char character) {
        final int type = Character.getType(character);
        return type == Character.CONTROL || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR
            || type == Character.FORMAT;
    }
}
