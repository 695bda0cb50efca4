// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;

/**
 * Checks over a whole set what levels and optional parts need. Whether a larger level harms a
 * guarantee can only be told from the jobs of its own device, so the tasks of such a device are there from their first segment to their
 * last, each segment runs to its end, and nothing is swapped or offered there.
 */
final class LevelChecks {
    private LevelChecks() {
    }

    static void check(final Platform platform, final List<Task> tasks) {
        final boolean[] leveled = new boolean[platform.devices().size()];
        for (final Task task : tasks) {
            for (final Segment segment : task.segments()) {
                leveled[segment.device()] |= segment.optional() || !segment.levels().isEmpty();
            }
        }
        for (int i = 0; i < tasks.size(); i++) {
            final Task task = tasks.get(i);
            for (int j = 0; j < task.segments().size(); j++) {
                final int device = task.segments().get(j).device();
                if (leveled[device]) {
                    check(platform.devices().get(device), task, device, "tasks[" + i + "].segments[" + j + "]");
                }
            }
        }
    }

    private static void check(final DeviceSpec device, final Task task, final int index, final String at) {
        final String who = "'" + device.name() + "' serves levels or optional parts, ";
        TaskSetBuilder.check(!device.isPreemptive(), at + ".device", who
            + "and 'preemption: full' is not for such a device; write 'preemption: segments'");
        TaskSetBuilder.check(task.segments().stream().allMatch(segment -> segment.device() == index && segment.offer().isEmpty()),
            at + ".device", who + "so '" + task.name() + "' must run there alone; move its other segments there, or make two tasks of it, "
            + "the one here with an 'offset'");
        TaskSetBuilder.check(device.memory().isEmpty() || task.memory().isEmpty() || !task.memory().get().isSwapped(), at,
            who + "so nothing is swapped there; remove 'swap' or 'stream' from '" + task.name() + "'");
        TaskSetBuilder.check(task.choices().isEmpty(), at, who + "so '" + task.name() + "' leaves no choice to a plan; remove 'variants' "
            + "and 'boundaries'");
    }
}
