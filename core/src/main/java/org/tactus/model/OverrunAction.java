// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/** The reaction to a segment that runs past its WCET. */
public enum OverrunAction {
    /** The job goes on; from then on the bounds are void. */
    CONTINUE("continue"),
    /** The job goes on and the task's next job is not released. */
    SKIP_NEXT("skip-next"),
    /** The job ends at the end of the segment and the task is released no more. */
    STOP("stop");

    private final String text;

    OverrunAction(final String text) {
        this.text = text;
    }

    /**
     * The word that files and reports use.
     *
     * @return {@code continue}, {@code skip-next} or {@code stop}
     */
    public String text() {
        return text;
    }
}
