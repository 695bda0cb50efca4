// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;
import org.tactus.internal.time.Sizes;

/**
 * Swaps regions at random in memory that does not hold them all, by the code that dispatchers drive, and looks whether every chunk has
 * the bytes that it must have: one that is in by the checksum kernel, one that is out in the host's memory.
 */
final class SwapIntegrityCheck implements GpuCheck {
    private static final int REGIONS = 3;
    private static final int CHUNKS = 8;
    private static final int CONSTANT = 3;
    /** More than one region, less than all of them. */
    private static final int CAPACITY = 13;
    private static final int CANCEL_ONE_IN = 5;
    private static final int WRITE_ONE_IN = 2;
    private static final long SEED = 20_240_513L;

    @Override
    public String name() {
        return "swap integrity";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section =
            new Section.Builder(name(), "chunkBytes", "steps", "movedIn", "movedOut", "dropped", "written", "compared", "wrong");
        try (Walk walk = new Walk(rig, scale.sizes().getFirst())) {
            for (int step = 0; step < scale.steps(); step++) {
                walk.step();
            }
            walk.compareAll();
            section.row(walk.chunkBytes, scale.steps(), walk.movedIn, walk.movedOut, walk.dropped, walk.written, walk.compared, walk.wrong);
            section.expect(walk.wrong == 0, walk.wrong + " of " + walk.compared + " comparisons found other bytes; the first: "
                + walk.firstWrong + "; seed " + SEED);
        }
        return section.checked(REGIONS + " regions of " + Sizes.format(CHUNKS * scale.sizes().getFirst()) + " in memory for "
            + Sizes.format(CAPACITY * scale.sizes().getFirst()) + ", cancelled now and then: every chunk had its bytes; seed " + SEED);
    }

    /** The regions, what each chunk must hold, and what is out: always a prefix. */
    private static final class Walk implements AutoCloseable {
        private final GpuRig rig;
        private final Random random = new Random(SEED);
        private final long chunkBytes;
        private final ChunkPool pool;
        private final RegionMover mover;
        private final ChunkRegion[] regions = new ChunkRegion[REGIONS];
        private final long[][] sums = new long[REGIONS][CHUNKS];
        private final int[] out = new int[REGIONS];
        private final long result;
        private final long resultOnHost;
        private int inMemory;
        private long seed;
        private long movedIn;
        private long movedOut;
        private long dropped;
        private long written;
        private long compared;
        private long wrong;
        private String firstWrong = "none";

        Walk(final GpuRig rig, final long chunkBytes) {
            this.rig = rig;
            this.chunkBytes = chunkBytes;
            pool = new ChunkPool(rig.gpu(), chunkBytes, CAPACITY);
            pool.grow(CAPACITY);
            mover = new RegionMover(rig.gpu().driver(), 0);
            result = rig.memory().allocate(Long.BYTES);
            resultOnHost = rig.memory().allocateHost(Long.BYTES);
            for (int i = 0; i < REGIONS; i++) {
                regions[i] = new ChunkRegion(rig.memory(), pool, rig.readWrite(), CHUNKS, CONSTANT);
                out[i] = CHUNKS;
                for (int chunk = 0; chunk < CHUNKS; chunk++) {
                    final MemorySegment backing = backing(i, chunk);
                    CudaKernels.fill(backing, ++seed);
                    sums[i][chunk] = CudaKernels.checksum(backing);
                }
            }
        }

        private MemorySegment backing(final int region, final int chunk) {
            return regions[region].backing().asSlice(chunk * chunkBytes, chunkBytes);
        }

        private long address(final int region, final int chunk) {
            return regions[region].address() + chunk * chunkBytes;
        }

