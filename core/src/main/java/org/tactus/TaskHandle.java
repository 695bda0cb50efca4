// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import org.tactus.internal.runtime.RunHandle;

/**
 * Identifies a task that a {@link Tactus} has admitted; a program uses it to release the task's jobs, to read its counts and to remove it.
 * It belongs to this task for ever: after the task has ended it has no effect, even when another task runs in its place. Immutable; any
 * thread.
 */
public final class TaskHandle {
    private final RunHandle handle;

    TaskHandle(final RunHandle handle) {
        this.handle = handle;
    }

    RunHandle handle() {
        return handle;
    }

    /**
     * The task's name, which another task may bear after it.
     *
     * @return the name
     */
    public String name() {
        return handle.name();
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof final TaskHandle task && task.handle == handle;
    }

    @Override
    public int hashCode() {
        return handle.hashCode();
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
