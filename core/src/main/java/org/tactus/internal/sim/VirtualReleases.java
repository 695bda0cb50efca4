// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.Arrays;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.model.Overheads;
import org.tactus.model.Release;
import org.tactus.model.Task;

/** When jobs are released in a simulation, and when that is seen: by the timer of each lane, and by the requests of sporadic tasks. */
final class VirtualReleases {
    private static final long NOT_PLANNED = -1;

    private final VirtualTime time;
    private final VirtualSystem system;
    private JobListener jobs;
    private SporadicGate gate;
    private long[] nominalNs = new long[0];
    private boolean[] held = new boolean[0];
    /** When the planned event of a task's request, or of a lane's releases, comes; another one of that kind is out of date. */
    private long[] requestNs = new long[0];
    private long[] tickNs = new long[0];
    private long releaseJitterNs;
    private long sporadicJitterNs;
    private long laneJitterNs;

    VirtualReleases(final VirtualTime time, final VirtualSystem system) {
        this.time = time;
        this.system = system;
    }

    /** Prepares for the set that the system has begun. */
    void begin(final Overheads machine, final JobListener listener) {
        jobs = listener;
        if (nominalNs.length < system.set.tasks().size()) {
            nominalNs = new long[system.set.tasks().size()];
            held = new boolean[nominalNs.length];
            requestNs = new long[nominalNs.length];
        }
        if (tickNs.length < system.lanes.count()) {
            tickNs = new long[system.lanes.count()];
        }
        Arrays.fill(tickNs, NOT_PLANNED);
        Arrays.fill(requestNs, NOT_PLANNED);
        releaseJitterNs = machine.releaseJitterNs();
        sporadicJitterNs = machine.sporadicJitterNs();
        laneJitterNs = Math.max(releaseJitterNs, sporadicJitterNs);
        final ReleasePattern pattern = system.options.releases();
        if (pattern == ReleasePattern.SYNCHRONOUS || pattern == ReleasePattern.RANDOM_OFFSETS) {
            // Sporadic tasks are released as periodic ones, in one event with those: nobody may be seen later than it is charged.
            releaseJitterNs = Math.min(releaseJitterNs, sporadicJitterNs);
            laneJitterNs = sporadicJitterNs;
        }
    }

    /** How late a timer's release may be seen on a device that is not preemptive. */
    long releaseJitterNs() {
        return releaseJitterNs;
    }

    /** Releases the tasks that are there from the start, once their tables are laid out. */
    void start() {
        gate = new SporadicGate(system.state);
        for (int i = 0; i < system.set.tasks().size(); i++) {
            if (system.present[i]) {
                admit(i, firstNs(i));
            }
        }
        for (int lane = 0; lane < system.lanes.count(); lane++) {
            scheduleTick(lane);
        }
    }

    private long firstNs(final int task) {
        final Task model = system.set.tasks().get(task);
        return switch (system.options.releases()) {
            case SYNCHRONOUS, SYNCHRONOUS_UNBOUNDED -> 0;
            case FILE -> model.offsetNs();
            case RANDOM_OFFSETS, SPORADIC -> time.random.upTo((model.isAlwaysReady() ? model.horizonNs() : model.periodNs()) - 1);
        };
    }

    private void admit(final int task, final long firstNs) {
        final Task model = system.set.tasks().get(task);
        held[task] = false;
        system.schedulers[system.state.homeDevice(task)].admit(task, firstNs);
        if (system.released(model).release() == Release.SPORADIC) {
            scheduleRequest(task, model, firstNs);
        }
    }

    /** Releases a task that joins, its offset from now on. */
    void join(final int task) {
        admit(task, time.nowNs() + system.set.tasks().get(task).offsetNs());
        final int home = system.state.homeDevice(task);
        if (system.schedulers[home].nextReleaseNs() < Long.MAX_VALUE) {
            scheduleTick(home);
        }
    }

    /** Requests no further job of a task. */
    void leave(final int task) {
        held[task] = false;
        requestNs[task] = NOT_PLANNED;
    }

    /** The timer of a lane. */
    void tick(final int lane) {
        if (tickNs[lane] == time.nowNs()) {
            tickNs[lane] = NOT_PLANNED;
            system.schedulers[lane].release(time.nowNs());
            system.dirty[lane] = true;
            scheduleTick(lane);
        }
    }

    private void scheduleTick(final int lane) {
        final long dueNs = system.schedulers[lane].nextReleaseNs();
        if (dueNs < system.options.durationNs()) {
            tickNs[lane] = Math.max(time.nowNs(),
                system.stalls.after(system.lanes.device(lane), dueNs, time.overhead(jitterNs(lane))));
            time.push(tickNs[lane], VirtualTime.TICK | lane);
        } else if (dueNs != Long.MAX_VALUE) {
            for (int i = 0; i < system.set.tasks().size(); i++) {
                // no timer releases a task any more that goes on
                final boolean goesOn = system.set.tasks().get(i).isAlwaysReady() && system.state.isLive(i);
                if (system.state.homeDevice(i) == lane && !goesOn) {
                    system.schedulers[lane].quiesce(i, time.nowNs());
                }
            }
        }
    }

    private void scheduleRequest(final int task, final Task model, final long nominal) {
        if (nominal < system.options.durationNs()) {
            nominalNs[task] = nominal;
            final int home = system.state.homeDevice(task);
            final long seenNs = model.release() == Release.SPORADIC ? sporadicJitterNs : jitterNs(home);
            final long askedNs = nominal + time.random.upTo(model.jitterNs());
            requestNs[task] = Math.max(time.nowNs(),
                system.stalls.after(system.lanes.device(home), askedNs, time.overhead(seenNs)));
            time.push(requestNs[task], VirtualTime.REQUEST | task);
        }
    }

    /** How late a timer's release may be seen on a lane. */
    private long jitterNs(final int lane) {
        return system.cores[system.lanes.device(lane)] == null ? releaseJitterNs : laneJitterNs;
    }

    /** The request of a sporadic task's job. */
    void request(final int task) {
        if (requestNs[task] == time.nowNs()) {
            requestNs[task] = NOT_PLANNED;
            requestNow(task);
        }
    }

    private void requestNow(final int task) {
        final Task model = system.set.tasks().get(task);
        final int home = system.state.homeDevice(task);
        final boolean unbounded = system.options.releases() == ReleasePattern.SYNCHRONOUS_UNBOUNDED;
        final int answer = gate.release(task, nominalNs[task]);
        held[task] = unbounded && answer == SporadicGate.QUEUE_FULL;
        if (held[task]) {
            return;
        }
        if (answer != SporadicGate.ACCEPTED) {
            jobs.onSkip(task, nominalNs[task], time.nowNs());
        }
        system.schedulers[home].release(time.nowNs());
        system.dirty[home] = true;
        final long gapNs = unbounded || time.random.coin() ? 0 : time.random.upTo(model.periodNs());
        scheduleRequest(task, model, nominalNs[task] + model.periodNs() + gapNs);
    }

    /** Requests again what the full backlog refused: it could not have run before its predecessors anyway. */
    void retry(final int task) {
        if (held[task]) {
            requestNow(task);
        }
    }

    /** Releases no further job of tasks whose next one would be released when the last one has ended; ticks end the others' releases. */
    void endAlwaysReady() {
        for (int i = 0; i < system.set.tasks().size(); i++) {
            if (system.set.tasks().get(i).isAlwaysReady() && system.present[i]) {
                system.schedulers[system.state.homeDevice(i)].quiesce(i, time.nowNs());
            }
        }
    }
}
