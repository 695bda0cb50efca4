// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.Locale;

/** The origin of a loaded task set's overheads. */
public enum OverheadsSource {
    /** The file says that the machine adds nothing. */
    NONE,
    /** Measured on this machine by {@code tactus calibrate}. */
    CALIBRATED,
    /** Written in the file. */
    DECLARED;

    /**
     * The word that reports use.
     *
     * @return {@code none}, {@code calibrated} or {@code declared}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
