// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tactus.cli.spet.LinkCost;
import org.tactus.internal.plan.spet.MenuBuilder;
import org.tactus.model.MenuOption;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * What happens without SPET: whole networks, first in first out, memory as the compiler gives it. Immutable.
 *
 * <p>First in, first out needs no policy of its own: EDF with equal relative deadlines orders jobs by their release, ties by the order
 * of the file, and a whole network is one segment. So the production scheduler runs it; deadlines are judged apart.
 */
public final class StockSystem {
    private final TaskSet set;
    private final List<MenuBuilder> networks;
    private final LinkCost cost;
    private final long sramBytes;

    /**
     * Takes a set.
     *
     * @param set       periods and deadlines; what its segments take is replaced
     * @param networks  each task's network
     * @param cost      what a reload takes
     * @param sramBytes parameter memory of the device, without what executables need
     */
    public StockSystem(final TaskSet set, final List<MenuBuilder> networks, final LinkCost cost,
        final long sramBytes) {
        this.set = set;
        this.networks = List.copyOf(networks);
        this.cost = cost;
        this.sramBytes = sramBytes;
    }

    /**
     * Each network compiled apart: all memory for each, and a reload in every job, for another network may have run between.
     *
     * @return the set, one segment a task
     */
    public TaskSet apart() {
        final List<Long> costs = new ArrayList<>();
        for (final MenuBuilder network : networks) {
            final MenuOption option = network.leading(1, sramBytes).getFirst();
            costs.add(option.costNs(0) + cost.reloadNs(option.sramBytes()));
        }
        return whole(costs);
    }

    /**
     * All networks in one compile command, in the set's order.
     *
     * @return the set, one segment a task
     */
    public TaskSet together() {
        return whole(cutsOfTogether(1).stream().map(options -> options.getFirst().costNs(0)).toList());
    }

    /**
     * Memory as the compiler gives it to the set's order, and every number of segments.
     *
     * @param mostSegments limit on the number of segments
     * @return options of each task
     */
    public List<List<MenuOption>> cutsOfTogether(final int mostSegments) {
        return cutsOfTogether(mostSegments, IntStream.range(0, networks.size()).boxed().toList());
    }

    /**
     * As {@link #together}, the network with most parameters served first: a compiler that looks at memory and not at deadlines.
     *
     * @return the set, one segment a task
     */
    public TaskSet largestFirst() {
        final List<Integer> order = IntStream.range(0, networks.size()).boxed()
            .sorted(Comparator.comparingLong(i -> -networks.get(i).leading(1, Long.MAX_VALUE).getFirst().sramBytes())).toList();
        return whole(cutsOfTogether(1, order).stream().map(options -> options.getFirst().costNs(0)).toList());
    }

    private List<List<MenuOption>> cutsOfTogether(final int mostSegments, final List<Integer> order) {
        final List<List<MenuOption>> menus = new ArrayList<>(Collections.nCopies(networks.size(), List.of()));
        long left = sramBytes;
        for (final int i : order) {
            menus.set(i, networks.get(i).leading(mostSegments, left));
            left -= menus.get(i).getFirst().sramBytes();
        }
        return menus;
    }

    private TaskSet whole(final List<Long> costs) {
        final List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < costs.size(); i++) {
            final Segment segment = set.tasks().get(i).segments().getFirst();
            tasks.add(set.tasks().get(i).withSegments(List.of(segment.withWcetNs(costs.get(i)))));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    /**
     * Largest response while no job meets another one of its own task: one job of every task. It is reached by sporadic tasks.
     *
     * @param whole a set of one segment a task
     * @return nanoseconds
     */
    public static long boundNs(final TaskSet whole) {
        return whole.tasks().stream().mapToLong(task -> task.segments().getFirst().wcetNs()
            + whole.dispatchNs(task.segments().getFirst().device()) + whole.charged().completionNs()).sum();
    }

    /**
     * The same set in the order of release.
     *
     * @param whole a set of one segment a task
     * @return the set under EDF with equal relative deadlines; a miss of these deadlines means nothing
     */
    public static TaskSet firstInFirstOut(final TaskSet whole) {
        final long shortest = whole.tasks().stream().mapToLong(Task::periodNs).min().orElseThrow();
        return new TaskSet(whole.name(), PolicyKind.EDF, whole.overheads(), whole.platform(), whole.tasks().stream()
            .map(task -> task.withTimesNs(task.periodNs(), shortest, task.jitterNs())).toList());
    }
}
