// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.tactus.analysis.Explanation;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;

/** What every explanation must hold. */
final class ExplanationChecks {
    private ExplanationChecks() {
    }

    static void check(final TaskVerdict task, final String where) {
        final Explanation why = task.explanation();
        assertFalse(why.sentence().isEmpty(), where);
        assertEquals(task.bounded(), why.firstFailingNs().isEmpty(), () -> where + ": " + why);
        if (task.bounded()) {
            assertEquals(task.responseBoundNs(), why.responseNs().orElseThrow(), () -> where + ": " + why);
        } else {
            assertTrue(why.responseNs().isEmpty() || why.responseNs().getAsLong() > task.deadlineNs(), () -> where + ": " + why);
        }
        if (why.responseNs().isPresent()) {
            assertEquals(why.responseNs().getAsLong(), why.terms().stream().mapToLong(Term::ns).sum(), () -> where + ": " + why);
        }
    }
}
