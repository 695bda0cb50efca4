// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Locale;

/** The rule for what is copied when a chunk leaves a device's memory or comes back. */
public enum Residency {
    /** Everything is copied both ways, as in RT-Swap; every task holds its scratch for itself. The baseline. */
    COPY_ALL,
    /**
     * By what the data means: constants are copied in and dropped, state is copied both ways, scratch is never copied and lies in
     * one arena that all tasks of the device share, since no two segments run at once. The default; without classes everything
     * is state, and then it is the same as {@link #COPY_ALL}.
     */
    SEMANTIC;

    /**
     * The word that files and reports use.
     *
     * @return {@code copy-all} or {@code semantic}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
