// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * Thrown for a task set that breaks a rule. The message says in one line what is wrong and what would be right, or in a line for each where
 * several tasks are wrong; {@link #field} says where the first is.
 */
public class InvalidTaskSetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The field at fault, for a reader that knows lines; such as {@code tasks[2].deadline}. */
    private final String field;

    /**
     * Makes the error.
     *
     * @param field   the field at fault, such as {@code tasks[2].deadline} or {@code tasks[2].segments[0].device}
     * @param message one line for people, without the field's path
     */
    public InvalidTaskSetException(final String field, final String message) {
        super(message);
        this.field = field;
    }

    /**
     * The field at fault.
     *
     * @return a path such as {@code tasks[2].deadline}
     */
    public String field() {
        return field;
    }

    /** The field and the message, as a program prints an exception that it does not catch. */
    @Override
    public String toString() {
        return getClass().getName() + ": " + field + ": " + getMessage();
    }
}
