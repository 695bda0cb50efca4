// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

/** A model that cannot be used; the message says in one line which model, what is wrong, and what would be right. */
public final class InvalidModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message one line for people
     */
    public InvalidModelException(final String message) {
        super(message);
    }

    /**
     * Makes the error.
     *
     * @param message one line for people
     * @param cause   what was found
     */
    public InvalidModelException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
