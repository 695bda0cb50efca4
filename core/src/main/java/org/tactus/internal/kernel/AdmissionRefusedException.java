package org.tactus.internal.kernel;

/** A task was not taken; the message is the analysis's reason. */
public final class AdmissionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param reason one sentence
     */
    public AdmissionRefusedException(final String reason) {
        super(reason);
    }
}
