package org.tactus.model;

import java.util.List;

/**
 * Everything that is to be scheduled together.
 *
 * @param name      for reports
 * @param policy    how every device orders its ready jobs
 * @param overheads what the machine adds
 * @param platform  the machine
 * @param tasks     in file order
 */
public record TaskSet(String name, PolicyKind policy, Overheads overheads, Platform platform, List<Task> tasks) {

    /** Copies the list. */
    public TaskSet {
        tasks = List.copyOf(tasks);
    }

    /**
     * Orders two tasks by the fixed-priority order: priority, then deadline, then file order.
     *
     * @param i a task's index
     * @param j another task's index
     * @return negative when i ranks higher
     */
    public int compareFixedPriority(final int i, final int j) {
        final Task a = tasks.get(i);
        final Task b = tasks.get(j);
        if (a.priority() != b.priority()) {
            return Integer.compare(a.priority(), b.priority());
        }
        if (a.deadlineNs() != b.deadlineNs()) {
            return Long.compare(a.deadlineNs(), b.deadlineNs());
        }
        return Integer.compare(i, j);
    }

    /**
     * Starts a task set.
     *
     * @param name for reports
     * @return a builder
     */
    public static TaskSetBuilder builder(final String name) {
        return new TaskSetBuilder(name);
    }
}
