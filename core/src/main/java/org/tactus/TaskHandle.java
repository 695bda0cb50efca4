// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import org.tactus.internal.runtime.RunHandle;

/**
 * A task that a {@link Tactus} has admitted: what its program holds to release its jobs, to read its counts and to remove it. It stays this
 * task's for ever: after the task has ended it does nothing, even when another task runs in its place. Immutable; any thread.
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
