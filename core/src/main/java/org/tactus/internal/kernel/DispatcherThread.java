// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.device.Device;
import org.tactus.internal.event.EventType;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.policy.BestEffortPace;
import org.tactus.internal.time.Clock;

/**
 * A pinned thread that runs one dispatcher, or the dispatchers of several accelerators in turn, and idles when none has work.
 *
 * <p>The default idle strategy sleeps until shortly before the next release of its own and spins the rest; while a device executes that
 * only a look can see the end of, it sleeps at most the poll time ({@link IdleTime}). Whoever hands a job over, rings for a sporadic
 * arrival or sends a command wakes it ({@link Parking}).
 */
final class DispatcherThread implements Runnable {
    private static final long SETTLE_POLL_NS = 1_000_000;
    private static final long REHEARSED_SLEEP_NS = 10_000;
    private static final VarHandle ROUNDS = roundsHandle();
    private final Dispatcher[] dispatchers;
    private final KernelOptions options;
    private final Clock clock;
    private final ThreadSetup setup;
    private final List<Integer> cores;
    private final StartGate gate;
    private final Thread thread;
    private final Parking parking;
    private volatile boolean running = true;
    private volatile String granted = "not started";
    private volatile Throwable death;
    private volatile boolean unsettled;
    /** Of the monitor. */
    private boolean demoted;
    /** The system's number of this thread, for the monitor; 0 before it is set up and where rights are not changed. */
    private volatile int threadId;
    private long largestGapNs;
    private long faultsBefore;
    private volatile long pageFaults;
    // Volatile: this thread sets both once, and the monitor reads them.
    private volatile ThreadAccounts accounts;
    private volatile OwnTime ownTime;
    /** This thread's accounts from the first round on, whatever devices it serves; for the monitor. */
    private volatile ThreadAccounts executed;
    /** How often the loop has come round: written by this thread, opaque. */
    private long rounds;
    /** What of gaps is this thread's own; null where the system does not tell. */
    private OwnWaits waits;
    private final RoundWatch roundWatch;
    private final PlatformWatch watch;
    /** What a completion may take: so much may a segment be seen to take beyond its WCET. */
    private final long completionNs;
    private final List<Device> devices;
    /** Whether the last idling was a sleep, whose end is planned so long before it matters. */
    private boolean slept;
    /** Turns in a row that found nothing although something seemed to be given. */
    private int fruitless;
    /** Null unless the thread drives one of several dispatchers of a preemptive device. */
    private final Lane lane;
    /** Lets the thread sleep between best-effort jobs; null when it always spins. */
    private final BestEffortPace pace;
    /** What a hand-over to a sleeping dispatcher takes without a stall, so that only what is beyond it counts as one. */
    private final long wakeUpNs;

