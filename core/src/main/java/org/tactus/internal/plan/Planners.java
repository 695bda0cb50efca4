// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All strategies by name. */
public final class Planners {
    private static final List<Planner> ALL = Stream.concat(LalarandPlanner.all().stream(), Stream.of(new SwapPlanner())).toList();

    private Planners() {
    }

    /**
     * All names.
     *
     * @return in the order of the help text
     */
    public static List<String> names() {
        return ALL.stream().map(Planner::name).toList();
    }

    /**
     * Finds a strategy.
     *
     * @param name such as {@code lalarand}
     * @return the strategy; empty when there is none of that name
     */
    public static Optional<Planner> byName(final String name) {
        return ALL.stream().filter(planner -> planner.name().equals(name)).findFirst();
    }
}
