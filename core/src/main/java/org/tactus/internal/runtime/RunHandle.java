// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

/**
 * A task that a {@link TaskSetRun} has admitted: what its program holds to release its jobs and to remove it. It stays this task's for
 * ever: after the task has ended it does nothing, whatever runs in its slot then. Immutable; any thread.
 */
public final class RunHandle {
    private final TaskSetRun owner;
    private final int slot;
    private final int generation;
    private final String name;

    RunHandle(final TaskSetRun owner, final int slot, final int generation, final String name) {
        this.owner = owner;
        this.slot = slot;
        this.generation = generation;
        this.name = name;
    }

    boolean belongsTo(final TaskSetRun tactus) {
        return owner == tactus;
    }

    /**
     * Where the task lies in the tables; events name it.
     *
     * @return from 0
     */
    public int slot() {
        return slot;
    }

    /**
     * Which admission it was, over all slots of its {@link TaskSetRun}.
     *
     * @return from 1
     */
    public int generation() {
        return generation;
    }

    /**
     * The task's name, which a later task may have again.
     *
     * @return a name
     */
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name + " (slot " + slot + ", generation " + generation + ")";
    }
}
