// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tactus.internal.text.Printable;

/** Keeps a command from writing over what it reads. */
public final class KeptInput {
    private KeptInput() {
    }

    /**
     * Refuses to write over a file that is read, by whatever path.
     *
     * @param option which names the output, such as {@code --out}
     * @param source what is read
     * @param output what is written; null when nothing is
     * @throws PrerequisiteException when both are one file
     */
    public static void require(final String option, final Path source, final Path output) {
        try {
            if (output != null && Files.exists(output) && Files.exists(source) && Files.isSameFile(source, output)) {
                throw new PrerequisiteException(option + ": " + Printable.line(output) + " is the file that is read, which would be"
                    + " lost; choose another name");
            }
        } catch (final IOException e) {
            throw new PrerequisiteException(option + ": " + Printable.line(output) + ": " + Printable.line(e.getMessage()));
        }
    }
}
