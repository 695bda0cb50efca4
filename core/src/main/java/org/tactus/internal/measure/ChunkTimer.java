// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.Arrays;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.format.Quantiles;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.PinnedBlock;

/**
 * Measures what moving one chunk costs on a GPU: the driver's calls on the host, and the copies by the GPU's own clock; alone, both
 * directions at once, and while kernels compute. Holds two regions of device memory and two of pinned host memory of the span.
 * Used by the rig's thread only.
 */
public final class ChunkTimer implements AutoCloseable {
    /** The other direction is given this many times as much to copy, so that it outlasts what is measured. */
    private static final int BACKGROUND = 3;
    private static final int SMALLEST_PRODUCT = 64;
    private static final int LARGEST_PRODUCT = 2048;
    private static final long LOAD_NS = 1_000_000L;
    private static final long MOST_LOAD_NS = 50_000_000L;
    private static final int FACTORS = 3;

    private final Undo made = new Undo();
    private final GpuRig rig;
    private final CudaMemory memory;
    private final CudaStreams streams;
    private final long spanBytes;
    private final long hostIn;
    private final long hostOut;
    private final long factors;
    private final int product;
    private final long productNs;

    /**
     * What the driver's calls on chunks cost, on the host, without the samples that a platform stall touched. Values of a run are
     * per chunk: one call over all of them, divided.
     *
     * @param create    to create a chunk
     * @param map       to map one
     * @param access    to set access to one
     * @param unmap     to unmap one
     * @param accessRun to set access to a run, per chunk
     * @param unmapRun  to unmap a run, per chunk
     * @param longest   the longest call of each kind, of those that were left out, too
     */
    public record Calls(
        Quantiles create, Quantiles map, Quantiles access, Quantiles unmap, Quantiles accessRun, Quantiles unmapRun, Longest longest) {
    }

    /**
     * The longest call of each kind. One that waits for running kernels looks like a stall of the platform and is left out as one.
     *
     * @param createNs to create a chunk, nanoseconds
     * @param mapNs    to map one, nanoseconds
     * @param accessNs to set access to one, nanoseconds
     * @param unmapNs  to unmap one, nanoseconds
     */
    public record Longest(long createNs, long mapNs, long accessNs, long unmapNs) {
    }

    /**
     * What copying one chunk takes, by the GPU's clock, without the samples that a platform stall touched.
     *
     * @param in           to the device
     * @param out          to the host
     * @param longestInNs  the longest to the device, of those that were left out, too, nanoseconds
     * @param longestOutNs the longest to the host, of those that were left out, too, nanoseconds
     */
    public record Copies(Quantiles in, Quantiles out, long longestInNs, long longestOutNs) {
    }

    /**
     * Prepares measurements; pins host memory, which is slow.
     *
     * @param rig       the GPU
     * @param spanBytes how much is moved at a time; twice as much device memory is used
     */
    public ChunkTimer(final GpuRig rig, final long spanBytes) {
        this.rig = rig;
        this.memory = rig.memory();
        this.streams = rig.streams();
        this.spanBytes = spanBytes;
        try {
            hostIn = pinned();
            hostOut = pinned();
            rig.warmClocks(); // else the load that is sized next is too small for the clocks that come
            factors = memory.allocate((long) FACTORS * LARGEST_PRODUCT * LARGEST_PRODUCT * Float.BYTES);
            made.add(() -> memory.freeDevice(factors));
            made.add(rig.gpu()::synchronize);
            rig.fill(rig.compute(), factors, (long) FACTORS * SMALLEST_PRODUCT * SMALLEST_PRODUCT * Float.BYTES, 1);
            streams.synchronize(rig.compute());
            int n = SMALLEST_PRODUCT;
            long ns = productNs(n);
            ns = productNs(n); // the first one was not warm
            while (ns < LOAD_NS && n < LARGEST_PRODUCT) {
                n *= 2;
                ns = productNs(n);
            }
            product = n;
            productNs = Math.max(1, ns);
        } catch (final Throwable e) {
            made.run(e);
            throw e;
        }
    }

