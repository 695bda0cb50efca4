// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

/** A file that is damaged or something else; the message says in one line what is wrong. */
public final class MalformedFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message one line for people, without the file's name
     */
    public MalformedFileException(final String message) {
        super(message);
    }
}
