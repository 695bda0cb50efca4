// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tactus.internal.policy.PolicyState.NONE;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;
import org.tactus.internal.memory.VirtualCuda;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SwapScheduler;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * The production policy, chunk pool, regions and mover on a driver whose copies end at random times, in order on each engine and else
 * arbitrarily late, with events that are told late, segments that run past their WCETs, looks at random times, tasks that stop and are
 * forgotten in the middle of moves, calls that fail, rings, and ends of runs that cut committed moves short. In each step: what the policy
 * counts as in use is what is mapped, and what a move under way will map; so there are as many free chunks as it counts, and no load
 * fails. The number of steps is {@code -Dtactus.property.exploreSteps} (30,000 without it), the seed {@code -Dtactus.property.seed}.
 */
@Timeout(3_600)
class SwapExplorerTest {
    private static final int STEPS = Integer.getInteger("tactus.property.exploreSteps", 30_000);
    private static final long SEED = Long.getLong("tactus.property.seed", System.nanoTime());
    private static final int CHUNK = 4096;
    private static final long US = 1_000;
    private static final int MOST_OF_A_SEGMENT = 3;
    private static final int STEPS_OF_A_RUN = 1_500;

    private SplittableRandom random;
    private VirtualCuda driver;
    private TaskRegions regions;
    private CudaMover mover;
    private RegionMover engines;
    /** The same but where both ways move at once. */
    private CudaMover inMover;
    private RegionMover inEngines;
    private TaskSet set;
    private DeviceMemory memory;
    private PolicyState state;
    private DeviceScheduler scheduler;
    private SwapScheduler swaps;
    /** Chunks that were done when last looked: of what goes out, of what comes in. */
    private final int[] seen = new int[2];
    private long segmentEndNs;
    private final List<Integer> forgetting = new ArrayList<>();
    private final List<Integer> gone = new ArrayList<>();
    private int steps;
    /** Whether a call was made to fail, so that a move may break. */
    private boolean injected;
    private final int[] events = new int[Event.values().length];

    private enum Event {
        LOAD, EVICTION, CANCEL, COMMITTED, RUN, STOPPED, BROKEN, RING, CUT_AT_THE_END, FORGOTTEN_MOVING, GRANT, BESIDE, NO_ROOM
    }

    private void count(final Event event) {
        events[event.ordinal()]++;
    }