    DispatcherThread(
        final String name, final List<Dispatcher> dispatchers, final KernelOptions options, final Clock clock,
        final ThreadSetup setup, final List<Integer> cores, final StartGate gate,
        final PlatformWatch watch, final long wakeUpNs, final long completionNs, final List<Device> devices) {
        this.watch = watch;
        this.roundWatch = new RoundWatch(options.lostAfterNs());
        this.wakeUpNs = wakeUpNs;
        this.completionNs = completionNs;
        this.devices = devices;
        this.dispatchers = dispatchers.toArray(Dispatcher[]::new);
        this.lane = dispatchers.getFirst().lane();
        this.options = options;
        this.clock = clock;
        this.setup = setup;
        this.cores = cores;
        this.gate = gate;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this);
        this.parking = new Parking(thread, clock);
        this.pace = options.idle() == KernelOptions.Idle.SPIN && lane == null ? null : new BestEffortPace();
        dispatchers.forEach(dispatcher -> dispatcher.drivenBy(parking, pace));
    }

    private static VarHandle roundsHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(DispatcherThread.class, "rounds", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    void start() {
        thread.start();
    }

    /** Whether the thread executes without coming back to its loop, outside of a segment. Monitor. */
    boolean isStuck() {
        boolean inSegment = false;
        long turns = (long) ROUNDS.getOpaque(this);
        for (final Dispatcher agent : dispatchers) {
            inSegment |= agent.device.isSynchronous() && agent.runningWord.startNs() != 0;
            turns += agent.runningWord.begun(); // segments that follow each other keep it from its loop for as long as jobs wait
        }
        return roundWatch.look(turns, inSegment, executed);
    }

    /** Ends the loop after its current round. */
    void shutDown() {
        running = false;
        parking.wake();
    }

    /**
     * Waits for the thread's end; an interrupt does not shorten the wait. False when the thread has not ended in time, or when its device
     * could not be asked whether its segment is done.
     */
    boolean join(final long timeoutNs) {
        return ThreadEnd.await(thread, timeoutNs) && !unsettled;
    }

    /** Whether memory of this thread's segments may still be in use. */
    boolean isAlive() {
        return thread.isAlive() || unsettled;
    }

    /**
     * Takes the thread's real-time scheduling away, once: a segment that does not end must not keep a core from everything else. Monitor.
     */
    void demote() {
        if (threadId != 0 && isAlive() && !demoted) {
            demoted = true;
            setup.ordinary(threadId);
            granted += "; SCHED_FIFO was taken away when its device was lost";
        }
    }

    String granted() {
        return granted;
    }

    String name() {
        return thread.getName();
    }

    /** False for the lane of a preemptive device that has had no rank yet. */
    boolean isUsed() {
        return lane == null || lane.isRanked();
    }

    /** Why the thread ended by itself, or null. */
    Throwable death() {
        return death;
    }

    /** What the thread saw of the platform. Exact after the thread has ended. */
    PlatformWatch watch() {
        return watch;
    }

    /** Longest idle gap beyond plan that was not called a stall: the noise floor. Exact after the thread has ended. */
    long largestGapNs() {
        return largestGapNs;
    }

    @Override
    public void run() {
        boolean isRehearsed = false;
        boolean isReady = false;
        try {
            threadId = setup.threadId();
            rehearse();
            final String timed = timeSegments(); // after the rehearsal, whose sleep is no segment's
            executed = clock == Clock.SYSTEM ? ThreadAccounts.ofCallingThread().orElse(null) : null;
            if (executed != null) {
                waits = OwnWaits.of(executed, clock);
                for (final Dispatcher agent : dispatchers) {
                    agent.waitsBy(waits);
                }
            }
            isRehearsed = true;
            gate.rehearsed();
            gate.awaitRehearsed(() -> running);
            // From here on nothing is called for the first time that makes the JVM link a method: see the gate.
            final String rights = lane == null ? setup.apply("dispatcher", cores) : lane.begin(cores, clock.nanoTime());
            granted = rights.concat(timed);
            faultsBefore = accounts == null ? 0 : accounts.ownPageFaults();
            if (ownTime != null) {
                ownTime.slept();
            }
            isReady = true;
            gate.ready();
            if (pace != null) {
                pace.begin(clock.nanoTime());
            }
            loop();
            pageFaults = accounts == null ? 0 : accounts.ownPageFaults() - faultsBefore;
        } catch (final Throwable e) { // a defect of ours, or of a device: the monitor tells it, and its devices are lost
            death = e;
            dispatchers[0].alarm.raise();
            if (!isRehearsed) {
                gate.rehearsed();
            }
            if (!isReady) {
                gate.ready();
            }
        }
        try {
            settle();
        } catch (final Throwable e) { // the device cannot be asked, so the memory that it may still use is not freed
            unsettled = true;
            if (death == null) {
                death = e;
            }
        }
    }

    /** Finds the clock that leaves out of segments' times what is taken from them; says which, where a segment runs on this thread. */
    private String timeSegments() {
        if (clock != Clock.SYSTEM || Arrays.stream(dispatchers).noneMatch(agent -> agent.device.isSynchronous())) {
            return "";
        }
        final Optional<ThreadAccounts> known = ThreadAccounts.ofCallingThread();
        final Optional<OwnTime> time = known.flatMap(OwnTime::of);
        if (time.isEmpty()) {
            return "; segments' times hold what is taken from them";
        }
        for (final Dispatcher agent : dispatchers) {
            if (agent.device.isSynchronous()) {
                agent.timedBy(time.get(), watch, completionNs);
            }
        }
        accounts = known.get();
        ownTime = time.get();
        return "; segments timed by the thread's CPU clock";
    }

    /** The accounts of a thread whose segments are timed by them, for the monitor; null without. */
    ThreadAccounts accounts() {
        return accounts;
    }

    /** What was taken from segments; null where that is not known. Exact after the thread has ended. */
    OwnTime ownTime() {
        return ownTime;
    }

    /** Pages that the system had to bring in for this thread since it was set up. Exact after the thread has ended. */
    long pageFaults() {
        return pageFaults;
    }

    /** Calls before the first job what the loop and the devices call later, each at least once on this thread. */
    private void rehearse() {
        for (final Device device : devices) {
            device.attach();
        }
        for (final Dispatcher agent : dispatchers) {
            agent.device.rehearse();
        }
        final long nowNs = clock.nanoTime();
        parking.announce();
        parking.await(Math.min(IdleTime.untilNs(nowNs, nowNs, nowNs, options), nowNs + REHEARSED_SLEEP_NS));
        parking.rise();
    }

    /** Waits until no device uses the memory of its segment or its moving chunk any more, since that memory is freed after the thread. */
    private void settle() {
        boolean engaged = true;
        while (engaged) {
            engaged = false;
            final long nowNs = clock.nanoTime();
            for (final Dispatcher agent : dispatchers) {
                engaged |= agent.settle(nowNs);
            }
            if (engaged) {
                Thread.interrupted();
                LockSupport.parkNanos(SETTLE_POLL_NS);
            }
        }
    }

    private void loop() {
        long plannedNs = Long.MAX_VALUE;
        while (running) {
            plannedNs = round(plannedNs);
        }
    }

    /**
     * Does what there is to do, or idles once. A method of its own, since the loop is entered once and what is called often gets compiled
     * before.
     *
     * @param plannedNs when the last round meant to be back, {@code Long.MAX_VALUE} after work
     * @return when this one meant to be back
     */
    long round(final long plannedNs) {
        final Dispatcher[] agents = dispatchers;
        ROUNDS.setOpaque(this, rounds + 1);
        final long nowNs = clock.nanoTime();
        if (nowNs > plannedNs) {
            noteGap(nowNs, nowNs - plannedNs);
        }
        int work = 0;
        for (final Dispatcher agent : agents) {
            work += agent.doWork(nowNs);
        }
        if (work == 0) {
            return idle(agents, nowNs);
        }
        fruitless = 0;
        return Long.MAX_VALUE;
    }

    private void noteGap(final long nowNs, final long beyondPlanNs) {
        final Recorder first = dispatchers[0].recorder;
        final long gapNs = beyondPlanNs - (lane == null ? 0 : lane.takenNs(nowNs)); // what other lanes took is not the platform's
        // A lane plans no time to spin.
        final long fromNs = nowNs - gapNs + (slept && lane == null ? options.spinBeforeNs() : 0);
        final boolean stalled = gapNs >= options.stallThresholdNs();
        final long ownNs = stalled && waits != null ? waits.inLoopNs(gapNs, nowNs) : 0;
        if (watch.gap(fromNs + ownNs, nowNs)) { // what this process took is nothing that a curve allows or not
            first.events.write(EventType.BEYOND_CURVE, nowNs, first.deviceIndex, -1, 0, -1, nowNs - fromNs - ownNs);
        }
        if (stalled) {
            first.events.write(EventType.STALL, nowNs, first.deviceIndex, -1, 0, -1, gapNs);
            if (ownNs >= options.stallThresholdNs()) {
                first.events.write(EventType.OWN_WAIT, nowNs, first.deviceIndex, -1, 0, gapNs, ownNs);
            }
        } else if (gapNs > largestGapNs) {
            largestGapNs = gapNs;
        }
    }

    /** Idles once and returns when it meant to be back. */
    private long idle(final Dispatcher[] agents, final long nowNs) {
        slept = false;
        if (lane != null) {
            return sleepInLane(agents, nowNs);
        }
        if (options.idle() == KernelOptions.Idle.SPIN) {
            return spin(nowNs);
        }
        long instantNs = Long.MAX_VALUE;
        long lookNs = Long.MAX_VALUE;
        for (final Dispatcher agent : agents) {
            instantNs = Math.min(instantNs, agent.nextInstantNs());
            lookNs = Math.min(lookNs, Math.min(agent.lookAgainNs(options.pollNs()), agent.restNs(nowNs)));
        }
        final long untilNs = IdleTime.untilNs(nowNs, instantNs, lookNs, options);
        if (untilNs == nowNs) {
            return spin(nowNs);
        }
        return sleep(untilNs);
    }

    private long spin(final long nowNs) {
        if (ownTime != null) {
            ownTime.spun(nowNs, clock);
        }
        if (waits != null) {
            waits.spun(nowNs, clock);
        }
        Thread.onSpinWait();
        return nowNs;
    }

    /** Sleeps until a time or until woken, and returns when it should have been back. */
    long sleep(final long latestNs) {
        final Dispatcher[] agents = dispatchers;
        long untilNs = latestNs;
        parking.announce();
        boolean given = false;
        for (final Dispatcher agent : agents) {
            given |= agent.isGivenWork();
        }
        final boolean seen = given; // such a caller had rung before the sleep
        fruitless = given ? fruitless + 1 : 0;
        if (fruitless > IdleTime.FRUITLESS_TURNS) { // what seems to be given is not found: whoever can bring it needs this core
            untilNs = Math.min(untilNs, clock.nanoTime() + IdleTime.REST_NS);
            given = false;
        }
        given |= !running;
        boolean waited = false;
        if (!given) {
            final long asleepNs = clock.nanoTime();
            waited = asleepNs < untilNs; // else it is late already, and how that came is asked about at the next round
            if (waited) {
                awaitWork(asleepNs, untilNs);
            }
            if (pace != null) {
                final long awakeNs = clock.nanoTime();
                pace.slept(asleepNs, awakeNs, lane == null ? 0 : lane.takenNs(awakeNs));
            }
        }
        final long unseenUntilNs = parking.rise();
        if (waited) {
            noteSleep(unseenUntilNs);
        }
        for (final Dispatcher agent : agents) {
            agent.sleptUntil(given || seen ? Long.MIN_VALUE : unseenUntilNs);
        }
        // Woken before the time: the way here is part of a hand-over, and what is beyond that was the platform.
        final long wokenNs = parking.requestedNs();
        final boolean woken = wokenNs != Parking.NOT_REQUESTED && wokenNs < untilNs;
        slept = !given && !woken;
        return given ? unseenUntilNs : woken ? wokenNs + wakeUpNs : untilNs;
    }

    private void awaitWork(final long asleepNs, final long untilNs) {
        if (waits != null) {
            waits.sleeps(asleepNs, untilNs);
        }
        parking.await(untilNs);
    }

    /** The thread has slept: if that was a switch, it was its own. */
    private void noteSleep(final long awakeNs) {
        if (ownTime != null) {
            ownTime.slept();
        }
        if (waits != null) {
            waits.rose(awakeNs);
        }
    }

    /**
     * Sleeps until the next release of the lane's own tasks, or until it is woken; never spins, since a lane that spins takes the core from
     * those below, at a priority at which nobody helps them. The begin of the sleep is noted before it, and its end after it: what passes
     * in between is taken for the preempted lane's own time, and the cost of a preemption covers it.
     */
    private long sleepInLane(final Dispatcher[] agents, final long nowNs) {
        final long untilNs = IdleTime.inLaneUntilNs(nowNs, agents[0].nextReleaseNs(), agents[0].restNs(nowNs));
        lane.asleep(clock.nanoTime());
        final long plannedNs = sleep(untilNs);
        lane.awake(clock.nanoTime());
        return plannedNs;
    }
}
