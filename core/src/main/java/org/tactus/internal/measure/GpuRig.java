// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongSupplier;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaModules;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.lifecycle.Undo;

/**
 * One GPU made ready to be measured and checked: the primary context on the calling thread, a stream for each engine, our
 * kernels. Used by the thread that made it, a platform thread, only. Its launches allocate nothing.
 */
public final class GpuRig implements AutoCloseable {
    private static final int BLOCKS = 256;
    private static final int THREADS = 256;
    private static final int TILE = 16;
    private static final int MOST_ARGUMENTS = 4;
    /** A GPU that was idle computes at a part of its clock for up to a second. */
    private static final long WARM_NS = 1_500_000_000L;
    /** Rows and columns of the product that warms: blocks for every multiprocessor. */
    private static final int WARM_PRODUCT = 512;
    private static final int MATRICES = 3;

    private final Undo made = new Undo();
    private final CudaGpu gpu;
    private final CudaDriver driver;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment arguments = arena.allocate(ValueLayout.JAVA_LONG, MOST_ARGUMENTS);
    private final MemorySegment parameters = arena.allocate(ValueLayout.JAVA_LONG, MOST_ARGUMENTS);
    private final MemorySegment elapsed = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final MemorySegment readWrite;
    private final long context;
    private final long compute;
    private final long in;
    private final long out;
    private final long module;
    private final long spin;
    private final long fill;
    private final long checksum;
    private final long matmul;

    /**
     * Makes a GPU ready.
     *
     * @param gpu the GPU
     */
    public GpuRig(final CudaGpu gpu) {
        this.gpu = gpu;
        driver = gpu.driver();
        made.add(arena::close);
        try {
            context = gpu.retainContext();
            made.add(gpu::releaseContext);
            made.add(() -> gpu.makeCurrent(0));
            gpu.makeCurrent(context);
            final int[] priorities = gpu.streamPriorities();
            compute = stream(priorities[0]);
            in = stream(priorities[1]);
            out = stream(priorities[1]);
            module = driver.modules().load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx()));
            made.add(() -> driver.modules().unload(module));
            made.add(gpu::synchronize);
            spin = driver.modules().kernel(module, CudaKernels.SPIN);
            fill = driver.modules().kernel(module, CudaKernels.FILL);
            checksum = driver.modules().kernel(module, CudaKernels.CHECKSUM);
            matmul = driver.modules().kernel(module, CudaKernels.MATMUL);
            readWrite = CudaMemory.readWrite(gpu, arena);
        } catch (final Throwable e) {
            made.run(e);
            throw e;
        }
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            parameters.setAtIndex(ValueLayout.JAVA_LONG, i, arguments.address() + (long) i * Long.BYTES);
        }
    }

    private long stream(final int priority) {
        final long stream = driver.streams().create(priority);
        made.add(() -> driver.streams().destroy(stream));
        return stream;
    }

    /**
     * The GPU.
     *
     * @return as given
     */
    public CudaGpu gpu() {
        return gpu;
    }

    /**
     * The GPU's primary context.
     *
     * @return its handle
     */
    public long context() {
        return context;
    }

    /**
     * The driver's calls on memory.
     *
     * @return the calls
     */
    public CudaMemory memory() {
        return driver.memory();
    }

    /**
     * The driver's calls on streams.
     *
     * @return the calls
     */
    public CudaStreams streams() {
        return driver.streams();
    }

    /**
     * The driver's calls on modules and graphs.
     *
     * @return the calls
     */
    public CudaModules modules() {
        return driver.modules();
    }

    /**
     * The stream of kernels, of the least priority.
     *
     * @return its handle
     */
    public long compute() {
        return compute;
    }

    /**
     * The stream of copies to the device.
     *
     * @return its handle
     */
    public long in() {
        return in;
    }

    /**
     * The stream of copies to the host.
     *
     * @return its handle
     */
    public long out() {
        return out;
    }

    /**
     * Says that this GPU may read and write, for {@link CudaMemory#setAccess}.
     *
     * @return the descriptor
     */
    public MemorySegment readWrite() {
        return readWrite;
    }

    /**
     * The kernel {@link CudaKernels#SPIN}.
     *
     * @return its handle
     */
    public long spinKernel() {
        return spin;
    }

    /**
     * Queues a kernel of one thread that takes a time.
     *
     * @param stream     the stream
     * @param durationNs nanoseconds
     */
    public void spin(final long stream, final long durationNs) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, durationNs);
        driver.modules().launch(spin, 1, 1, stream, parameters.address());
    }

    /**
     * Queues {@link CudaKernels#FILL}.
     *
     * @param stream  the stream
     * @param address on the device, 8-byte aligned
     * @param bytes   filled as far as whole words of 8 bytes reach
     * @param seed    the seed
     */
    public void fill(final long stream, final long address, final long bytes, final long seed) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, address);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, bytes >>> 3);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 2, seed);
        driver.modules().launch(fill, BLOCKS, THREADS, stream, parameters.address());
    }

    /**
     * Queues {@link CudaKernels#CHECKSUM}.
     *
     * @param stream  the stream
     * @param address on the device, 8-byte aligned
     * @param bytes   summed as far as whole words of 8 bytes reach
     * @param result  address of the word on the device that the sum is added to
     */
    public void checksum(final long stream, final long address, final long bytes, final long result) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, address);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, bytes >>> 3);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 2, result);
        driver.modules().launch(checksum, BLOCKS, THREADS, stream, parameters.address());
    }

    /**
     * Queues {@link CudaKernels#MATMUL}.
     *
     * @param stream the stream
     * @param a      address of the left factor on the device
     * @param b      of the right factor
     * @param c      of the product
     * @param n      rows and columns
     */
    public void matmul(final long stream, final long a, final long b, final long c, final int n) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, a);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, b);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 2, c);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 3, n);
        final int tiles = (n + TILE - 1) / TILE;
        driver.modules().launch(matmul, tiles, tiles, TILE, TILE, stream, parameters.address());
    }

    /**
     * Computes for one and a half seconds, so that the clocks have risen before anything is sized or timed. A GPU whose times are modelled
     * has none.
     */
    public void warmClocks() {
        warmClocks(System::nanoTime);
    }

    void warmClocks(final LongSupplier clock) {
        if (driver.isModelled()) {
            return;
        }
        final long bytes = (long) WARM_PRODUCT * WARM_PRODUCT * Float.BYTES;
        final long matrices = driver.memory().allocate(MATRICES * bytes);
        final Undo taken = new Undo();
        taken.add(() -> driver.memory().freeDevice(matrices));
        taken.add(() -> driver.streams().synchronize(compute));
        try {
            fill(compute, matrices, MATRICES * bytes, 1);
            final long beginNs = clock.getAsLong();
            while (clock.getAsLong() - beginNs < WARM_NS) {
                matmul(compute, matrices, matrices + bytes, matrices + 2 * bytes, WARM_PRODUCT);
                driver.streams().synchronize(compute);
            }
        } catch (final Throwable e) {
            taken.run(e);
            throw e;
        }
        taken.runOrThrow();
    }

    /**
     * The GPU's time between two events that were queued; waits for the later one.
     *
     * @param start the earlier one
     * @param end   the later one
     * @return nanoseconds
     */
    public long elapsedNs(final long start, final long end) {
        return driver.streams().awaitElapsedNs(start, end, elapsed);
    }

    /** Gives everything back; after an error that the context does not survive, with the context. */
    @Override
    public void close() {
        made.runOrThrow();
    }
}
