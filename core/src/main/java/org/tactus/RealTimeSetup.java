package org.tactus;

import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.linux.Grant;
import org.tactus.bindings.linux.RealTime;
import org.tactus.kernel.ThreadSetup;

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
}
