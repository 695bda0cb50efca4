// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

/** Models that cannot be used, mostly one: the message says of each in a line which it is, what is wrong, and what would be right. */
public final class InvalidModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message for people, a line for each model
     */
    public InvalidModelException(final String message) {
        super(message);
    }

    /**
     * Makes the error.
     *
     * @param message for people, a line for each model
     * @param cause   what was found
     */
    public InvalidModelException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
