// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.jmh;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;

/**
 * What a chunk costs where 32 come in and leave again, on the software driver with the costs of a real one's calls. The ways take turns
 * in one run: ready to be cancelled after each chunk; committed, with two copies queued; and alone, when drops are for eight by one call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class MoveBenchmark {
    private static final int CHUNKS = 32;

    /** How many of a region's chunks are constant: all are dropped, or all are copied out. */
    @Param({"32", "0"})
    int constant;

    /** Bytes of a chunk. */
    @Param({"65536", "2097152"})
    int chunkBytes;

    private Arena arena;
    private SoftwareCuda software;
    private ChunkPool pool;
    private ChunkRegion region;
    private RegionMover mover;

    /** Opens the driver and makes the region. */
    @Setup
    public void open() {
        arena = Arena.ofShared();
        software = SoftwareCuda.open(SoftwareSettings.PCIE4);
        final CudaGpu gpu = software.driver().gpus().getFirst();
        gpu.makeCurrent(gpu.retainContext());
        pool = new ChunkPool(gpu, Math.max(chunkBytes, software.driver().memory().granularityBytes(gpu)), CHUNKS);
        pool.grow(CHUNKS);
        region = new ChunkRegion(software.driver().memory(), pool, CudaMemory.readWrite(gpu, arena), CHUNKS, constant);
        mover = new RegionMover(software.driver(), 0);
    }

    /** Closes the driver. */
    @TearDown
    public void close() {
        mover.close();
        region.close();
        pool.close();
        software.close();
        arena.close();
    }

    /**
     * Moves that may be cancelled after each chunk.
     *
     * @return chunks
     */
    @Benchmark
    @OperationsPerInvocation(CHUNKS)
    public int cancellable() {
        return thereAndBack(false, false);
    }

    /**
     * Moves that nobody cancels.
     *
     * @return chunks
     */
    @Benchmark
    @OperationsPerInvocation(CHUNKS)
    public int committed() {
        return thereAndBack(true, false);
    }

    /**
     * Moves that nobody cancels, beside which nothing executes.
     *
     * @return chunks
     */
    @Benchmark
    @OperationsPerInvocation(CHUNKS)
    public int alone() {
        return thereAndBack(true, true);
    }

    private int thereAndBack(final boolean committed, final boolean alone) {
        mover.startIn(region, 0, CHUNKS, System.nanoTime());
        int moved = await(committed, alone);
        mover.startOut(region, 0, CHUNKS, System.nanoTime());
        moved += await(committed, alone);
        return moved;
    }

    private int await(final boolean committed, final boolean alone) {
        if (committed) {
            mover.commit(alone);
        }
        int moved = mover.poll(System.nanoTime());
        while (mover.isMoving()) {
            Thread.onSpinWait();
            moved = mover.poll(System.nanoTime());
        }
        return moved;
    }
}
