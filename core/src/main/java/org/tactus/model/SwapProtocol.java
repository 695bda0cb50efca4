// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Locale;

/** The protocols by which a device's memory is swapped; {@code docs/analysis.md} names the tests of each. */
public enum SwapProtocol {
    /** Make room, swap in and execute are one non-preemptive unit. */
    SEQ,
    /** Swapping is preemptive after each chunk; execution is not preemptive. */
    SPE,
    /** One job loads while another executes. */
    OVL;

    /**
     * The word that files and reports use.
     *
     * @return {@code seq}, {@code spe} or {@code ovl}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
