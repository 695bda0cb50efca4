// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

/** Thrown when a device cannot prepare a task beside those that run there; the message is one sentence with the reason. */
public final class PreparationRefusedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final boolean ofLostDevice;

    /**
     * Makes the error.
     *
     * @param reason       one sentence
     * @param ofLostDevice whether the device is lost
     */
    public PreparationRefusedException(final String reason, final boolean ofLostDevice) {
        super(reason);
        this.ofLostDevice = ofLostDevice;
    }

    /**
     * Tells whether the device is lost.
     *
     * @return false when the run ends, or the device took too long
     */
    public boolean isOfLostDevice() {
        return ofLostDevice;
    }
}
