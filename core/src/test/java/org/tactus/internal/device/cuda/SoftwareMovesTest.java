// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;
import org.tactus.internal.memory.VirtualCuda;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;

/**
 * The production mover in virtual time, on a driver whose calls and copies take their longest by the software GPU's model, polled as seldom
 * as a dispatcher that sleeps does: every kind of move, from one chunk to many, held against what the formulas charge for it. Each test of
 * a charge that is short by a piece shows that the piece is needed.
 */
class SoftwareMovesTest {
    private static final int CHUNK = 4096;
    private static final int MOST = 9;

    private DeviceMemory memory;
    private SoftwareSettings settings;
    private VirtualCuda driver;
    private RegionMover mover;
    private ChunkPool pool;
    private List<Long> tensors = List.of();
    private final Arena arena = Arena.ofAuto();
    private final List<String> beyond = new ArrayList<>();
    private double largest;

    /** What init writes: charges that the model is paced by, and overheads that follow from it. */
    private static DeviceMemory memory(final long chunkNs, final List<Long> tensors) {
        final DeviceMemory paced = new DeviceMemory(64 * CHUNK, CHUNK, SwapProtocol.SEQ, chunkNs, chunkNs, 0, 0);
        final SoftwareMoves moves = SoftwareMoves.of(paced);
        return new DeviceMemory(64 * CHUNK, CHUNK, SwapProtocol.SEQ, chunkNs, chunkNs, moves.swapInOverheadNs(tensors),
            moves.swapOutOverheadNs(tensors), Residency.SEMANTIC, moves.chunkDropNs(), true);
    }

    private void open(final DeviceMemory scheduled, final List<Long> ofTheSegment) {
        memory = scheduled;
        tensors = ofTheSegment;
        settings = CudaDevices.settings(Optional.of(scheduled), false);
        driver = new VirtualCuda((engine, bytes) -> (long) Math.ceil((settings.copyNs() + bytes * 1e9
            / (engine == 0 ? settings.inBytesPerSecond() : settings.outBytesPerSecond())) * (1 + settings.variation())));
        driver.mapNs = settings.mapNs();
        driver.accessNs = settings.accessNs();
        driver.unmapNs = settings.unmapNs();
        mover = new RegionMover(driver.driver(), 0);
        pool = new ChunkPool(driver.gpu(), CHUNK, MOST); // the model is paced by a chunk's time, whatever its size
        pool.grow(MOST);
    }

    private void close() {
        assertEquals(List.of(), driver.offences());
        mover.close();
        pool.close();
        driver.close();
    }

    private ChunkRegion region(final int constant) {
        return new ChunkRegion(driver.driver().memory(), pool, CudaMemory.readWrite(driver.gpu(), arena), MOST, constant);
    }

    /** Polls to the end; cancels at the poll of that number, and lets a segment copy its tensors then or before. */
    private long finish(final long beganNs, final int cancelAt, final int tensorsAt, final int engine) {
        int polls = 0;
        while (true) {
            if (polls == tensorsAt) {
                tensors.forEach(bytes -> driver.copyTensor(engine, bytes));
            }
            if (polls++ == cancelAt) {
                mover.cancel();
            }
            mover.poll(driver.nowNs);
            if (!mover.isMoving()) {
                return driver.nowNs - beganNs;
            }
            driver.nowNs += SoftwareMoves.LOOK_NS;
        }
    }

    private void hold(final String what, final long tookNs, final long chargedNs) {
        largest = Math.max(largest, (double) tookNs / chargedNs);
        if (tookNs > chargedNs) {
            beyond.add(what + " with " + tensors + " B of tensors took " + tookNs + " of " + chargedNs + " for chunks of "
                + memory.chunkInNs());
        }
    }

