// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Locale;

/** The kind of numbers with which a segment computes. */
public enum Precision {
    /** 32-bit floating point: what the network was trained with. */
    FP32,
    /** 8-bit integers after quantisation: faster on a CPU, at some loss of accuracy. */
    INT8;

    /**
     * The word that files and reports use.
     *
     * @return {@code fp32} or {@code int8}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
