// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;
import org.tactus.internal.memory.VirtualCuda;

/**
 * Two production movers on one thread in virtual time, one for each direction, driven as the dispatcher drives them: a load of 1 to 9
 * chunks beside the operations that make room for it, held against "Both ways at once" of {@code docs/proofs/swapping.md}. The formula
 * is written down here anew, from the page; the pool holds no chunk more than the load is granted, so that a grant too early fails.
 */
class BothWaysMovesTest {
    private static final long SEED = Long.getLong("tactus.property.seed", 20261129L);
    private static final int CHUNK = 4096;
    private static final int MOST = 9;
    /** Longer than any load: all engines are idle again. */
    private static final long PAUSE_NS = 1_000_000_000_000L;

    /** What calls, copies and looks take: a, k in, k out, u, s, and what an operation adds to the thread at its begin and its end. */
    private record Times(long mapNs, long inNs, long outNs, long unmapNs, long lookNs, long dispatchNs, long completionNs) { }

    /** What the page charges for these times; a charge that is short by a piece is one of these with a smaller part. */
    private record Charge(long beginInNs, long beginOutNs, long callsNs, long inNs, long outNs, long dropNs, long lastNs) {
        static Charge of(final Times times) {
            final long callsNs = times.dispatchNs + times.completionNs;
            final long inNs = times.mapNs + times.inNs + times.lookNs + times.unmapNs;
            return new Charge(times.mapNs + times.unmapNs + times.lookNs + callsNs, times.unmapNs + times.lookNs + callsNs, callsNs, inNs,
                times.outNs + times.lookNs + times.unmapNs + times.mapNs, times.unmapNs + times.mapNs, inNs);
        }

        /** Without what the begins of operations take of the thread from what comes in. */
        Charge withoutCalls() {
            return new Charge(beginInNs, beginOutNs, 0, inNs, outNs, dropNs, lastNs);
        }

        /** Without the calls that unmap a chunk, as if they did not hold up what comes in. */
        Charge withoutUnmapping(final long unmapNs) {
            return new Charge(beginInNs, beginOutNs, callsNs, inNs - unmapNs, outNs, dropNs, lastNs - unmapNs);
        }

        /** Without the last chunk, which comes in alone. */
        Charge withoutLast() {
            return new Charge(beginInNs, beginOutNs, callsNs, inNs, outNs, dropNs, 0);
        }

        /** Without what a load begins with. */
        Charge withoutBegin() {
            return new Charge(0, beginOutNs, callsNs, inNs, outNs, dropNs, lastNs);
        }

        /** W of a load: its chunks, the operations that make room, and how many of the chunks that go are copied. */
        long loadNs(final int chunks, final int operations, final int copies) {
            if (operations == 0) {
                return beginInNs + (chunks - 1) * inNs + lastNs;
            }
            final long firstNs = copies > 0 ? outNs : dropNs;
            long sumNs = beginInNs + beginOutNs + firstNs + lastNs;
            for (int i = 1; i < chunks; i++) {
                sumNs += Math.max(i < copies ? outNs : dropNs, inNs);
            }
            final long moreNs = Math.max(firstNs + beginOutNs, inNs) - Math.max(firstNs, inNs);
            return sumNs + (operations - 1) * Math.max(callsNs, moreNs);
        }
    }

    /** One load that was driven to its end. */
    private record Load(Times times, String what, int chunks, int operations, int copies, long tookNs, long movedNs, int heldUp) {
        long chargedNs(final Charge charge) {
            return charge.loadNs(chunks, operations, copies);
        }

        /** What the operation that brings in may take, its waits for room left out, as the run counts it. */
        long allowedNs(final Charge charge) {
            return charge.beginInNs + chunks * charge.inNs + heldUp * charge.callsNs;
        }
    }

    private VirtualCuda driver;
    private RegionMover in;
    private RegionMover out;
    private Times times;
    private boolean committed;
    /** Of the last load: what the operation in took without its waits for room, and how many began to go out meanwhile. */
    private long movedNs;
    private int heldUp;
    private final Arena arena = Arena.ofAuto();
    private final List<Load> loads = new ArrayList<>();
    /** Draws copies that take less than the longest; null where each takes the longest. */
    private SplittableRandom shorter;

    /** One of the tasks that give chunks: how many go, and how many of these are dropped. */
    private record Victim(int chunks, int constants) { }

    private long length(final long mostNs) {
        return shorter == null ? mostNs : shorter.nextLong(mostNs + 1);
    }

    @BeforeEach
    void open() {
        driver = new VirtualCuda((engine, bytes) -> length(engine == 0 ? times.inNs : times.outNs));
        in = new RegionMover(driver.driver(), 0);
        out = new RegionMover(driver.driver(), 0);
    }

    @AfterEach
    void close() {
        in.close();
        out.close();
        driver.close();
    }