    private long pinned() {
        final PinnedBlock block = PinnedBlock.of(rig.gpu().driver(), spanBytes);
        made.add(block::close);
        return block.address();
    }

    private long productNs(final int n) {
        final long beginNs = System.nanoTime();
        product(n);
        streams.synchronize(rig.compute());
        return System.nanoTime() - beginNs;
    }

    private void product(final int n) {
        final long bytes = (long) n * n * Float.BYTES;
        rig.matmul(rig.compute(), factors, factors + bytes, factors + 2 * bytes, n);
    }

    /** Queues matrix products that take about a time. */
    private void compute(final long ns) {
        for (long queued = 0; queued < ns; queued += productNs) {
            product(product);
        }
    }

    /**
     * Chunks of a size that one measurement moves.
     *
     * @param chunkBytes the size
     * @return at least 1
     */
    public int chunks(final long chunkBytes) {
        return (int) Math.max(1, spanBytes / chunkBytes);
    }

    /**
     * Measures the driver's calls.
     *
     * @param chunkBytes  size of a chunk, at most the span
     * @param repetitions how often the span is mapped chunk by chunk, and as a run
     * @param loaded      whether kernels compute meanwhile
     * @return what they cost
     */
    public Calls calls(final long chunkBytes, final int repetitions, final boolean loaded) {
        final int chunks = chunks(chunkBytes);
        final long bytes = chunks * chunkBytes;
        final long region = memory.reserve(bytes);
        final long[] handles = new long[chunks];
        final long[] create = new long[chunks];
        final long[][] single = new long[3][chunks * repetitions];
        final long[][] run = new long[2][repetitions];
        for (int i = 0; i < chunks; i++) {
            final long beginNs = System.nanoTime();
            handles[i] = memory.create(rig.gpu(), chunkBytes);
            create[i] = System.nanoTime() - beginNs;
        }
        long tookNs = 0;
        for (int repetition = -1; repetition < repetitions; repetition++) { // the first one warms up
            final int at = Math.max(0, repetition);
            if (loaded) {
                compute(Math.clamp(2 * tookNs, LOAD_NS, MOST_LOAD_NS)); // outlasts the calls, unless they wait for it
            }
            final long beginNs = System.nanoTime();
            chunkByChunk(region, chunkBytes, handles, single, at * chunks);
            asRun(region, chunkBytes, handles, run, at);
            tookNs = System.nanoTime() - beginNs;
            streams.synchronize(rig.compute());
        }
        for (final long handle : handles) {
            memory.release(handle);
        }
        memory.free(region, bytes);
        return new Calls(Quantiles.withoutStalls(create), Quantiles.withoutStalls(single[0]), Quantiles.withoutStalls(single[1]),
            Quantiles.withoutStalls(single[2]), Quantiles.withoutStalls(run[0]), Quantiles.withoutStalls(run[1]),
            new Longest(longest(create), longest(single[0]), longest(single[1]), longest(single[2])));
    }

    private static long longest(final long[] samples) {
        return Arrays.stream(samples).max().orElse(0);
    }

    private void chunkByChunk(final long region, final long chunkBytes, final long[] handles, final long[][] ns, final int first) {
        for (int i = 0; i < handles.length; i++) {
            final long address = region + i * chunkBytes;
            final long beginNs = System.nanoTime();
            memory.map(address, chunkBytes, handles[i]);
            final long mappedNs = System.nanoTime();
            memory.setAccess(address, chunkBytes, rig.readWrite());
            ns[1][first + i] = System.nanoTime() - mappedNs;
            ns[0][first + i] = mappedNs - beginNs;
        }
        for (int i = 0; i < handles.length; i++) {
            final long beginNs = System.nanoTime();
            memory.unmap(region + i * chunkBytes, chunkBytes);
            ns[2][first + i] = System.nanoTime() - beginNs;
        }
    }