    /** A set that the memory condition permits, close to it or with room. */
    private TaskSet draw() {
        final int tasks = random.nextInt(2, 6);
        final SwapProtocol protocol = SwapProtocol.values()[random.nextInt(3)];
        final Residency residency = Residency.values()[random.nextInt(2)];
        final int[] volumes = new int[tasks];
        final int[] fixed = new int[tasks];
        final int[] segments = new int[tasks];
        final boolean[] rings = new boolean[tasks];
        long all = 0;
        int largest = 0;
        int second = 0;
        final int[] scratch = new int[tasks];
        int arena = 0;
        for (int i = 0; i < tasks; i++) {
            volumes[i] = random.nextInt(random.nextInt(4) == 0 ? 0 : 2, 9);
            fixed[i] = random.nextInt(1, 4); // in halves of a chunk
            segments[i] = protocol == SwapProtocol.SEQ && random.nextInt(3) == 0 ? 2 : 1;
            rings[i] = protocol == SwapProtocol.SEQ && residency == Residency.SEMANTIC && random.nextInt(4) == 0;
            if (rings[i]) { // as many chunks as the largest of its segments has constants, or some more
                segments[i] = random.nextInt(2, 5);
                volumes[i] = MOST_OF_A_SEGMENT + random.nextInt(3);
            }
            all += fixed[i];
            scratch[i] = random.nextInt(0, 4);
            arena = Math.max(arena, residency == Residency.SEMANTIC ? scratch[i] : 0);
            second = Math.max(second, Math.min(largest, volumes[i]));
            largest = Math.max(largest, volumes[i]);
        }
        // Enough for the largest volume beside what stays; under OVL for the two largest.
        final int room = (protocol == SwapProtocol.OVL ? largest + second : largest) + random.nextInt(0, 3);
        final long capacityBytes = (all + 1) / 2 * CHUNK + (room + arena) * (long) CHUNK;
        memory = new DeviceMemory(capacityBytes, CHUNK, protocol, 100 * US, 100 * US, 30 * US, 30 * US, residency, 10 * US,
            random.nextInt(4) > 0);
        if (protocol == SwapProtocol.SEQ && random.nextBoolean()) {
            memory = memory.withDuplex(new DeviceMemory.Duplex(120 * US, 110 * US, 20 * US));
        }
        final DeviceSpec spec = new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(memory), 0);
        final TaskSetBuilder builder = TaskSet.builder("explored")
            .policy(random.nextBoolean() ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY).device(spec);
        for (int i = 0; i < tasks; i++) {
            final int k = i;
            final long volume = (long) volumes[i] * CHUNK;
            final long own = volume + fixed[i] * (long) CHUNK / 2;
            final long scratchBytes = residency == Residency.SEMANTIC ? scratch[i] * (long) CHUNK : 0;
            final long stateBytes = random.nextInt(3) == 0 ? own : random.nextInt(3) == 0 ? 0 : volume / 2;
            builder.task("t" + i, t -> {
                t.periodNs(random.nextInt(1, 12) * 300 * US).offsetNs(random.nextInt(0, 5) * 200 * US);
                for (int segment = 0; segment < segments[k]; segment++) {
                    t.segment("gpu0", random.nextInt(1, 8) * 50 * US);
                }
                if (rings[k]) {
                    count(Event.RING);
                    t.memory(ring(segments[k], volume, fixed[k] * (long) CHUNK / 2, scratchBytes));
                    return;
                }
                t.memory(new TaskMemory(own + scratchBytes, OptionalLong.of(volume), Optional.empty(), scratchBytes, stateBytes));
            });
        }
        return builder.build();
    }

    /** Constants of every segment, which pass through a ring of a volume, beside bytes that stay. */
    private TaskMemory ring(final int segments, final long volume, final long stays, final long scratchBytes) {
        final List<Long> constants = new ArrayList<>();
        for (int segment = 0; segment < segments; segment++) {
            constants.add(random.nextInt(1, MOST_OF_A_SEGMENT + 1) * (long) CHUNK);
        }
        return new TaskMemory(constants.stream().mapToLong(bytes -> bytes).sum() + stays + scratchBytes, OptionalLong.empty(),
            Optional.empty(), scratchBytes, 0, constants, OptionalLong.of(volume));
    }

    private long copyNs() {
        final int kind = random.nextInt(20);
        return kind == 0 ? 0 : kind == 1 ? random.nextLong(20_000 * US) : random.nextLong(200 * US);
    }

    private void open() {
        forgetting.clear();
        gone.clear();
        set = draw();
        driver = new VirtualCuda((engine, bytes) -> copyNs());
        driver.nowNs = 1_000_000;
        driver.mapNs = random.nextLong(3 * US);
        driver.accessNs = random.nextLong(3 * US);
        driver.unmapNs = random.nextLong(3 * US);
        driver.notReady = random.nextInt(3);
        injected = false;
        regions = new TaskRegions(driver.gpu(), CudaMemory.readWrite(driver.gpu(), Arena.ofAuto()), memory, null, () -> { });
        engines = new RegionMover(driver.driver(), 0);
        mover = new CudaMover(driver.gpu(), driver.gpu().retainContext(), regions, engines);
        inEngines = memory.isDuplex() ? new RegionMover(driver.driver(), 0) : engines;
        inMover = memory.isDuplex() ? new CudaMover(driver.gpu(), driver.gpu().retainContext(), regions, inEngines) : mover;
        final int tasks = set.tasks().size();
        int segments = 0;
        for (final Task task : set.tasks()) {
            segments += task.segments().size();
        }
        state = PolicyState.allocate(set.policy(), tasks, segments, 1);
        scheduler = new DeviceScheduler(state, 0, JobListener.NONE);
        swaps = new SwapScheduler(state, scheduler, new UnsafeBuffer(new byte[SwapScheduler.requiredBytes(tasks)]), memory,
            Overheads.NONE, random.nextBoolean() ? 0 : random.nextLong() | 1);
        int first = 0;
        for (int i = 0; i < tasks; i++) {
            final Task task = set.tasks().get(i);
            state.define(i, task, first, i);
            first += task.segments().size();
            swaps.define(i, SwapRegion.of(task, memory));
            regions.define(i, task);
        }
        regions.defined();
        driver.fails = this::fails;
        for (int i = 0; i < tasks; i++) {
            swaps.admit(i, tasks);
            scheduler.admit(i, driver.nowNs + set.tasks().get(i).offsetNs());
            for (int round = random.nextInt(random.nextBoolean() ? 60 : 3); round > 0; round--) { // who adds them loses its core
                step();
            }
        }
    }

    private boolean fails() {
        final boolean now = swaps.isMoving() && random.nextInt(500) == 0;
        injected |= now;
        return now;
    }

    private void step() {
        steps++;
        driver.nowNs += switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> random.nextLong(2_000 * US);
            default -> random.nextLong(120 * US);
        };
        final long nowNs = driver.nowNs;
        final int running = scheduler.running();
        if (running != NONE && nowNs >= segmentEndNs) {
            scheduler.segmentDone(running, nowNs, random.nextInt(300) == 0);
        }
        poll(nowNs);
        scheduler.release(nowNs);
        select(nowNs);
        if (random.nextInt(1_500) == 0) {
            stop(random.nextInt(set.tasks().size()));
        }
        hold();
    }

    /** As the dispatcher's side of the memory does. */
    private void poll(final long nowNs) {
        for (final boolean in : List.of(false, true)) {
            final ChunkMover own = in ? inMover : mover;
            if (swaps.isMoving(in)) {
                final int done = own.poll(nowNs);
                assertTrue(done != ChunkMover.FAILED || injected,
                    () -> "a move of slot " + swaps.movedSlot(in) + " broke: " + own.failure());
                if (done == ChunkMover.FAILED) {
                    injected = false;
                    count(Event.BROKEN);
                    stop(swaps.movedSlot(in));
                    swaps.failed(in);
                } else if (!own.isMoving()) {
                    swaps.progress(in, done, false, nowNs);
                } else if (done != seen[in ? 1 : 0]) {
                    swaps.progress(in, done, true, nowNs);
                }
                seen[in ? 1 : 0] = done;
            }
        }
        while (!swaps.isMoving() && !forgetting.isEmpty()) {
            forget(forgetting.removeLast());
        }
    }

    private void select(final long nowNs) {
        while (true) {
            switch (swaps.decide(nowNs)) {
                case SwapScheduler.RUN -> {
                    final int slot = swaps.chosenSlot();
                    scheduler.started(slot, nowNs);
                    if (state.isStopRequested(slot)) {
                        scheduler.segmentDone(slot, nowNs, true);
                        continue;
                    }
                    requireResident(slot);
                    count(Event.RUN);
                    segmentEndNs = nowNs + random.nextLong(state.wcetNs(slot) * 3 / 2);
                    return;
                }
                case SwapScheduler.MOVE_IN -> {
                    seen[1] = 0;
                    count(Event.LOAD);
                    beside(swaps.isMoving(false));
                    inMover.startIn(swaps.chosenSlot(), swaps.firstChunk(), swaps.count(), nowNs);
                    if (swaps.granted() < swaps.count()) {
                        inMover.allow(swaps.granted(), nowNs);
                    }
                    commit(inMover);
                }
                case SwapScheduler.MOVE_OUT -> {
                    seen[0] = 0;
                    count(Event.EVICTION);
                    beside(swaps.isMoving(true));
                    mover.startOut(swaps.chosenSlot(), swaps.firstChunk(), swaps.count(), nowNs);
                    commit(mover);
                }
                case SwapScheduler.GRANT -> {
                    count(Event.GRANT);
                    inMover.allow(swaps.count(), nowNs);
                }
                case SwapScheduler.CANCEL -> {
                    count(Event.CANCEL);
                    cancel();
                }
                case SwapScheduler.NO_ROOM -> {
                    count(Event.NO_ROOM);
                    state.requestStop(swaps.chosenSlot());
                }
                default -> {
                    return;
                }
            }
        }
    }

    private void commit(final ChunkMover own) {
        if (swaps.isCommitted()) {
            count(Event.COMMITTED);
            own.commit(swaps.isAlone());
        }
    }

    private void beside(final boolean other) {
        if (other) {
            count(Event.BESIDE);
            assertTrue(memory.isDuplex(), "two moves at once");
        }
    }

    private void cancel() {
        inMover.cancel();
        mover.cancel();
    }

    private void requireResident(final int slot) {
        regions.holding(slot).requireResident(state.segmentIndex(slot));
    }

    private void stop(final int slot) {
        if (!gone.contains(slot)) {
            gone.add(slot);
            count(Event.STOPPED);
            state.requestStop(slot);
            scheduler.stop(slot, driver.nowNs);
        }
    }

    /** Slots that have stopped are forgotten at some time, also while their chunks move. */
    private void forgetSome() {
        for (final int slot : List.copyOf(gone)) {
            if (state.isStopped(slot) && swaps.isMember(slot) && !forgetting.contains(slot) && random.nextInt(3) == 0) {
                if (swaps.isMoving(slot)) {
                    count(Event.FORGOTTEN_MOVING);
                    forgetting.add(slot);
                } else {
                    forget(slot);
                }
            }
        }
    }

    private void forget(final int slot) {
        mover.surrender(slot);
        assertTrue(swaps.forget(slot));
        regions.forget(slot);
        regions.defined();
        swaps.returned(swaps.takeLeftBytes(slot));
    }

    /** The oracle counts for itself: what stays, the largest scratch, and every chunk that the driver has mapped. */
    private void hold() {
        assertEquals(List.of(), driver.offences());
        long chunks = 0;
        long fixedBytes = 0;
        long scratchBytes = 0;
        for (int slot = 0; slot < set.tasks().size(); slot++) {
            if (swaps.isMember(slot)) {
                final SwapRegion layout = SwapRegion.of(set.tasks().get(slot), memory);
                fixedBytes += layout.fixedBytes();
                scratchBytes = Math.max(scratchBytes, layout.scratchBytes());
                final ChunkRegion region = regions.holding(slot).region;
                for (int chunk = 0; region != null && chunk < region.chunks(); chunk++) {
                    chunks += region.isMapped(chunk) ? 1 : 0;
                }
            }
        }
        final boolean whole = !swaps.isMoving();
        final long countedChunks = (swaps.usedBytes() - fixedBytes - scratchBytes) / CHUNK;
        assertTrue(whole ? countedChunks == chunks : countedChunks >= chunks,
            () -> "the policy counts " + countedChunks + " chunks as in use" + (whole ? "" : ", with those of the move under way"));
        assertTrue(swaps.usedBytes() <= memory.capacityBytes(), () -> swaps.usedBytes() + " of " + memory.capacityBytes() + " B in use");
    }

    /** The end of a run cuts the move under way short, whether it is committed or not. */
    private void end() {
        if (swaps.isMoving()) {
            count(Event.CUT_AT_THE_END);
        }
        while (swaps.isMoving()) {
            cancel();
            poll(driver.nowNs);
            hold();
            driver.nowNs += random.nextLong(40 * US);
        }
        regions.close();
        engines.close();
        if (inEngines != engines) {
            inEngines.close();
        }
        assertEquals(List.of(), driver.offences());
        driver.close();
    }

    @Test
    void shouldHaveTheChunksThatThePolicyCountsOnWheneverCopiesEnd() {
        int run = 0;
        try {
            for (; steps < STEPS; run++) {
                random = new SplittableRandom(SEED + run);
                open();
                final int until = steps + random.nextInt(STEPS_OF_A_RUN);
                while (steps < until) {
                    step();
                    forgetSome();
                }
                end();
            }
        } catch (final Throwable e) {
            throw new AssertionError("run " + run + ", step " + steps + " of -Dtactus.property.seed=" + SEED
                + " -Dtactus.property.exploreSteps=" + STEPS + "; alone: -Dtactus.property.seed=" + (SEED + run) + "; " + memory, e);
        }
        final StringBuilder said = new StringBuilder("seed " + SEED + ", " + run + " runs, " + steps + " steps:");
        for (final Event event : Event.values()) {
            said.append(' ').append(event).append(' ').append(events[event.ordinal()]);
        }
        System.out.println(said);
        for (final Event event : Event.values()) { // the rare ones in long runs
            final boolean rare = event.ordinal() > Event.STOPPED.ordinal();
            assertTrue(event == Event.NO_ROOM || STEPS < (rare ? 300_000 : 10_000) || events[event.ordinal()] > 0,
                event + " never happened");
        }
    }
}