    /** One load of a task of which all is out. */
    private void load(final int chunks, final List<Victim> victims, final String what) {
        final ChunkPool pool = new ChunkPool(driver.gpu(), CHUNK, chunks);
        pool.grow(chunks);
        final MemorySegment access = CudaMemory.readWrite(driver.gpu(), arena);
        final List<ChunkRegion> regions = new ArrayList<>();
        for (final Victim victim : victims) {
            final ChunkRegion region = new ChunkRegion(driver.driver().memory(), pool, access, victim.chunks, victim.constants);
            region.map(0, victim.chunks);
            regions.add(region);
        }
        final ChunkRegion loaded = new ChunkRegion(driver.driver().memory(), pool, access, chunks, 0);
        driver.nowNs += PAUSE_NS;
        final long beganNs = driver.nowNs;
        drive(loaded, regions);
        final int given = victims.stream().mapToInt(Victim::chunks).sum();
        final int dropped = victims.stream().mapToInt(Victim::constants).sum();
        // The charge is for as many chunks that go as come; those that need not go are counted as dropped, which is charged least.
        loads.add(new Load(times, what + (committed ? "" : ", not committed") + ", " + chunks + " chunks for " + victims, chunks,
            victims.size(), given - dropped, driver.nowNs - beganNs, movedNs, heldUp));
        regions.forEach(ChunkRegion::close);
        loaded.close();
        pool.close();
        assertEquals(List.of(), driver.offences());
    }

    /** As the dispatcher: looks at what goes out, at what comes in, decides, and sleeps when nothing has changed. */
    private void drive(final ChunkRegion loaded, final List<ChunkRegion> victims) {
        int begun = 0;
        int gone = 0; // in the operations that have ended
        int seenOut = 0;
        int seenIn = 0;
        int granted = 0;
        final int free = loaded.chunks() - victims.stream().mapToInt(ChunkRegion::chunks).sum();
        boolean comes = false;
        boolean leaves = false;
        boolean work = true;
        long inBeganNs = 0;
        long inWaitsNs = 0;
        heldUp = 0;
        while (true) {
            final long lookNs = driver.nowNs; // what the dispatcher counts by until its next look
            if (leaves) {
                final int done = out.poll(driver.nowNs);
                assertTrue(done >= 0, () -> "what goes out: " + out.failure());
                work |= done != seenOut || !out.isMoving();
                seenOut = done;
                if (!out.isMoving()) {
                    driver.nowNs += times.completionNs;
                    leaves = false;
                    gone += done;
                    seenOut = 0;
                }
            }
            if (comes) {
                final int done = in.poll(driver.nowNs);
                assertTrue(done >= 0, () -> "what comes in: " + in.failure());
                work |= done != seenIn;
                inWaitsNs = done != seenIn ? lookNs : inWaitsNs;
                seenIn = done;
                if (!in.isMoving()) {
                    movedNs = lookNs - inBeganNs;
                    driver.nowNs += times.completionNs;
                    return;
                }
            }
            final int room = free + gone + seenOut;
            if (comes && room > granted) {
                inBeganNs += seenIn == granted ? lookNs - inWaitsNs : 0;
                granted = room;
                in.allow(granted);
            }
            if (!leaves && begun < victims.size()) {
                driver.nowNs += times.dispatchNs;
                out.startOut(victims.get(begun), 0, victims.get(begun).chunks(), driver.nowNs);
                commit(out);
                begun++;
                heldUp++;
                leaves = true;
                seenOut = 0;
                work = true; // only something that was told at this look leads to a begin
            }
            if (!comes && room > 0) {
                driver.nowNs += times.dispatchNs;
                in.startIn(loaded, 0, loaded.chunks(), driver.nowNs);
                granted = room;
                in.allow(granted);
                commit(in);
                comes = true;
                inBeganNs = lookNs;
                inWaitsNs = lookNs;
                heldUp = 0;
            }
            if (!work) {
                driver.nowNs += times.lookNs;
            }
            work = false;
        }
    }

    private void commit(final RegionMover mover) {
        if (committed) {
            mover.commit(false);
        }
    }

    /** Every load of 1 to 9 chunks that finds none, half or all but one free, beside every number of operations. */
    private void loadAll(final String what) {
        for (int chunks = 1; chunks <= MOST; chunks++) {
            for (final int free : new int[] {0, chunks / 2, chunks - 1, chunks}) {
                for (final int operations : new int[] {0, 1, 2, 3, chunks - free}) {
                    for (int kind = 0; kind < (operations == 0 ? 1 : 5); kind++) {
                        if (operations <= chunks - free && (operations > 0 || free == chunks)) {
                            load(chunks, victims(chunks - free, operations, kind), what);
                        }
                    }
                }
            }
        }
    }

