package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.linux.Grant;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/**
 * Gives a thread its cores, SCHED_FIFO and exact timers where the system permits, and says what was granted.
 *
 * @param realTime true to ask for SCHED_FIFO; a dispatcher that spins without end must not
 */
public record RealTimeSetup(boolean realTime) implements ThreadSetup {
    private static final int DISPATCHER_PRIORITY = 80;
    private static final int ENGINE_PRIORITY = 70;
    private static final long TIMER_SLACK_NS = 1;

    @Override
    public String apply(final String role, final List<Integer> cores) {
        final List<Grant> grants = new ArrayList<>();
        if (!cores.isEmpty()) {
            grants.add(RealTime.pin(cores));
        }
        if (role.equals("dispatcher") && realTime) {
            grants.add(RealTime.fifo(DISPATCHER_PRIORITY));
        }
        if (role.equals("engine") && realTime) {
            grants.add(RealTime.fifo(ENGINE_PRIORITY)); // what stands in for hardware yields to the dispatcher that polls it
        }
        grants.add(RealTime.timerSlack(TIMER_SLACK_NS));
        final StringBuilder line = new StringBuilder();
        for (final Grant grant : grants) {
            line.append(line.isEmpty() ? "" : "; ").append(grant.granted() ? "" : "NOT granted: ").append(grant.text());
        }
        return line.toString();
    }

    /** A SCHED_FIFO thread that is busy for more than the system's share of a second is stopped by the system: by key, who may be. */
    static Map<String, String> throttlingWarnings(final TaskSet set) {
        final Map<String, String> warnings = new LinkedHashMap<>();
        final long runtimeUs = RealTime.realTimeRuntimeUs();
        for (int device = 0; runtimeUs >= 0 && device < set.platform().devices().size(); device++) {
            final int index = device;
            final double utilisation = set.tasks().stream().mapToDouble(task -> task.segments().stream()
                .filter(segment -> segment.device() == index).mapToLong(Segment::wcetNs).sum()
                / (double) task.periodNs()).sum();
            final DeviceSpec spec = set.platform().devices().get(device);
            if (spec.kind() == DeviceKind.CPU && utilisation > runtimeUs / 1_000_000.0 - 0.02) {
                warnings.put("warning " + spec.name(), String.format("may be busy for %.0f %% of a second, and the system stops"
                    + " real-time threads at %.0f %%; set kernel.sched_rt_runtime_us to -1", 100 * utilisation, runtimeUs / 10_000.0));
            }
        }
        return warnings;
    }
}
