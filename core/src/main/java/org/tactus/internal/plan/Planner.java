// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;

/** A strategy that fills in what a task set leaves open. Implementations are immutable and deterministic; any thread may use them. */
public interface Planner {

    /**
     * The name that the command line uses.
     *
     * @return such as {@code lalarand}
     */
    String name();

    /**
     * Plans a set.
     *
     * @param set what is to be planned; every WCET is known
     * @return the best plan found, schedulable or not
     * @throws InvalidTaskSetException when the set is not of the kind that this strategy plans, with the field at fault
     */
    Plan plan(TaskSet set);
}
