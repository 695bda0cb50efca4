// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

/** A kernel did what a GPU does not allow, or what it leaves undefined. */
public final class PtxFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of fault. */
    public enum Kind {
        /** An address that is not the device's. */
        ADDRESS,
        /** An address that is no multiple of the access's size. */
        ALIGNMENT,
        /** A barrier or an exchange that not all threads reach. */
        DIVERGENCE,
        /** A division of whole numbers by zero, whose result no GPU promises. */
        UNDEFINED
    }

    private final Kind kind;

    PtxFault(final Kind kind, final String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * What was wrong.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }
}
