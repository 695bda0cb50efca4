// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.NetworkPort;
import org.tactus.work.Workload;

/** Prepares the segments of a {@link Workload}: code and networks with their ports; any other segment takes its time. Control thread. */
public final class WorkloadWorks implements WorkFactory {
    private static final Path WORKING_DIRECTORY = new Workload().folder();

    private final Workload launched;
    private final NetworkWorks networks;
    private final WorkFactory code;

    /**
     * Takes over a workload; the program may use it again.
     *
     * @param workload what the tasks of the set execute
     * @param set      the set
     * @throws InvalidTaskSetException when a port is for a task that the set does not have or that has no network
     */
    public WorkloadWorks(final Workload workload, final TaskSet set) {
        workload.ports().keySet().forEach(name -> requireNetwork(set.tasks(), name));
        launched = new Workload().networks(workload.folder());
        networks = new NetworkWorks(workload.folder());
        final CodeWorks onProcessors = new CodeWorks(networks);
        workload.code().keySet().forEach(name -> take(workload, name, networks, onProcessors));
        workload.ports().keySet().forEach(name -> take(workload, name, networks, onProcessors));
        code = new LibraryWorks(onProcessors, workload.gpu());
        workload.gpu().keySet().forEach(name -> LibraryWorks.check(set, name, workload));
        workload.code().forEach((task, segments) -> segments.forEach((segment, what) -> launched.code(task, segment, what)));
        workload.ports().forEach(launched::port);
        workload.gains().keySet().forEach(name -> requireLevels(set.tasks(), name));
        workload.gains().forEach(launched::gains);
    }

    /**
     * Says what one more task executes: what a workload gives, and what the launched one gives a task of this name where that gives
     * nothing. It is for this admission only: neither a task that is refused nor one that comes later under the name meets it.
     *
     * @param workload what the task executes; its networks lie in its own folder when it names one, and in the launched one otherwise
     * @param task     the task
     * @return prepares this task
     * @throws InvalidTaskSetException when something is for another task
     */
    public WorkFactory with(final Workload workload, final Task task) {
        workload.code().keySet().forEach(name -> require(isOf(task.name(), name), "code was given for task '" + name
            + "', and the task to be added is '" + task.name() + "'"));
        workload.ports().keySet().forEach(name -> requireNetwork(List.of(task), name));
        require(workload.gpu().isEmpty(), "code for a GPU was given for the task to be added, '" + task.name() + "': while it is"
            + " opened it copies and computes on the GPU beside the tasks that run, which no bound counts; put the task and its code into"
            + " the set that is opened");
        final NetworkWorks itsNetworks =
            new NetworkWorks(workload.folder().equals(WORKING_DIRECTORY) ? launched.folder() : workload.folder());
        final CodeWorks itsCode = new CodeWorks(itsNetworks);
        names(launched).filter(name -> isOf(task.name(), name)).forEach(name -> take(launched, name, itsNetworks, itsCode));
        names(workload).forEach(name -> take(workload, name, itsNetworks, itsCode));
        workload.gains().keySet().forEach(name -> requireLevels(List.of(task), name));
        final Consumer<Workload.Gains> receiver =
            workload.gains().getOrDefault(task.name(), launched.gains().getOrDefault(task.name(), gains -> { }));
        return new WorkFactory() {
            @Override
            public List<SegmentWork> prepare(final TaskSet set, final List<Device> devices, final Task added, final long seed) {
                final List<SegmentWork> works = itsCode.prepare(set, devices, added, seed);
                networks.alsoComputesWith(itsNetworks);
                return works;
            }

            @Override
            public void placed(final Task added, final Workload.Gains gains) {
                receiver.accept(gains);
            }
        };
    }

    private static Stream<String> names(final Workload workload) {
        return Stream.concat(workload.code().keySet().stream(), workload.ports().keySet().stream()).distinct();
    }

    /** Whether a name is a task's, or that of one of its levels. */
    private static boolean isOf(final String task, final String name) {
        return name.equals(task) || name.startsWith(task + '/');
    }

    private static void take(final Workload workload, final String task, final NetworkWorks ports, final CodeWorks segments) {
        workload.code().getOrDefault(task, Map.of()).forEach((segment, what) -> segments.segment(task, segment, what));
        final NetworkPort.Factory port = workload.ports().get(task);
        if (port != null) {
            ports.port(task, port);
        }
    }

    private static void requireLevels(final List<Task> tasks, final String name) {
        final Task task = tasks.stream().filter(known -> known.name().equals(name)).findFirst().orElse(null);
        require(task != null, "a receiver of gains was given for task '" + name + "', which is not there; the tasks are "
            + String.join(", ", tasks.stream().map(Task::name).toList()));
        require(task.segments().stream().anyMatch(segment -> segment.levels().size() > 1), "a receiver of gains was given for task '" + name
            + "', of which no segment has levels to choose from; give its segments levels, or leave the receiver out");
    }

    private static void requireNetwork(final List<Task> tasks, final String name) {
        final Task task = tasks.stream().flatMap(known -> Stream.concat(Stream.of(known), known.levelNetworks().stream()))
            .filter(known -> known.name().equals(name)).findFirst().orElse(null);
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
    public void placed(final Task task, final Workload.Gains gains) {
        launched.gains().getOrDefault(task.name(), none -> { }).accept(gains);
    }

    @Override
    public String driver() {
        return code.driver();
    }
}
