// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

/** A native library that a caller cannot do without, and that cannot be found, taken out or loaded here. */
public final class MissingLibraryException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message one line: what is missing, and what would mend it
     */
    public MissingLibraryException(final String message) {
        super(message);
    }
}
