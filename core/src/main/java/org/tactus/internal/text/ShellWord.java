// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.text;

import java.nio.file.Path;

/** A path inside a command that is told to be typed. Stateless; any thread. */
public final class ShellWord {
    private ShellWord() {
    }

    /**
     * Writes a path as a POSIX shell takes it for one word.
     *
     * @param path any
     * @return the path itself, or the path in quotes where the shell would read more into it
     */
    public static String of(final Path path) {
        final String text = path.toString();
        return text.matches("[\\w./+,:@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