    /** One move in and one out of so many chunks, of which some are constant; committed or not; cut short at a poll or not. */
    private void move(final int constant, final int count, final boolean committed, final int cancelAt, final int tensorsAt) {
        final String kind = count + " chunks, " + constant + " constant" + (committed ? ", committed" : "")
            + (cancelAt >= 0 ? ", cancelled at poll " + cancelAt : "") + (tensorsAt >= 0 ? ", tensors at poll " + tensorsAt : "");
        try (ChunkRegion region = region(constant)) {
            long beganNs = driver.nowNs;
            beforehand(tensorsAt, 0);
            mover.startIn(region, MOST - count, count, driver.nowNs);
            commit(committed);
            long tookNs = finish(beganNs, cancelAt, tensorsAt, 0);
            final int in = mover.poll(driver.nowNs);
            hold("in, " + kind, tookNs, memory.swapInOverheadNs() + in * memory.chunkInNs());
            driver.nowNs += 10_000_000_000L; // engines are idle again
            if (in > 0) {
                final int first = MOST - in;
                beganNs = driver.nowNs;
                beforehand(tensorsAt, 1);
                mover.startOut(region, first, in, driver.nowNs);
                commit(committed);
                tookNs = finish(beganNs, cancelAt, tensorsAt, 1);
                final int out = mover.poll(driver.nowNs);
                final int dropped = Math.clamp(constant - first, 0, out);
                hold("out, " + kind, tookNs, memory.swapOutOverheadNs() + (out - dropped) * memory.chunkOutNs()
                    + dropped * memory.chunkDropNs());
                driver.nowNs += 10_000_000_000L;
            }
        }
    }

    private void beforehand(final int tensorsAt, final int engine) {
        if (tensorsAt == -2) { // right before: the first chunk finds the engine busy for all of it
            tensors.forEach(bytes -> driver.copyTensor(engine, bytes));
        }
    }

    private void commit(final boolean committed) {
        if (committed) {
            mover.commit(true);
        }
    }

    private void moveAll() {
        for (int count = 1; count <= MOST; count++) {
            for (final int constant : new int[] {0, MOST / 2, MOST}) {
                for (final int tensorsAt : new int[] {-2, 0, 1, 2, 3, 5, 9}) {
                    move(constant, count, true, -1, tensorsAt);
                    for (final int cancelAt : new int[] {-1, 0, 1, 2, 4, 7}) {
                        move(constant, count, false, cancelAt, tensorsAt);
                    }
                }
            }
        }
    }

    /** Runs one after the other, as of a region that is in parts: each is an operation of its own. */
    private void moveInRuns() {
        try (ChunkRegion region = region(0)) {
            final long beganNs = driver.nowNs;
            int at = MOST;
            long chargedNs = 0;
            for (int count = 1; at > 0; count++) {
                final int chunks = Math.min(count, at);
                at -= chunks;
                mover.startIn(region, at, chunks, driver.nowNs);
                finish(driver.nowNs, -1, -1, 0);
                chargedNs += memory.swapInOverheadNs() + chunks * memory.chunkInNs();
            }
            hold("in, runs of 1, 2, ...", driver.nowNs - beganNs, chargedNs);
        }
    }

    @Test
    void shouldTakeNoMoveLongerThanWhatTheFormulasChargeForIt() {
        for (final long chunkNs : new long[] {302_000, 337_000, 450_000, 1_500_000, 19_500_000}) {
            for (final List<Long> of : List.of(List.<Long>of(), List.of(CHUNK / 2L), List.of(100L, 7 * CHUNK / 2L), List.of(20L * CHUNK))) {
                open(memory(chunkNs, of), of);
                moveAll();
                moveInRuns();
                close();
            }
        }
        assertEquals(List.of(), beyond);
        assertTrue(largest > 0.9, "the charge is no more than a little too much: " + largest);
    }

    @Test
    void shouldFindMovesThatAreChargedWithoutTheTensorsOfTheSegmentBesideThem() {
        open(memory(450_000, List.of()), List.of(3L * CHUNK + 2048));
        moveAll();
        close();
        assertTrue(beyond.stream().anyMatch(move -> move.startsWith("in, 2 chunks, 9 constant")), beyond.toString());
        final Optional<String> said = SoftwareMoves.of(memory).shortfall("net", tensors, List.of());
        assertTrue(said.orElse("").startsWith("a load beside a job of net waits for the copies of the job's tensors (14KiB)"),
            said.toString());
        assertEquals(Optional.empty(), SoftwareMoves.of(memory(450_000, tensors)).shortfall("net", tensors, List.of()));
    }

    @Test
    void shouldKeepToAChargeThatIsLongerThanItsCalls() {
        for (long chunkNs = 300_000; chunkNs < 1_000_000_000; chunkNs = chunkNs * 5 / 3) {
            final SoftwareMoves moves = SoftwareMoves.of(memory(chunkNs, List.of()));
            assertTrue(moves.chunkInNs() <= chunkNs && moves.chunkOutNs() <= chunkNs, chunkNs + ": " + moves.chunkInNs());
            assertTrue(moves.chunkInNs() > 0.8 * chunkNs, "the set's time is that of the copy: " + moves.chunkInNs() + " of " + chunkNs);
        }
    }
}
