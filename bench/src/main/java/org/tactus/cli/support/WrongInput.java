// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.format.FileFormatException;
import org.tactus.internal.file.Printable;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.model.InvalidTaskSetException;

/** Which exceptions say that what a command was given is wrong: their messages are for the user, and the status is 2. */
public final class WrongInput {
    private WrongInput() {
    }

    /**
     * Tells the user's mistakes from ours.
     *
     * @param e what was thrown
     * @return what is wrong with the input, to be printed; empty when that is not what was thrown
     */
    public static Optional<String> message(final Throwable e) {
        if (e instanceof FileFormatException || e instanceof InvalidModelException || e instanceof TestNotApplicableException
            || e instanceof InvalidTaskSetException || e instanceof PrerequisiteException) {
            return Optional.of(Printable.lines(complaint(e)));
        }
        return e instanceof UncheckedIOException || e instanceof IOException
            ? Optional.of("tactus: a file cannot be read or written: " + Printable.line(e.getMessage())) : Optional.empty();
    }

    /** An error of a file begins with the file's name, as compilers write it, and any other with the program's. */
    private static String complaint(final Throwable e) {
        final boolean ofFile = e instanceof FileFormatException || e instanceof InvalidModelException;
        return e.getMessage().lines().map(line -> ofFile && !line.startsWith("task '") ? line : "tactus: " + line)
            .collect(Collectors.joining("\n"));
    }
}
