// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * How ready jobs are ordered on every device. The order is total and fixed for a job's life.
 */
public enum PolicyKind {
    /** By (priority, relative deadline, file order). */
    FIXED_PRIORITY("fixed-priority"),
    /** By (absolute deadline, nominal release, file order). */
    EDF("edf");

    private final String text;

    PolicyKind(final String text) {
        this.text = text;
    }

    /**
     * The word that files and reports use.
     *
     * @return {@code fixed-priority} or {@code edf}
     */
    public String text() {
        return text;
    }
}
