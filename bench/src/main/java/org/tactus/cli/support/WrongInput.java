// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.bindings.MissingLibraryException;
import org.tactus.format.FileFormatException;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.text.Printable;
import org.tactus.model.InvalidTaskSetException;

/** Which exceptions say that what a command was given is wrong: their messages are for the user, and the status is 2. */
public final class WrongInput {
    /** The beginning of a line that is about no file, though other lines beside it may be. */
    private static final Pattern OF_NO_FILE = Pattern.compile("task '|--|input ");

    private WrongInput() {
    }

    /** Sentences of ours say which file, and what is wrong with it; those of the system are a path, or two words without one. */
    private static boolean isOurs(final Throwable e) {
        return !(e instanceof FileSystemException) && e.getMessage() != null && e.getMessage().contains(": ");
    }

    /** What is wrong with a path of which the system says no more than the path. */
    private static Optional<String> wrongPlace(final Throwable e) {
        return switch (e) {
            case NoSuchFileException missing -> Optional.of("there is no such file or folder");
            case AccessDeniedException denied -> Optional.of("this user has no permission there; choose another place, or change who may"
                + " read and write");
            case FileAlreadyExistsException there -> Optional.of("something is there already, where a folder or a new file is needed");
            case NotDirectoryException file -> Optional.of("it is a file, where a folder is needed");
            default -> Optional.empty();
        };
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
                .map(line -> ofFile && !OF_NO_FILE.matcher(line).lookingAt() ? line : "tactus: "
                + line).collect(Collectors.joining("\n"))));
        }
        final Optional<String> wrong = wrongPlace(e);
        if (wrong.isPresent()) {
            return wrong.map(what -> "tactus: " + what + ": " + Printable.line(e.getMessage()));
        }
        if (e instanceof final UncheckedIOException unchecked) {
            return String.valueOf(unchecked.getCause()).equals(unchecked.getMessage()) ? message(unchecked.getCause())
                : Optional.of("tactus: " + Printable.line(unchecked.getMessage()));
        }
        return e instanceof IOException ? Optional.of("tactus: " + (isOurs(e) ? "" : "a file cannot be read or written: ")
            + Printable.line(e.getMessage())) : Optional.empty();
    }
}
