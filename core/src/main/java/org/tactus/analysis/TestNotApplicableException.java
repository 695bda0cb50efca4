// SPDX-License-Identifier: Apache-2.0
package org.tactus.analysis;

/** A test was asked about a set that it says nothing about. The message is one sentence for people. */
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