        void step() {
            final int region = random.nextInt(REGIONS);
            if (out[region] > 0 && (out[region] == CHUNKS || random.nextBoolean())) {
                final int count = 1 + random.nextInt(out[region]);
                makeRoom(region, count);
                in(region, count, random.nextInt(CANCEL_ONE_IN) == 0);
            } else {
                out(region, 1 + random.nextInt(CHUNKS - out[region]), random.nextInt(CANCEL_ONE_IN) == 0);
            }
            if (out[region] < CHUNKS && random.nextInt(WRITE_ONE_IN) == 0) {
                write(region, Math.max(CONSTANT, out[region]) + random.nextInt(CHUNKS - Math.max(CONSTANT, out[region])));
            }
            compare(random.nextInt(REGIONS), random.nextInt(CHUNKS));
        }

        private void makeRoom(final int wanting, final int chunks) {
            for (int other = (wanting + 1) % REGIONS; inMemory + chunks > CAPACITY; other = (other + 1) % REGIONS) {
                final int needed = Math.min(inMemory + chunks - CAPACITY, CHUNKS - out[other]);
                if (other != wanting && needed > 0) {
                    out(other, needed, false);
                }
            }
        }

        private void in(final int region, final int count, final boolean cancelled) {
            mover.startIn(regions[region], out[region] - count, count, System.nanoTime());
            final int done = await(cancelled);
            out[region] -= done;
            inMemory += done;
            movedIn += done;
        }

        private void out(final int region, final int count, final boolean cancelled) {
            final int constants = Math.clamp(CONSTANT - out[region], 0, count);
            mover.startOut(regions[region], out[region], count, System.nanoTime());
            final int done = await(cancelled);
            out[region] += done;
            inMemory -= done;
            dropped += Math.min(done, constants);
            movedOut += Math.max(0, done - constants);
        }

        private int await(final boolean cancelled) {
            int done = mover.poll(System.nanoTime());
            if (cancelled) {
                mover.cancel();
            }
            while (mover.isMoving()) {
                done = mover.poll(System.nanoTime());
            }
            if (done == RegionMover.FAILED) {
                throw new IllegalStateException("an operation broke: " + mover.failure().getMessage(), mover.failure());
            }
            return done;
        }

        private void write(final int region, final int chunk) {
            rig.fill(rig.compute(), address(region, chunk), chunkBytes, ++seed);
            rig.streams().synchronize(rig.compute());
            sums[region][chunk] = CudaKernels.checksumOfFill(seed, chunkBytes / Long.BYTES);
            written++;
        }

        private void compare(final int region, final int chunk) {
            final boolean isOut = chunk < out[region];
            final long sum = isOut ? CudaKernels.checksum(backing(region, chunk)) : sumOnDevice(address(region, chunk));
            compared++;
            if (sum != sums[region][chunk]) {
                firstWrong = wrong == 0 ? "chunk " + chunk + " of region " + region + ", " + (isOut ? "out" : "in") : firstWrong;
                wrong++;
            }
        }

        private long sumOnDevice(final long address) {
            rig.streams().fillBytes(result, (byte) 0, Long.BYTES, rig.compute());
            rig.checksum(rig.compute(), address, chunkBytes, result);
            rig.streams().copyOut(resultOnHost, result, Long.BYTES, rig.compute());
            rig.streams().synchronize(rig.compute());
            return CudaMemory.view(resultOnHost, Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
        }

        /** Each chunk twice: in by the kernel, out by the copy back. */
        void compareAll() {
            for (int region = 0; region < REGIONS; region++) {
                if (out[region] > 0) {
                    makeRoom(region, out[region]);
                    in(region, out[region], false);
                }
                for (int chunk = 0; chunk < CHUNKS; chunk++) {
                    compare(region, chunk);
                }
                out(region, CHUNKS, false);
                for (int chunk = 0; chunk < CHUNKS; chunk++) {
                    compare(region, chunk);
                }
            }
        }

        @Override
        public void close() {
            mover.close();
            for (final ChunkRegion region : regions) {
                region.close();
            }
            pool.close();
            rig.memory().freeDevice(result);
            rig.memory().freeHost(resultOnHost);
        }
    }
}
