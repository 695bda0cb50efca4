package org.tactus.internal.kernel;

import java.util.Optional;
import org.tactus.model.TaskSet;

/** Asked before a task is taken; may be slow, is called by the control thread, one call at a time. */
@FunctionalInterface
public interface Admission {
    /** Takes every set. */
    Admission ALL = candidate -> Optional.empty();

    /**
     * Judges a set.
     *
     * @param candidate the set as it would be, tasks that are being removed included
     * @return why it is refused, in one sentence; empty when it may run
     */
    Optional<String> refusal(TaskSet candidate);
}
