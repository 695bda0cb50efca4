// SPDX-License-Identifier: Apache-2.0
package org.tactus.analysis;

/** Thrown when a test is asked about a set to which it does not apply. The message is one sentence for people. */
public final class TestNotApplicableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message which test, what about the set stands in the way, what to use instead
     */
    public TestNotApplicableException(final String message) {
        super(message);
    }
}
