// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/** Thrown when a task is not admitted; the message is one sentence with the reason. */
public final class AdmissionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean ofLostDevice;

    /**
     * Makes the error.
     *
     * @param reason one sentence
     */
    public AdmissionRefusedException(final String reason) {
        this(reason, false);
    }

    /**
     * Makes the error.
     *
     * @param reason       one sentence
     * @param ofLostDevice whether a device that the task needs is lost
     */
    public AdmissionRefusedException(final String reason, final boolean ofLostDevice) {
        super(reason);
        this.ofLostDevice = ofLostDevice;
    }

    /**
     * Tells whether a device that the task needs is lost.
     *
     * @return false when the analysis, a name or the tables' size is the reason
     */
    public boolean isOfLostDevice() {
        return ofLostDevice;
    }
}
