// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/** The rules of tasks without a period, whose next job is released when the one before it has ended. */
final class AlwaysReadyChecks {
    private AlwaysReadyChecks() {
    }

    /**
     * Tells whether a task is always ready, and checks what it may name then.
     *
     * @param task the task
     * @param at   field of the task, for errors
     * @return true for a best-effort task without a period
     * @throws InvalidTaskSetException at the first rule that is broken
     */
    static boolean isAlwaysReady(final TaskBuilder task, final String at) {
        final boolean without = task.periodNs == -1;
        final boolean bestEffort = task.serviceClass == Task.ServiceClass.BEST_EFFORT;
        TaskSetBuilder.check(!without || bestEffort, at + ".period",
            "task '" + task.name + "' has no period; give one, or write 'class: best-effort', without which each job has a deadline");
        TaskSetBuilder.check(without || task.release != Release.AT_COMPLETION, at + ".period",
            "a task whose next job is released when the one before it has ended has no period; remove the one or the other");
        if (without) {
            TaskSetBuilder.check(task.release != Release.SPORADIC, at + ".release",
                "a sporadic task needs the least time between two releases; add 'period', or remove 'release'");
            TaskSetBuilder.check(task.jitterNs == 0, at + ".jitter",
                "a task without a period is released when its last job has ended, so it has no jitter; add 'period', or remove the key");
            TaskSetBuilder.check(task.onOverrun != OverrunAction.SKIP_NEXT, at + ".onOverrun",
                "a task without a period has no planned release that could be skipped; write 'continue' or 'stop', or add 'period'");
            TaskSetBuilder.check(task.onBacklog != BacklogAction.DROP, at + ".onBacklog",
                "no release of a task without a period comes while a job of it is unfinished; remove the key, or add 'period'");
        }
        return without;
    }
}
