// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

/** Something that a command needs is missing; the message names it and the command that mends it. */
public final class PrerequisiteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PrerequisiteException(final String message) {
        super(message);
    }
}
