// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tactus.bindings.linux.CoreShares;
import org.tactus.internal.watch.CountersReader;

/** Takes a process that only watches off the cores of the dispatchers that it watches, where it may run elsewhere. */
final class StandAside {
    /** Threads of a watched process that have our names and no core of their own; cut as the system cuts names. */
    private static final Set<String> WATCHERS = Set.of("tactus-monitor", "tactus-metrics");

    private StandAside() {
    }

    /**
     * Moves every thread of this process; those that it starts later come after.
     *
     * @param runs what is watched; this process's own are left out
     * @return where this process is from now on; empty where it stays as it is
     */
    static List<Integer> from(final List<CountersReader> runs) {
        final List<Integer> taken = new ArrayList<>();
        for (final CountersReader run : runs) {
            if (run.pid() == ProcessHandle.current().pid()) {
                return List.of(); // it has dispatchers of its own
            }
            taken.addAll(CoreShares.pinned(run.pid(), name -> name.startsWith("tactus") && !WATCHERS.contains(name)));
        }
        return CoreShares.standAside(taken);
    }
}
