// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.List;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.Workload;

/** Prepares a task's segments for the devices that run them. The control thread calls it before the task is admitted. */
@FunctionalInterface
public interface WorkFactory {
    /**
     * Prepares the segments of one task. Everything slow (loading, compiling, warming up) happens here.
     *
     * @param set     the set that the task belongs to, for its platform
     * @param devices the platform's devices, in its order
     * @param task    the task
     * @param seed    of everything random in them
     * @return one for each segment, in order; the kernel closes them when the task is gone
     */
    List<SegmentWork> prepare(TaskSet set, List<Device> devices, Task task, long seed);

    /**
     * Prepares all tasks of a set. Networks and code that are refused do not keep the others from being tried, so that all wrong ones
     * are named.
     *
     * @param set     the set
     * @param devices the platform's devices, in its order
     * @param seed    of everything random in them
     * @param works   gets the segments of each task, in order; also what was prepared before something broke, to be closed by the caller
     * @throws org.tactus.internal.graph.InvalidModelException when networks are refused, with a line for each
     * @throws org.tactus.model.InvalidTaskSetException when a task is among what is refused, with a line for each
     */
    default void prepareAll(final TaskSet set, final List<Device> devices, final long seed, final List<List<SegmentWork>> works) {
        final Refusals refusals = new Refusals();
        for (final Task task : set.tasks()) {
            refusals.collect(() -> works.add(prepare(set, devices, task, seed)));
        }
        refusals.throwAll();
    }

    /**
     * Says that a prepared task has its place in the kernel and will begin. Called by the control thread, before any dispatcher knows the
     * task.
     *
     * @param task  the task
     * @param gains where the gains of its levels may be written from now on
     */
    default void placed(final Task task, final Workload.Gains gains) {
        // no program writes gains
    }

    /**
     * What computes on CPU devices, for reports.
     *
     * @return such as {@code ONNX Runtime 1.29.0}
     */
    default String driver() {
        return "java";
    }
}
