// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.List;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.Workload;

/** Prepares the segments of a {@link Workload}: code and networks with their ports; any other segment takes its time. Control thread. */
public final class WorkloadWorks implements WorkFactory {
    private final NetworkWorks networks;
    private final CodeWorks code;

    /**
     * Takes over a workload; the program may use it again.
     *
     * @param workload what the tasks of the set execute
     * @param set      the set
     * @throws InvalidTaskSetException when a port is for a task that the set does not have or that has no network
     */
    public WorkloadWorks(final Workload workload, final TaskSet set) {
        networks = new NetworkWorks(workload.folder());
        code = new CodeWorks(networks);
        workload.ports().keySet().forEach(name -> requireNetwork(set.tasks(), name));
        take(workload);
    }

    /**
     * Takes over what one more task executes. Called after the start, before the task is admitted.
     *
     * @param workload what the task executes
     * @param task     the task
     * @throws InvalidTaskSetException when something is for another task
     */
    public void add(final Workload workload, final Task task) {
        workload.code().keySet().forEach(name -> require(name.equals(task.name()), "code was given for task '" + name
            + "', and the task to be added is '" + task.name() + "'"));
        workload.ports().keySet().forEach(name -> requireNetwork(List.of(task), name));
        take(workload);
    }

    private void take(final Workload workload) {
        workload.code().forEach((task, segments) -> segments.forEach((segment, what) -> code.segment(task, segment, what)));
        workload.ports().forEach(networks::port);
    }

    private static void requireNetwork(final List<Task> tasks, final String name) {
        final Task task = tasks.stream().filter(known -> known.name().equals(name)).findFirst().orElse(null);
        require(task != null, "a port was given for task '" + name + "', which is not there; the tasks are "
            + String.join(", ", tasks.stream().map(Task::name).toList()));
        require(task.model().isPresent(), "a port was given for task '" + name + "', which has no model; give it code, or a model");
    }

    private static void require(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new InvalidTaskSetException("tasks", otherwise);
        }
    }

    @Override
    public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task task, final long seed) {
        return code.prepare(set, devices, task, seed);
    }

    @Override
    public String driver() {
        return code.driver();
    }
}
