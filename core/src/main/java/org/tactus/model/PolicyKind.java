// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * How ready jobs are ordered on every device. The order is total, and but for the part of a job it is fixed for the job's life.
 */
public enum PolicyKind {
    /** By (priority, relative deadline, file order). */
    FIXED_PRIORITY("fixed-priority"),
    /** By (absolute deadline, nominal release, file order). */
    EDF("edf"),
    /** By (mandatory before optional part, absolute deadline, file order): a job falls behind when its optional part begins. */
    EDF_MANDATORY_FIRST("edf-mandatory-first");

    private final String text;

    PolicyKind(final String text) {
        this.text = text;
    }

    /**
     * The word that files and reports use.
     *
     * @return such as {@code edf}
     */
    public String text() {
        return text;
    }
}
