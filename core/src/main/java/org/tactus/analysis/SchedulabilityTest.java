// SPDX-License-Identifier: Apache-2.0
package org.tactus.analysis;

import org.tactus.model.TaskSet;

/** A schedulability test. Implementations are immutable; any number of threads may use one at once. */
public interface SchedulabilityTest {

    /**
     * The name that files and commands use.
     *
     * @return such as {@code chain-fp}
     */
    String name();

    /**
     * Tells whether this test applies to a set.
     *
     * @param set the task set
     * @return an empty string when it applies, else one sentence that says why not and what would
     */
    String applies(TaskSet set);

    /**
     * Analyses a set.
     *
     * @param set the task set
     * @return the verdict
     * @throws TestNotApplicableException when {@link #applies(TaskSet)} is not empty, with that sentence
     */
    Verdict analyze(TaskSet set);
}
