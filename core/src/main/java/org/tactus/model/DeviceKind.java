// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Locale;

/** What a device is. */
public enum DeviceKind {
    /** Processor cores that run a segment on the dispatcher's own thread. */
    CPU,
    /** An accelerator that is not there: it takes a share of the WCET and completes later. */
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