    private void asRun(final long region, final long chunkBytes, final long[] handles, final long[][] ns, final int repetition) {
        map(region, chunkBytes, handles);
        final long bytes = handles.length * chunkBytes;
        final long beginNs = System.nanoTime();
        memory.setAccess(region, bytes, rig.readWrite());
        final long accessibleNs = System.nanoTime();
        memory.unmap(region, bytes);
        ns[1][repetition] = (System.nanoTime() - accessibleNs) / handles.length;
        ns[0][repetition] = (accessibleNs - beginNs) / handles.length;
    }

    private void map(final long region, final long chunkBytes, final long[] handles) {
        for (int i = 0; i < handles.length; i++) {
            memory.map(region + i * chunkBytes, chunkBytes, handles[i]);
        }
    }

    /**
     * Measures copies of mapped chunks.
     *
     * @param chunkBytes  size of a chunk, at most the span
     * @param repetitions how often the span is copied in each direction
     * @param duplex      whether the other direction is busy meanwhile
     * @param loaded      whether kernels compute meanwhile
     * @return what they take
     */
    public Copies copies(final long chunkBytes, final int repetitions, final boolean duplex, final boolean loaded) {
        final int chunks = chunks(chunkBytes);
        final long bytes = chunks * chunkBytes;
        final long region = memory.reserve(2 * bytes);
        final long[] handles = new long[2 * chunks];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = memory.create(rig.gpu(), chunkBytes);
        }
        map(region, chunkBytes, handles);
        memory.setAccess(region, 2 * bytes, rig.readWrite());
        final long[] events = new long[chunks + 1];
        for (int i = 0; i < events.length; i++) {
            events[i] = streams.createEvent(true);
        }
        final long[] in = copies(true, region, chunkBytes, events, repetitions, duplex, loaded);
        final long[] out = copies(false, region, chunkBytes, events, repetitions, duplex, loaded);
        final Copies result = new Copies(Quantiles.withoutStalls(in), Quantiles.withoutStalls(out), longest(in), longest(out));
        for (final long event : events) {
            streams.destroyEvent(event);
        }
        memory.unmap(region, 2 * bytes);
        for (final long handle : handles) {
            memory.release(handle);
        }
        memory.free(region, 2 * bytes);
        return result;
    }

    private long[] copies(
        final boolean in, final long region, final long chunkBytes, final long[] events, final int repetitions, final boolean duplex,
        final boolean loaded) {
        final int chunks = events.length - 1;
        final long[] samples = new long[repetitions * chunks];
        final long stream = in ? rig.in() : rig.out();
        long tookNs = 0;
        for (int repetition = -1; repetition < repetitions; repetition++) { // the first one warms up
            if (loaded) {
                compute(Math.max(LOAD_NS, 2 * tookNs));
            }
            if (duplex) {
                for (int i = 0; i < BACKGROUND * chunks; i++) {
                    copy(!in, region, i % chunks, chunks, chunkBytes);
                }
            }
            streams.record(events[0], stream);
            for (int i = 0; i < chunks; i++) {
                copy(in, region, i, chunks, chunkBytes);
                streams.record(events[i + 1], stream);
            }
            streams.synchronize(stream);
            tookNs = rig.elapsedNs(events[0], events[chunks]);
            for (int i = 0; i < chunks; i++) {
                samples[Math.max(0, repetition) * chunks + i] = rig.elapsedNs(events[i], events[i + 1]);
            }
            rig.gpu().synchronize();
        }
        return samples;
    }

    private void copy(final boolean in, final long region, final int chunk, final int chunks, final long chunkBytes) {
        final long offset = chunk * chunkBytes;
        if (in) {
            streams.copyIn(region + offset, hostIn + offset, chunkBytes, rig.in());
        } else {
            streams.copyOut(hostOut + offset, region + chunks * chunkBytes + offset, chunkBytes, rig.out());
        }
    }

    @Override
    public void close() {
        made.runOrThrow();
    }
}
