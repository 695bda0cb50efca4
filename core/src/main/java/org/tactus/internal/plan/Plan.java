// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.List;
import org.tactus.analysis.Verdict;
import org.tactus.model.TaskSet;

/**
 * What a strategy decided.
 *
 * @param set     the planned set, to be analysed, simulated and run as it is
 * @param verdict what the schedulability test says of it
 * @param changes what the strategy decided, in the set's order of tasks
 * @param notes   sentences about the whole set, such as the accuracy given up
 */
public record Plan(TaskSet set, Verdict verdict, List<Change> changes, List<String> notes) {

    public Plan {
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }

    /**
     * One decision.
     *
     * @param task name of the task that it is about
     * @param what what was decided, such as {@code layers 3 to 7 to cpu0 (int8)}
     * @param why  the reason
     */
    public record Change(String task, String what, String why) {
    }
}
