// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import org.tactus.internal.kernel.Kernel;
import org.tactus.model.Task;
import org.tactus.work.Workload;

/** Writes the gains of one admitted task's levels. When the task is gone it writes nothing. */
final class LevelGains implements Workload.Gains {
    private final Kernel kernel;
    private final int slot;
    private final int generation;
    private final String task;
    /** By segment. */
    private final int[] levels;

    LevelGains(final Kernel kernel, final int slot, final int generation, final Task task) {
        this.kernel = kernel;
        this.slot = slot;
        this.generation = generation;
        this.task = task.name();
        levels = task.segments().stream().mapToInt(segment -> segment.levels().size()).toArray();
    }

    @Override
    public void set(final int segment, final int level, final double gain) {
        if (segment < 0 || segment >= levels.length || level < 0 || level >= levels[segment]) {
            throw new IllegalArgumentException("a gain was given for level " + level + " of segment " + segment + " of task '" + task
                + "': " + (segment < 0 || segment >= levels.length ? "there is no such segment; the last one is " + (levels.length - 1)
                : "it has " + levels[segment] + " levels, counted from 0"));
        }
        kernel.gain(slot, generation, segment, level, gain > 0 ? gain : 0);
    }
}
