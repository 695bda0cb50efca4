// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.bindings.MissingLibraryException;
import org.tactus.format.FileFormatException;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.text.Printable;
import org.tactus.model.InvalidTaskSetException;

/** Which exceptions say that what a command was given is wrong: their messages are for the user, and the status is 2. */
public final class WrongInput {
    private WrongInput() {
    }

    /**
     * Tells the user's mistakes from ours. What is not about a place in a file begins with the program's name.
     *
     * @param e what was thrown
     * @return what is wrong with the input, to be printed; empty when that is not what was thrown
     */
    public static Optional<String> message(final Throwable e) {
        if (e instanceof FileFormatException || e instanceof InvalidModelException || e instanceof TestNotApplicableException
            || e instanceof InvalidTaskSetException || e instanceof PrerequisiteException
            || e instanceof MissingLibraryException) {
            final boolean ofFile = e instanceof FileFormatException || e instanceof InvalidModelException;
            return Optional.of(Printable.lines(e.getMessage().lines()
                .map(line -> ofFile && !line.startsWith("task '") ? line : "tactus: " + line).collect(Collectors.joining("\n"))));
        }
        if (e instanceof NoSuchFileException) {
            return Optional.of("tactus: there is no such file or folder: " + Printable.line(e.getMessage()));
        }
        return e instanceof UncheckedIOException || e instanceof IOException
            ? Optional.of("tactus: a file cannot be read or written: " + Printable.line(e.getMessage())) : Optional.empty();
    }
}
