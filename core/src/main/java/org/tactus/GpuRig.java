package org.tactus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaModules;
import org.tactus.bindings.cuda.CudaStreams;

/**
 * One GPU made ready to be measured and checked: the primary context on the calling thread, a stream for each engine, our
 * kernels, and a word in pinned memory that a stream writes. Used by the thread that made it, a platform thread, only. Its
 * launches allocate nothing.
 */
public final class GpuRig implements AutoCloseable {
    private static final int BLOCKS = 256;
    private static final int THREADS = 256;
    private static final int TILE = 16;
    private static final int MOST_ARGUMENTS = 4;
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();
    private static final int LINE_BYTES = 64;
    private static final int POLLS_UNCHECKED = 1 << 20;

    private final CudaGpu gpu;
    private final CudaDriver driver;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment arguments = arena.allocate(ValueLayout.JAVA_LONG, MOST_ARGUMENTS);
    private final MemorySegment parameters = arena.allocate(ValueLayout.JAVA_LONG, MOST_ARGUMENTS);
    private final MemorySegment elapsed = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final MemorySegment readWrite;
    private final long compute;
    private final long in;
    private final long out;
    private final long module;
    private final long spin;
    private final long fill;
    private final long checksum;
    private final long matmul;
    private final MemorySegment word;
    private final long wordOnDevice;

    /**
     * Makes a GPU ready.
     *
     * @param gpu the GPU
     */
    @SuppressWarnings("restricted") // the word lies where the driver says
    public GpuRig(final CudaGpu gpu) {
        this.gpu = gpu;
        driver = gpu.driver();
        gpu.makeCurrent(gpu.retainContext());
        final int[] priorities = gpu.streamPriorities();
        compute = driver.streams().create(priorities[0]);
        in = driver.streams().create(priorities[1]);
        out = driver.streams().create(priorities[1]);
        module = driver.modules().load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx()));
        spin = driver.modules().kernel(module, CudaKernels.SPIN);
        fill = driver.modules().kernel(module, CudaKernels.FILL);
        checksum = driver.modules().kernel(module, CudaKernels.CHECKSUM);
        matmul = driver.modules().kernel(module, CudaKernels.MATMUL);
        readWrite = CudaMemory.readWrite(gpu, arena);
        word = MemorySegment.ofAddress(driver.memory().allocateHost(LINE_BYTES)).reinterpret(LINE_BYTES);
        word.fill((byte) 0);
        wordOnDevice = driver.memory().devicePointer(word.address());
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            parameters.setAtIndex(ValueLayout.JAVA_LONG, i, arguments.address() + (long) i * Long.BYTES);
        }
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
     * Queues a write of the word: {@link #word} shows it when what was queued before is done.
     *
     * @param stream the stream
     * @param value  what is written
     */
    public void writeWord(final long stream, final int value) {
        driver.streams().writeValue(stream, wordOnDevice, value);
    }

    /**
     * The word in pinned memory, by acquire: what its writer's stream did before is visible.
     *
     * @return what was written last, 0 at first
     */
    public int word() {
        return (int) WORD.getAcquire(word, 0L);
    }

    /**
     * Spins until the word has a value. An error of the stream's work ends the wait.
     *
     * @param stream that writes the word
     * @param value  what it will write
     */
    public void awaitWord(final long stream, final int value) {
        int spins = 0;
        while (word() != value) {
            if ((++spins & POLLS_UNCHECKED - 1) == 0 && driver.streams().isDone(stream) && word() != value) {
                throw new IllegalStateException("the stream is done, but its word is " + word() + " instead of " + value);
            }
            Thread.onSpinWait();
        }
    }

    /**
     * The GPU's time between two events that have happened.
     *
     * @param start the earlier one
     * @param end   the later one
     * @return nanoseconds
     */
    public long elapsedNs(final long start, final long end) {
        return driver.streams().elapsedNs(start, end, elapsed);
    }

    /** Gives everything back; after an error that the context does not survive, with the context. */
    @Override
    public void close() {
        try {
            gpu.synchronize();
            driver.streams().destroy(compute);
            driver.streams().destroy(in);
            driver.streams().destroy(out);
            driver.modules().unload(module);
            driver.memory().freeHost(word.address());
        } finally {
            gpu.makeCurrent(0);
            gpu.releaseContext();
            arena.close();
        }
    }
}
