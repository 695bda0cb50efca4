// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

/** What is best among the plans that meet every deadline. */
public enum Objective {
    /** Least sum of cost over period. */
    UTILISATION("utilisation"),
    /** Largest smallest slack, as a share of the deadline. */
    SLACK("slack"),
    /** Fewest segments. */
    SEGMENTS("segments");

    private final String text;

    Objective(final String text) {
        this.text = text;
    }

    /**
     * The word that the command line uses.
     *
     * @return {@code utilisation}, {@code slack} or {@code segments}
     */
    public String text() {
        return text;
    }
}
