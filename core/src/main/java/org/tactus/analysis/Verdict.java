// SPDX-License-Identifier: Apache-2.0
package org.tactus.analysis;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The verdict of a schedulability test on a task set. Immutable; sentences are computed when they are asked for.
 */
public final class Verdict {
    private final String test;
    private final boolean schedulable;
    private final boolean undecided;
    private final Supplier<String> reason;
    private final List<TaskVerdict> tasks;

    private Verdict(
        final String test, final boolean schedulable, final boolean undecided, final Supplier<String> reason,
        final List<TaskVerdict> tasks) {
        this.test = test;
        this.schedulable = schedulable;
        this.undecided = undecided;
        this.reason = reason;
        this.tasks = List.copyOf(tasks);
    }

    /**
     * Makes a verdict that the tasks decide: schedulable when each of them is bounded; the reason is the sentence of the first
     * one, in the file's order, that is not.
     *
     * @param test  the test's name
     * @param tasks in the file's order
     * @return the verdict
     */
    public static Verdict of(final String test, final List<TaskVerdict> tasks) {
        for (final TaskVerdict task : tasks) {
            if (!task.bounded() && !task.isBestEffort()) {
                return new Verdict(test, false, false, () -> task.explanation().sentence(), tasks);
            }
        }
        return new Verdict(test, true, false, () -> "", tasks);
    }

    /**
     * Makes a verdict that one task's failure decides: not schedulable, and that task's sentence is the reason.
     *
     * @param test     the test's name
     * @param tasks    in the file's order
     * @param decisive the task whose failure makes the others' follow
     * @return the verdict
     */
    public static Verdict rejected(final String test, final List<TaskVerdict> tasks, final TaskVerdict decisive) {
        return new Verdict(test, false, false, () -> decisive.explanation().sentence(), tasks);
    }

    /**
     * Makes a verdict that something beside the tasks' responses decides, such as memory: not schedulable.
     *
     * @param test   the test's name
     * @param tasks  in the file's order; their bounds may well exist
     * @param reason one sentence
     * @return the verdict
     */
    public static Verdict rejected(final String test, final List<TaskVerdict> tasks, final Supplier<String> reason) {
        return new Verdict(test, false, false, reason, tasks);
    }

    /**
     * Makes a verdict of a set that is not schedulable, or of which the test could not say that it is.
     *
     * @param test      the test's name
     * @param tasks     in the file's order
     * @param undecided true when the test gave up before it knew
     * @param reason    one sentence
     * @return the verdict
     */
    public static Verdict not(
        final String test, final List<TaskVerdict> tasks, final boolean undecided, final Supplier<String> reason) {
        return new Verdict(test, false, undecided, reason, tasks);
    }

    /**
     * The name of the test that was used.
     *
     * @return such as {@code chain-fp}
     */
    public String test() {
        return test;
    }

    /**
     * Whether every deadline holds and every memory condition too.
     *
     * @return true when the set may run
     */
    public boolean schedulable() {
        return schedulable;
    }

    /**
     * Whether the test gave up before it knew: the set may not run, but nothing shows that it would miss a deadline.
     *
     * @return true only when {@link #schedulable} is not
     */
    public boolean undecided() {
        return undecided;
    }

    /**
     * The verdict in a word, which reports print first.
     *
     * @return {@code schedulable}, {@code undecided} or {@code NOT schedulable}
     */
    public String word() {
        return schedulable ? "schedulable" : undecided ? "undecided" : "NOT schedulable";
    }

    /**
     * Says why the set was rejected.
     *
     * @return one sentence, or an empty string when it is schedulable
     */
    public String reason() {
        return reason.get();
    }

    /**
     * One verdict a task.
     *
     * @return in the file's order
     */
    public List<TaskVerdict> tasks() {
        return tasks;
    }

    @Override
    public String toString() {
        return test + ": " + word().toLowerCase(Locale.ROOT) + " " + tasks;
    }
}
