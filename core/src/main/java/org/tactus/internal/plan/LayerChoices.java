// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tactus.model.Choices;
import org.tactus.model.DeviceKind;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Platform;
import org.tactus.model.Precision;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/**
 * What a set leaves open, and the allocations that need no search. An allocation names, for each task and segment, the index of a
 * variant. Immutable.
 */
public final class LayerChoices {
    private final TaskSet set;
    private final Platform platform;
    private final List<List<List<Variant>>> variants = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();

    /**
     * A way to run: a device and a precision.
     *
     * @param device    index into the platform
     * @param precision what it computes with
     */
    public record Kind(int device, Precision precision) {
    }

    /**
     * Takes a set.
     *
     * @param set tasks with variants; those without keep their segments
     * @throws InvalidTaskSetException when a WCET is unknown, or a segment is offered already
     */
    public LayerChoices(final TaskSet set) {
        this.set = set;
        platform = set.platform();
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            if (task.reclaim().isPresent()) {
                throw new InvalidTaskSetException("tasks[" + i + "].reclaim",
                    "'" + task.name() + "' is planned already; plan the file that has the variants");
            }
            final List<List<Variant>> ways = task.choices().map(Choices::variants).orElse(List.of());
            for (int j = 0; j < ways.size(); j++) {
                for (final Variant variant : ways.get(j)) {
                    if (variant.wcetNs() == Segment.UNMEASURED) {
                        throw new InvalidTaskSetException("tasks[" + i + "].segments[" + j + "]",
                            "a variant of '" + task.name() + "' has no WCET; give each one");
                    }
                    final Kind kind = new Kind(variant.device(), variant.precision());
                    if (!kinds.contains(kind)) {
                        kinds.add(kind);
                    }
                }
            }
            variants.add(ways);
        }
    }

    /**
     * The set as it was given.
     *
     * @return the set
     */
    public TaskSet set() {
        return set;
    }

    /**
     * Every way to run that some segment has.
     *
     * @return in the order of their first appearance
     */
    public List<Kind> kinds() {
        return kinds;
    }

    /**
     * Segments of a task that are open.
     *
     * @param task its index
     * @return their number; 0 for a task without variants
     */
    public int layers(final int task) {
        return variants.get(task).size();
    }

    /**
     * A variant.
     *
     * @param task   index of the task
     * @param layer  index of the segment
     * @param choice index of the variant
     * @return the variant
     */
    public Variant variant(final int task, final int layer, final int choice) {
        return variants.get(task).get(layer).get(choice);
    }

    /**
     * Variants of a segment.
     *
     * @param task  index of the task
     * @param layer index of the segment
     * @return at least one
     */
    public List<Variant> variants(final int task, final int layer) {
        return variants.get(task).get(layer);
    }

    /**
     * Finds the variant of a kind.
     *
     * @param task  index of the task
     * @param layer index of the segment
     * @param kind  the kind
     * @return index of the variant, or -1
     */
    public int indexOf(final int task, final int layer, final Kind kind) {
        final List<Variant> ways = variants.get(task).get(layer);
        for (int v = 0; v < ways.size(); v++) {
            if (ways.get(v).device() == kind.device() && ways.get(v).precision() == kind.precision()) {
                return v;
            }
        }
        return -1;
    }

    /**
     * Every segment where it loses least accuracy, on an accelerator where there is a choice.
     *
     * @return an allocation
     */
    public int[][] accelerated() {
        return each(Comparator.comparingDouble(Variant::loss).thenComparing(this::isOnHost).thenComparing(Variant::wcetNs));
    }

    /**
     * Every segment on an accelerator that has a variant for one, whatever a CPU would lose; there where it loses least.
     *
     * @return an allocation
     */
    public int[][] onAccelerator() {
        return each(Comparator.comparing(this::isOnHost).thenComparingDouble(Variant::loss).thenComparing(Variant::wcetNs));
    }

    /**
     * Every segment on a CPU, as fast as it is there.
     *
     * @return an allocation
     */
    public int[][] onHost() {
        return each(Comparator.comparing((Variant variant) -> !isOnHost(variant)).thenComparing(Variant::wcetNs));
    }

    /**
     * Every segment where it is fastest, boundary costs not considered.
     *
     * @return an allocation
     */
    public int[][] preferred() {
        return each(Comparator.comparing(Variant::wcetNs));
    }

    private int[][] each(final Comparator<Variant> order) {
        final int[][] chosen = new int[variants.size()][];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = new int[layers(i)];
            for (int j = 0; j < chosen[i].length; j++) {
                final List<Variant> ways = variants.get(i).get(j);
                for (int v = 1; v < ways.size(); v++) {
                    if (order.compare(ways.get(v), ways.get(chosen[i][j])) < 0) {
                        chosen[i][j] = v;
                    }
                }
            }
        }
        return chosen;
    }

    /**
     * One cut a task, in the manner of DART: tasks by falling mean utilisation; each is cut where the running totals of the two
     * sides' utilisation end up closest, the earliest such cut.
     *
     * @param hostFirst whether the part before the cut runs on a CPU, else on the accelerator
     * @return an allocation
     */
    public int[][] cut(final boolean hostFirst) {
        final int[][] before = hostFirst ? onHost() : onAccelerator();
        final int[][] after = hostFirst ? onAccelerator() : onHost();
        final int[][] chosen = onAccelerator();
        final List<Integer> order = new ArrayList<>();
        final double[] mean = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            order.add(i);
            mean[i] = utilisation(i, before[i], 0, layers(i)) + utilisation(i, after[i], 0, layers(i));
        }
        order.sort(Comparator.comparingDouble(i -> -mean[i]));
        double first = 0;
        double second = 0;
        for (final int i : order) {
            final int layers = layers(i);
            int bestCut = 0;
            double bestGap = Double.POSITIVE_INFINITY;
            for (int cut = 0; cut <= layers; cut++) {
                final double gap = Math.abs(first + utilisation(i, before[i], 0, cut) - second - utilisation(i, after[i], cut, layers));
                if (gap < bestGap) {
                    bestGap = gap;
                    bestCut = cut;
                }
            }
            first += utilisation(i, before[i], 0, bestCut);
            second += utilisation(i, after[i], bestCut, layers);
            for (int j = 0; j < layers; j++) {
                chosen[i][j] = j < bestCut ? before[i][j] : after[i][j];
            }
        }
        return chosen;
    }

    private double utilisation(final int task, final int[] chosen, final int from, final int to) {
        double ns = 0;
        for (int j = from; j < to; j++) {
            ns += variant(task, j, chosen[j]).wcetNs();
        }
        return ns / set.tasks().get(task).periodNs();
    }

    /**
     * Whether a variant runs on a CPU.
     *
     * @param variant the variant
     * @return false for an accelerator
     */
    public boolean isOnHost(final Variant variant) {
        return platform.devices().get(variant.device()).kind() == DeviceKind.CPU;
    }

    /**
     * One task with an allocation.
     *
     * @param task   its index
     * @param chosen its segments' variants
     * @return the task, its choices kept
     */
    public Task task(final int task, final int[] chosen) {
        final Task given = set.tasks().get(task);
        return chosen.length == 0 ? given : given.withSegments(given.choices().orElseThrow().segments(chosen, platform));
    }

    /**
     * The set with an allocation.
     *
     * @param chosen the allocation
     * @return the set, its choices kept
     */
    public TaskSet with(final int[][] chosen) {
        final List<Task> tasks = new ArrayList<>(chosen.length);
        for (int i = 0; i < chosen.length; i++) {
            tasks.add(task(i, chosen[i]));
        }
        return with(tasks);
    }

    /**
     * The set with other tasks.
     *
     * @param tasks the tasks
     * @return the set
     */
    public TaskSet with(final List<Task> tasks) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), platform, tasks);
    }

    /**
     * Accuracy given up by an allocation.
     *
     * @param chosen the allocation
     * @return sum of the losses, percentage points
     */
    public double loss(final int[][] chosen) {
        double sum = 0;
        for (int i = 0; i < chosen.length; i++) {
            sum += loss(i, chosen[i]);
        }
        return sum;
    }

    /**
     * Accuracy given up by one task.
     *
     * @param task   its index
     * @param chosen its segments' variants
     * @return sum of the losses, percentage points
     */
    public double loss(final int task, final int[] chosen) {
        double sum = 0;
        for (int j = 0; j < chosen.length; j++) {
            sum += variant(task, j, chosen[j]).loss();
        }
        return sum;
    }
}
