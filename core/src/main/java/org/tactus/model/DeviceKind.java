// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Locale;

/** The kinds of device. */
public enum DeviceKind {
    /** Processor cores that run a segment on the dispatcher's own thread. */
    CPU,
    /** An accelerator whose times are modelled: a segment completes after a share of its WCET, and nothing is computed. */
    MODELLED,
    /** A GPU through the CUDA driver interface. */
    CUDA,
    /** A Coral Edge TPU. */
    EDGETPU;

    /**
     * The word that files and reports use.
     *
     * @return {@code cpu}, {@code modelled}, {@code cuda} or {@code edgetpu}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
