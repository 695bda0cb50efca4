// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;

/** Constants that are kept in a file come in as they were written, whatever is moved, cancelled and begun anew. */
@Timeout(120)
class ChunkFileTest {
    private static final int CHUNK = 1 << 16;
    private static final int CHUNKS = 7;
    private static final int CONSTANT = 5;
    private static final int STEPS = Integer.getInteger("tactus.property.fileSteps", 1500);
    private static final long SEED = Long.getLong("tactus.property.seed", 3);

    @TempDir
    private Path folder;
    private SoftwareCuda software;
    private CudaGpu gpu;
    private Arena arena;
    private ChunkPool pool;
    private ChunkReader reader;
    private RegionMover mover;
    private ChunkRegion region;
    private volatile String setUp;

    @BeforeEach
    void open() {
        arena = Arena.ofShared();
        software = SoftwareCuda.open(SoftwareSettings.INSTANT);
        gpu = software.driver().gpus().getFirst();
        gpu.makeCurrent(gpu.retainContext());
        pool = new ChunkPool(gpu, CHUNK, CHUNKS);
        pool.grow(CHUNKS);
        mover = new RegionMover(software.driver(), 0);
        final CudaMemory memory = software.driver().memory();
        reader = new ChunkReader(memory, CHUNK, () -> setUp = Thread.currentThread().getName());
        region = new ChunkRegion(memory, pool, CudaMemory.readWrite(gpu, arena), CHUNKS, CONSTANT, 0,
            new ChunkFile(reader, folder, CHUNK, CONSTANT));
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            region.host((long) chunk * CHUNK, CHUNK).fill((byte) (chunk + 1));
        }
        region.seal();
    }

    @AfterEach
    void close() {
        region.close();
        reader.close();
        mover.close();
        pool.close();
        assertEquals(Inventory.NOTHING, software.inventory());
        assertEquals(Optional.empty(), software.defect());
        software.close();
        arena.close();
    }

    private int finish() {
        int done = mover.poll(System.nanoTime());
        while (mover.isMoving()) {
            done = mover.poll(System.nanoTime());
        }
        return done;
    }

    private void requireContent(final int from) {
        for (int chunk = from; chunk < CHUNKS; chunk++) {
            final MemorySegment in = CudaMemory.view(SoftwareCuda.onHost(region.addressOf(chunk)), CHUNK);
            for (int at = 0; at < CHUNK; at += 4093) {
                assertEquals((byte) (chunk + 1), in.get(ValueLayout.JAVA_BYTE, at), "chunk " + chunk + " at " + at + ", seed " + SEED);
            }
        }
    }

    @Test
    void shouldBringInWhatWasWrittenWhateverIsCancelled() throws IOException {
        final SplittableRandom random = new SplittableRandom(SEED);
        int out = CHUNKS;
        long cancelled = 0;
        for (int step = 0; step < STEPS; step++) {
            final boolean in = out > 0 && (out == CHUNKS || random.nextBoolean());
            final int count = 1 + random.nextInt(in ? out : CHUNKS - out);
            if (in) {
                mover.startIn(region, out - count, count, System.nanoTime());
            } else {
                mover.startOut(region, out, count, System.nanoTime());
            }
            if (random.nextInt(3) == 0) {
                for (int polls = random.nextInt(40); polls > 0 && mover.isMoving(); polls--) {
                    mover.poll(System.nanoTime());
                }
                mover.cancel();
                cancelled++;
            } else if (random.nextBoolean()) {
                mover.commit(random.nextBoolean());
            }
            final int done = finish();
            assertTrue(done >= 0 && done <= count, () -> "done " + done + ' ' + mover.failure());
            out += in ? -done : done;
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                assertEquals(chunk >= out, region.isIn(chunk), "step " + step + " chunk " + chunk);
            }
            if (in) {
                requireContent(out);
            }
        }
        assertTrue(cancelled > STEPS / 10);
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count(), "the file has no name");
        }
    }

    @Test
    void shouldFailTheMoveAndLeaveNothingInWhenTheFileCannotBeRead() {
        region.file().close();
        mover.startIn(region, 0, CHUNKS, System.nanoTime());
        assertEquals(RegionMover.FAILED, finish());
        assertTrue(mover.failure().getMessage().contains("not read from its file"), mover.failure().toString());
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            assertTrue(!region.isMapped(chunk));
        }
    }

    /** Two reads are asked for before the first copy. When they are needed no more, the one that runs goes on, the other never begins. */
    @Test
    void shouldLeaveOneReadAtMostWhenAMoveWithTwoReadsIsCancelled() throws InterruptedException {
        final Semaphore mayRead = new Semaphore(0);
        final Semaphore begun = new Semaphore(0);
        final List<Integer> read = new CopyOnWriteArrayList<>();
        final ChunkFile slow = new ChunkFile(reader, folder, CHUNK, CHUNKS) {
            @Override
            void read(final int chunk, final ByteBuffer into) throws IOException {
                read.add(chunk);
                begun.release();
                mayRead.acquireUninterruptibly();
                super.read(chunk, into);
            }
        };
        try (ChunkRegion streamed = new ChunkRegion(
            software.driver().memory(), pool, CudaMemory.readWrite(gpu, arena), CHUNKS, CHUNKS, 0, slow)) {
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                streamed.host((long) chunk * CHUNK, CHUNK).fill((byte) (chunk + 1));
            }
            streamed.seal();
            mover.startIn(streamed, 0, CHUNKS, System.nanoTime());
            mover.poll(System.nanoTime());
            begun.acquire();
            mover.cancel();
            assertEquals(0, finish());
            mover.startIn(streamed, 0, 3, System.nanoTime());
            mover.poll(System.nanoTime());
            mayRead.release(); // the read of before
            do {
                mover.poll(System.nanoTime()); // it asks anew as soon as a buffer is free
            } while (!begun.tryAcquire());
            assertEquals(List.of(CHUNKS - 1, 2), read, "whoever comes next waits for one read and its own");
            mayRead.release(100);
            assertEquals(3, finish());
            assertEquals(List.of(CHUNKS - 1, 2, 1, 0), read, "in order");
            mover.startOut(streamed, 0, 3, System.nanoTime());
            assertEquals(3, finish());
        }
    }

    /** Nothing can be mapped of a size below 0: the last step fails, as with a full disk or without memory. */
    @Test
    void shouldKeepNoFileOpenWhenItCannotBeFinished() throws IOException {
        final long before = openFiles();
        assertThrows(IllegalArgumentException.class, () -> new ChunkFile(reader, folder, CHUNK, -1));
        assertEquals(before, openFiles());
    }

    private long openFiles() throws IOException {
        long open = 0;
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (final Path descriptor : descriptors) {
                try {
                    open += Files.readSymbolicLink(descriptor).startsWith(folder) ? 1 : 0;
                } catch (final NoSuchFileException e) {
                    continue; // closed meanwhile
                }
            }
        }
        return open;
    }

    @Test
    void shouldNameTheFolderWhenNoFileCanBeMade() {
        final var refused = assertThrows(UncheckedIOException.class,
            () -> new ChunkFile(reader, folder.resolve("absent"), CHUNK, 1));
        assertTrue(refused.getMessage().contains(folder.resolve("absent").toString()), refused.getMessage());
    }

    @Test
    void shouldTellHowLongEachReadTookWhenMeasured() {
        final ChunkFile measured = new ChunkFile(reader, folder, CHUNK, 4);
        final int[] looks = new int[1];
        final long[] tookNs = reader.measure(measured, 4, 8, () -> looks[0]++);
        measured.close();
        assertTrue(looks[0] > 0, "a look that finds nothing is part of the time");
        assertEquals("tactus-weights", setUp, "the thread was set up before it read");
        assertEquals(8, tookNs.length);
        for (final long ns : tookNs) {
            assertTrue(ns > 0);
        }
    }
}
