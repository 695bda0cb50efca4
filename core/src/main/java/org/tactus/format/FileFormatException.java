// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

/**
 * Thrown for a file that cannot be used. The message is one line: {@code FILE:LINE: what is wrong, what would be right}, without a line
 * number for a file that cannot be read.
 */
public final class FileFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;

    /**
     * Makes the error.
     *
     * @param file    the file as the caller named it
     * @param line    line from 1; an error of what the file holds as a whole stands in line 1; 0 when it cannot be read
     * @param problem what is wrong and what would be right; control characters are replaced so that it stays one line
     * @param cause   what was caught, or null
     */
    public FileFormatException(final String file, final int line, final String problem, final Throwable cause) {
        super(oneLine(file) + (line == 0 ? "" : ":" + line) + ": " + oneLine(problem), cause);
        this.file = file;
        this.line = line;
    }

    /**
     * The file.
     *
     * @return its name as the caller gave it
     */
    public String file() {
        return file;
    }

    /**
     * The line at fault.
     *
     * @return line from 1; 0 when the file cannot be read
     */
    public int line() {
        return line;
    }

    private static String oneLine(final String text) {
        final StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c));
        return line.toString();
    }
}
