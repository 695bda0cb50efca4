// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.RelaxedBounds;
import org.tactus.model.TaskSet;

/**
 * Whether some sound test accepts a set of chains, asked as cheaply as a search can ask: it may say no where a test would accept, never
 * yes where all reject.
 */
final class Acceptance {
    /** Far beyond its deadline no refinement saves a task. */
    private static final double NEAR = 2;

    private Acceptance() {
    }

    static boolean accepts(final TaskSet set) {
        final RelaxedBounds bounds = new RelaxedBounds(set, 0, NEAR);
        return bounds.failing() < 0 || bounds.ratio() < NEAR && Analyses.analyze(set).schedulable();
    }
}
