package org.tactus.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.OverrunAction;
import org.tactus.model.Platform;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Tasks whose layers are to be allocated, and the allocations that need no search. An allocation says for each task and layer
 * whether it runs on the CPU. Fixed priorities by deadline, then order. Immutable.
 */
public final class LayerSet {
    /** Index of the GPU in the task sets that this makes. */
    public static final int GPU = 0;
    /** Index of the CPU in the task sets that this makes. */
    public static final int CPU = 1;
    private static final Platform PLATFORM = new Platform(List.of(DeviceSpec.modelled("gpu0"), DeviceSpec.cpu("cpu0")));

    private final List<LayerTask> tasks;
    private final Overheads overheads;

    /**
     * Takes the tasks.
     *
     * @param tasks     in the order that decides among equal deadlines
     * @param overheads what the machine adds to every layer
     */
    public LayerSet(final List<LayerTask> tasks, final Overheads overheads) {
        this.tasks = List.copyOf(tasks);
        this.overheads = overheads;
    }

    /**
     * The tasks.
     *
     * @return in the given order
     */
    public List<LayerTask> tasks() {
        return tasks;
    }

    /**
     * All layers on the GPU.
     *
     * @return an allocation
     */
    public boolean[][] allGpu() {
        final boolean[][] onCpu = new boolean[tasks.size()][];
        for (int i = 0; i < onCpu.length; i++) {
            onCpu[i] = new boolean[tasks.get(i).layers()];
        }
        return onCpu;
    }

    /**
     * Each layer where it is faster, transfers not considered.
     *
     * @return an allocation
     */
    public boolean[][] preferred() {
        final boolean[][] onCpu = allGpu();
        for (int i = 0; i < onCpu.length; i++) {
            for (int j = 0; j < onCpu[i].length; j++) {
                onCpu[i][j] = tasks.get(i).cpuNs()[j] < tasks.get(i).gpuNs()[j];
            }
        }
        return onCpu;
    }

    /**
     * One cut a task, in the manner of DART: tasks by falling mean utilisation; each is cut where the two devices' running totals
     * of utilisation end up closest, the earliest such cut.
     *
     * @param cpuFirst whether the part before the cut runs on the CPU, else on the GPU
     * @return an allocation
     */
    public boolean[][] cut(final boolean cpuFirst) {
        final boolean[][] onCpu = allGpu();
        final List<Integer> order = new ArrayList<>();
        for (int i = 0; i < onCpu.length; i++) {
            order.add(i);
        }
        order.sort((a, b) -> Double.compare(tasks.get(b).meanUtilisation(), tasks.get(a).meanUtilisation()));
        double first = 0;
        double second = 0;
        for (final int i : order) {
            final LayerTask task = tasks.get(i);
            int bestCut = 0;
            double bestGap = Double.POSITIVE_INFINITY;
            double bestFirst = 0;
            double bestSecond = 0;
            for (int cut = 0; cut <= task.layers(); cut++) {
                double before = first;
                double after = second;
                for (int j = 0; j < task.layers(); j++) {
                    final long cost = (j < cut) == cpuFirst ? task.cpuNs()[j] : task.gpuNs()[j];
                    before += j < cut ? (double) cost / task.periodNs() : 0;
                    after += j < cut ? 0 : (double) cost / task.periodNs();
                }
                if (Math.abs(before - after) < bestGap) {
                    bestGap = Math.abs(before - after);
                    bestCut = cut;
                    bestFirst = before;
                    bestSecond = after;
                }
            }
            first = bestFirst;
            second = bestSecond;
            for (int j = 0; j < task.layers(); j++) {
                onCpu[i][j] = j < bestCut == cpuFirst;
            }
        }
        return onCpu;
    }

    /**
     * Makes the task set of an allocation: device 0 is {@code gpu0}, device 1 {@code cpu0}.
     *
     * @param onCpu an allocation
     * @return a fixed-priority set in the given order of tasks
     */
    public TaskSet taskSet(final boolean[][] onCpu) {
        final List<Task> made = new ArrayList<>(tasks.size());
        for (int i = 0; i < tasks.size(); i++) {
            made.add(task(i, onCpu[i], 1));
        }
        return taskSet(made);
    }

    TaskSet taskSet(final List<Task> made) {
        return new TaskSet("layers", PolicyKind.FIXED_PRIORITY, overheads, PLATFORM, made);
    }

    /** One task; its deadline times a factor, so that a bound past the deadline still has a value. */
    Task task(final int i, final boolean[] onCpu, final long factor) {
        final LayerTask task = tasks.get(i);
        final List<Segment> segments = new ArrayList<>(task.layers());
        for (int j = 0; j < task.layers(); j++) {
            segments.add(new Segment(onCpu[j] ? CPU : GPU, task.costNs(j, onCpu), ActualTime.WCET));
        }
        return new Task(task.name(), task.periodNs(), task.deadlineNs() * factor, 0, 0, Release.PERIODIC, Task.NO_PRIORITY,
            OverrunAction.CONTINUE, BacklogAction.QUEUE, Optional.empty(), Optional.empty(), segments);
    }
}
