// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tactus.bindings.linux.Grant;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;

/**
 * Gives a thread its cores, SCHED_FIFO and exact timers where the system permits, and says what was granted.
 *
 * @param realTime true to ask for SCHED_FIFO; a dispatcher that spins without end must not
 * @param doubts   told, on the thread itself, why bounds do not hold: a pin that was refused, SCHED_FIFO on any core
 */
public record RealTimeSetup(boolean realTime, Consumer<String> doubts) implements ThreadSetup {
    /** Of a dispatcher that is not preempted, and of the first lane of a preemptive device; its ceiling is one above. */
    static final int DISPATCHER_PRIORITY = 80;
    private static final int ENGINE_PRIORITY = 70;
    private static final int LOWEST_PRIORITY = 1;
    private static final long TIMER_SLACK_NS = 1;

    /**
     * A setup whose doubts stand only in what it says of each thread.
     *
     * @param realTime true to ask for SCHED_FIFO; a dispatcher that spins without end must not
     */
    public RealTimeSetup(final boolean realTime) {
        this(realTime, doubt -> { });
    }

    /**
     * Checks that this machine has the cores that a set names.
     *
     * @param set the set
     * @throws InvalidTaskSetException with the first device that names a core that is not on line
     */
    public static void requireCores(final TaskSet set) {
        Surroundings.requireCores(set);
    }

    /** On a thread of its own, at the lowest real-time priority. */
    @Override
    public void rehearse() {
        final Thread thread = Thread.ofPlatform().name("rehearsal-of-rights").daemon(true).unstarted(() -> {
            final Grant pin = RealTime.pin(RealTime.allowedCores());
            final int number = RealTime.threadId();
            final Grant fifo = realTime ? RealTime.fifo(LOWEST_PRIORITY) : new Grant(false, "real time was not asked for");
            for (int i = 0; fifo.granted() && i < WarmUp.CALLS; i++) {
                RealTime.move(LOWEST_PRIORITY);
            }
            if (fifo.granted()) {
                RealTime.fifo(number, LOWEST_PRIORITY);
                RealTime.ordinary(number);
            }
            line(List.of(pin, fifo));
        });
        thread.start();
        ThreadEnd.await(thread, ThreadEnd.PATIENCE_NS); // without it a run is as right, and its start less safe
    }

    @Override
    public String apply(final String role, final List<Integer> cores) {
        final List<Grant> grants = new ArrayList<>();
        final String name = Thread.currentThread().getName();
        if (!cores.isEmpty()) {
            final Grant pin = RealTime.pin(cores);
            grants.add(pin);
            if (!pin.granted()) {
                doubts.accept("thread " + name + " is not where it shall be, on " + pin.text());
            }
        }
        if (realTime && role.equals("reader")) {
            // Above every ordinary thread, and below all that is scheduled; on any core, since those of its device may never be idle.
            grants.add(RealTime.fifo(LOWEST_PRIORITY));
        }
        if (realTime && (role.equals("dispatcher") || role.equals("engine"))) {
            // What stands in for hardware yields to the dispatcher that polls it.
            final Grant fifo = RealTime.fifo(role.equals("dispatcher") ? DISPATCHER_PRIORITY : ENGINE_PRIORITY);
            grants.add(fifo);
            if (fifo.granted() && cores.isEmpty()) {
                doubts.accept("thread " + name + " runs with SCHED_FIFO on any core, so it may hold up other devices' dispatchers; give its"
                    + " device 'cores'");
            }
        }
        return line(grants);
    }

    /** SCHED_FIFO comes before the pin: on the core of lanes that are busy a thread without it would wait for the pin's end. */
    @Override
    public String applyLane(final List<Integer> cores, final int level) {
        final Grant fifo = realTime ? RealTime.fifo(priority(level))
            : new Grant(false, "SCHED_FIFO priority " + priority(level) + ": real time was not asked for");
        for (int i = 0; fifo.granted() && i < WarmUp.CALLS; i++) {
            RealTime.move(priority(level)); // to the level that it has already
        }
        final String name = Thread.currentThread().getName();
        final Grant pin = RealTime.pin(cores);
        if (!pin.granted()) {
            doubts.accept("thread " + name + " is not where it shall be, on " + pin.text());
        }
        if (!fifo.granted()) {
            doubts.accept("the threads " + name.replaceFirst("\\.\\d+-", ".*-") + " share a core without levels of SCHED_FIFO, so the"
                + " system's time slices decide among them, and no bound of their tasks holds");
        }
        return line(List.of(pin, fifo));
    }

    private static int priority(final int level) {
        return DISPATCHER_PRIORITY + 1 - level;
    }

    @Override
    public int priority() {
        return realTime ? DISPATCHER_PRIORITY : 0;
    }

    @Override
    public int threadId() {
        return realTime ? RealTime.threadId() : 0;
    }

    @Override
    public void level(final int level) {
        if (realTime) {
            RealTime.move(priority(level));
        }
    }

    @Override
    public void level(final int threadId, final int level) {
        if (realTime) {
            RealTime.fifo(threadId, priority(level));
        }
    }

    @Override
    public void ordinary(final int threadId) {
        if (realTime) {
            RealTime.ordinary(threadId);
        }
    }

    /** What was granted and what was not, after exact timers were asked for, too. */
    private static String line(final List<Grant> asked) {
        final List<Grant> grants = new ArrayList<>(asked);
        grants.add(RealTime.timerSlack(TIMER_SLACK_NS));
        final StringBuilder line = new StringBuilder();
        for (final Grant grant : grants) {
            line.append(line.isEmpty() ? "" : "; ").append(grant.granted() ? "" : "NOT granted: ").append(grant.text());
        }
        return line.toString();
    }
}