    /** Constants: none, half of each, all, all of the first one, all but those of the first one. */
    private static List<Victim> victims(final int chunks, final int operations, final int kind) {
        final List<Victim> victims = new ArrayList<>();
        int left = chunks;
        for (int i = 0; i < operations; i++) {
            final int gives = i == operations - 1 ? left : Math.max(1, chunks / operations);
            left -= gives;
            final boolean drops = kind == 2 || kind == 3 && i == 0 || kind == 4 && i > 0;
            victims.add(new Victim(gives, kind == 1 ? gives / 2 : drops ? gives : 0));
        }
        return victims;
    }

    /** Random times: each of its own magnitude, so that each is the longest one at times and next to nothing at others. */
    private static Times times(final SplittableRandom random) {
        final long[] ns = random.longs(7, 0, 4).map(magnitude -> random.nextLong((long) Math.pow(10, magnitude + 2))).toArray();
        return new Times(ns[0], ns[1], ns[2], ns[3], ns[4], ns[5], ns[6]);
    }

    private void loadAll(final Times of, final SplittableRandom random, final String what) {
        times = of;
        driver.mapNs = times.mapNs;
        driver.unmapNs = times.unmapNs;
        shorter = null;
        for (final boolean both : new boolean[] {true, false}) {
            committed = both;
            loadAll(what + ", longest copies");
        }
        shorter = random;
        committed = true;
        loadAll(what + ", copies drawn");
    }

    private List<String> beyond(final Function<Times, Charge> charge) {
        return loads.stream().filter(load -> load.tookNs > load.chargedNs(charge.apply(load.times)))
            .map(load -> load.what + " took " + load.tookNs + " of " + load.chargedNs(charge.apply(load.times)) + ", " + load.times)
            .toList();
    }

    @Test
    void shouldLoadWithinTheFormulaWhateverCallsAndCopiesTake() {
        for (long seed = SEED; seed < SEED + 8; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            loadAll(times(random), random, "seed " + seed);
        }
        loadAll(new Times(40, 9_000, 10_000, 30, 50, 20, 10), new SplittableRandom(SEED), "seed " + SEED);
        final List<String> beyond = beyond(Charge::of);
        assertEquals(List.of(), beyond.stream().limit(5).toList(), beyond.size() + " of " + loads.size());
        final double largest = loads.stream().mapToDouble(load -> (double) load.tookNs / load.chargedNs(Charge.of(load.times)))
            .max().orElseThrow();
        assertTrue(largest > 0.9, "the charge is no more than a little too much: " + largest);
    }

    /** The run counts what a move takes without its waits for room; looks that the mover wastes after each wait would add up there. */
    @Test
    void shouldBringInWithinWhatAMoveIsAllowedWhenItHasWaitedForEachChunk() {
        for (long seed = SEED; seed < SEED + 4; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            loadAll(times(random), random, "seed " + seed);
        }
        loadAll(new Times(10, 500, 5_000, 10, 1_000, 10, 10), new SplittableRandom(SEED), "seed " + SEED);
        final List<String> beyond = loads.stream().filter(load -> load.movedNs > load.allowedNs(Charge.of(load.times)))
            .map(load -> load.what + " moved for " + load.movedNs + " of " + load.allowedNs(Charge.of(load.times)) + ", " + load.times)
            .toList();
        assertEquals(List.of(), beyond.stream().limit(5).toList(), beyond.size() + " of " + loads.size());
    }

    /** A copy ends right after a look, before the thread begins another operation. */
    @Test
    void shouldFindLoadsThatAreChargedWithoutTheBeginsOfWhatGoesOut() {
        find(new Times(10, 1_030, 5, 10, 10, 600, 400), Charge::withoutCalls);
    }

    /** A copy ends right after a look, before the thread unmaps another chunk. */
    @Test
    void shouldFindLoadsThatAreChargedWithoutTheUnmappingOfWhatGoesOut() {
        find(new Times(10, 1_030, 5, 1_000, 10, 5, 5), charge -> charge.withoutUnmapping(1_000));
    }

    @Test
    void shouldFindLoadsThatAreChargedWithoutTheLastChunkThatComesInAlone() {
        find(new Times(40, 9_000, 10_000, 30, 50, 20, 10), Charge::withoutLast);
    }

    @Test
    void shouldFindLoadsThatAreChargedWithoutTheirBegin() {
        find(new Times(10, 100, 10, 10, 10, 600, 400), Charge::withoutBegin);
    }

    private void find(final Times of, final UnaryOperator<Charge> shorterCharge) {
        loadAll(of, new SplittableRandom(SEED), "seed " + SEED);
        assertEquals(List.of(), beyond(Charge::of).stream().limit(5).toList());
        final List<String> beyond = beyond(each -> shorterCharge.apply(Charge.of(each)));
        assertTrue(!beyond.isEmpty(), "no load of " + loads.size() + " takes longer than a charge that is short by a piece");
    }
}
