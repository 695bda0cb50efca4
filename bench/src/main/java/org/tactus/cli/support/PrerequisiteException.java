package org.tactus.cli.support;

/** Something that a command needs is missing; the message names it and the command that mends it. */
final class PrerequisiteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PrerequisiteException(final String message) {
        super(message);
    }
}
