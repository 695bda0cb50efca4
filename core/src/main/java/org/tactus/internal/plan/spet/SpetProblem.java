package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.List;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.StallTime;
import org.tactus.model.ActualTime;
import org.tactus.model.MenuOption;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Tasks on one Edge TPU, each with a menu, and the parameter memory that they share. A choice is one option's index a task.
 *
 * @param set       periods, deadlines, priorities, policy and overheads; what its segments take is replaced by a choice
 * @param menus     one a task, none empty
 * @param sramBytes parameter memory that choices may take together: the device's, without what executables themselves need
 */
public record SpetProblem(TaskSet set, List<List<MenuOption>> menus, long sramBytes) {

    /** Copies the lists and checks that every task has a menu. */
    public SpetProblem {
        menus = menus.stream().map(List::copyOf).toList();
        if (menus.size() != set.tasks().size() || menus.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("'" + set.name() + "' has " + set.tasks().size() + " tasks and " + menus.size()
                + " menus; give each task a menu with an option");
        }
    }

    /**
     * What the machine adds to each segment.
     *
     * @return dispatch and completion, nanoseconds
     */
    public long overheadNs() {
        return set.dispatchNs(set.tasks().getFirst().segments().getFirst().device()) + set.charged().completionNs();
    }

    /**
     * What the platform takes from a window on the device.
     *
     * @return the stalled time that the test charges
     */
    public StallTime stalled() {
        return StallTime.of(set, List.of(set.tasks().getFirst().segments().getFirst().device()), StallTime.lead(set));
    }

    /**
     * The test that decides: exact segments, one device.
     *
     * @return {@code seg-fp} or {@code seg-edf}
     */
    public SchedulabilityTest test() {
        return Analyses.byName(set.policy() == PolicyKind.EDF ? "seg-edf" : "seg-fp").orElseThrow();
    }

    /**
     * Puts a choice into the set.
     *
     * @param options one a task
     * @return the set with the options' segments
     */
    public TaskSet with(final List<MenuOption> options) {
        final List<Task> tasks = new ArrayList<>(options.size());
        for (int i = 0; i < options.size(); i++) {
            final Task task = set.tasks().get(i);
            final int device = task.segments().getFirst().device();
            final ActualTime actual = task.segments().getFirst().actual();
            tasks.add(task.withSegments(
                options.get(i).segments().stream().map(piece -> new Segment(device, piece.wcetNs(), actual)).toList()));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    /**
     * The options of a choice.
     *
     * @param choice one index a task
     * @return the options
     */
    public List<MenuOption> options(final int[] choice) {
        final List<MenuOption> options = new ArrayList<>(choice.length);
        for (int i = 0; i < choice.length; i++) {
            options.add(menus.get(i).get(choice[i]));
        }
        return options;
    }

    /**
     * Share of the device's time.
     *
     * @param task   its index
     * @param option one of its options
     * @return cost over period, overheads included
     */
    public double utilisation(final int task, final MenuOption option) {
        return (double) option.costNs(overheadNs()) / set.tasks().get(task).periodNs();
    }

    /** Whether a choice fits the memory, and at most one segment is partly resident: more no single compile command can make. */
    boolean fits(final List<MenuOption> options) {
        long sum = 0;
        int partials = 0;
        for (final MenuOption option : options) {
            sum += option.sramBytes();
            partials += option.partials();
        }
        return sum <= sramBytes && partials <= 1;
    }
}
