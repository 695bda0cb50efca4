// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.memory.RegionMover;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** A chunk takes 0.3 s to copy, and a rehearsal has 50 ms: it ends in the middle of a move. */
@Timeout(60)
class RehearsedMovesTest {
    private static final long MS = 1_000_000;
    private static final int CHUNK = 4096;
    private static final DeviceMemory MEMORY = new DeviceMemory(8 * CHUNK, CHUNK, SwapProtocol.SEQ, 1, 1, 0, 0);

    private final Arena arena = Arena.ofAuto();
    private SoftwareCuda software;
    private CudaGpu gpu;
    private TaskRegions regions;
    private RegionMover engines;
    private CudaMover mover;

    @BeforeEach
    void open() {
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(64 * CHUNK, CHUNK)
            .withBandwidth(CHUNK * 10 / 3, CHUNK * 10 / 3));
        gpu = software.driver().gpus().getFirst();
        final long context = gpu.retainContext();
        gpu.makeCurrent(context);
        regions = new TaskRegions(gpu, CudaMemory.readWrite(gpu, arena), MEMORY, null, () -> { });
        engines = new RegionMover(software.driver(), 0);
        mover = new CudaMover(gpu, context, regions, engines);
        regions.define(0, TaskSet.builder("set").device(DeviceSpec.modelled("gpu0").withMemory(MEMORY)).task("net", t -> t.periodNs(MS)
            .segment("gpu0", 1).memory(new TaskMemory(CHUNK, OptionalLong.of(CHUNK), Optional.empty()))).build().tasks().getFirst());
        regions.defined();
    }

    @AfterEach
    void close() {
        gpu.synchronize();
        engines.close();
        regions.close();
        gpu.releaseContext();
        assertEquals(Inventory.NOTHING, software.inventory());
        assertEquals(Optional.empty(), software.defect());
        software.close();
    }

    private void bringIn() {
        mover.startIn(0, 0, 1, System.nanoTime());
        while (mover.isMoving()) {
            mover.poll(System.nanoTime());
        }
    }

    /** Its memory was taken away under the copy; on a GPU that is an illegal address, which breaks the context for good. */
    @Test
    void shouldAwaitTheCopyUnderWayWhenTheTimeOfARehearsalIsOver() {
        final var late = assertThrows(IllegalStateException.class, () -> regions.rehearse(mover, 1, 50 * MS, 20_000 * MS));
        assertEquals("a chunk was moved too slowly", late.getMessage());
        assertFalse(mover.isMoving());
        bringIn();
        assertNull(mover.failure());
        assertTrue(regions.region(0).isIn(0));
    }

    @Test
    void shouldLeaveTheMemoryToACopyThatDoesNotEndAndRefuseMovesUntilItHas() {
        final int pieces = software.inventory().pieces();
        assertThrows(IllegalStateException.class, () -> regions.rehearse(mover, 1, MS, MS));
        assertTrue(mover.isMoving());
        assertTrue(software.inventory().pieces() > pieces, "the copy has its memory still");
        mover.startIn(0, 0, 1, System.nanoTime());
        assertEquals(ChunkMover.FAILED, mover.poll(System.nanoTime()));
        assertTrue(mover.failure().getMessage().startsWith("the copy engines have not ended a move"), mover.failure().toString());
        gpu.synchronize();
        bringIn();
        assertNull(mover.failure());
        assertTrue(regions.region(0).isIn(0));
    }
}
