// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.bindings.linux.CoreRivals;
import org.tactus.bindings.linux.RealTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;

/**
 * Checks what the bounds of a run assume about the machine, and keeps what was seen to break it: a pin that was refused, a real-time thread
 * that may run on any core, a thread of another process on the cores of this run. Any thread.
 */
final class Surroundings {
    private static final int MOST_NAMED = 3;

    private final Set<String> doubts = new LinkedHashSet<>();

    /**
     * Checks that the machine has the cores that a set names.
     *
     * @param set the set
     * @throws InvalidTaskSetException with the first device that names a core that is not on line
     */
    static void requireCores(final TaskSet set) {
        requireCores(set, RealTime.onlineCores());
    }

    static void requireCores(final TaskSet set, final List<Integer> online) {
        final List<DeviceSpec> devices = set.platform().devices();
        for (int i = 0; i < devices.size() && !online.isEmpty(); i++) {
            for (final int core : devices.get(i).cores()) {
                if (!online.contains(core)) {
                    throw new InvalidTaskSetException("platform.devices[" + i + "].cores", "this machine has no core " + core
                        + " on line for '" + devices.get(i).name() + "'; it has " + ranges(online));
                }
            }
        }
    }

    /** Such as {@code 0-3, 8}. */
    private static String ranges(final List<Integer> ascending) {
        final List<String> parts = new ArrayList<>();
        for (int from = 0; from < ascending.size();) {
            int to = from;
            while (to + 1 < ascending.size() && ascending.get(to + 1) == ascending.get(to) + 1) {
                to++;
            }
            parts.add(from == to ? ascending.get(from).toString() : ascending.get(from) + "-" + ascending.get(to));
            from = to + 1;
        }
        return String.join(", ", parts);
    }

    /** Notes something under which the bounds do not hold. */
    synchronized void doubt(final String text) {
        doubts.add(text);
    }

    /** Looks for threads of other processes on a set's cores. */
    void look(final TaskSet set, final boolean realTime, final CoreRivals machine) {
        final List<Integer> cores = set.platform().devices().stream().flatMap(device -> device.cores().stream()).distinct()
            .sorted(Comparator.naturalOrder()).toList();
        final List<CoreRivals.Rival> rivals =
            cores.isEmpty() ? List.of() : machine.find(cores, realTime ? lowestPriority(set) : 0);
        if (!rivals.isEmpty()) {
            doubt("other processes may take core" + (cores.size() == 1 ? " " : "s ") + ranges(cores) + ": "
                + rivals.stream().limit(MOST_NAMED)
                .map(rival -> rival.name() + " (process " + rival.pid() + ", " + rival.how() + ")").collect(Collectors.joining(", "))
                + (rivals.size() > MOST_NAMED ? " and " + (rivals.size() - MOST_NAMED) + " more" : ""));
        }
    }

    /** The SCHED_FIFO priority of the lowest thread that runs segments: the lanes of a preemptive device go down by one for each rank. */
    static int lowestPriority(final TaskSet set) {
        final boolean preemptive = set.platform().devices().stream().anyMatch(DeviceSpec::isPreemptive);
        return RealTimeSetup.DISPATCHER_PRIORITY - (preemptive ? Arrays.stream(set.ranks()).max().orElse(0) : 0);
    }

    /** Adds what was seen to the warnings. */
    synchronized void tell(final RunNotes notes) {
        doubts.forEach(notes::warn);
    }

    /** Why bounds do not hold, for a result; empty when nothing was seen. */
    synchronized String boundsVoid() {
        return String.join("; ", doubts);
    }
}
