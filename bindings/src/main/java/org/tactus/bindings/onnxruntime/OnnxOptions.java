// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.util.List;
import java.util.Optional;

/**
 * How a session computes.
 *
 * @param threads         threads that compute one operator, the calling one included; 1 = the calling thread alone
 * @param cores           cores for the threads beyond the calling one, which the caller pins; empty = where the system likes
 * @param optimised       whether the runtime may fuse and rewrite the graph; without it results are bit for bit those of the graph
 * @param sharedAllocator whether memory comes from the {@link OnnxAllocator} that was registered for the device
 * @param cuda            the GPU that computes; a run then only queues. Empty for the processor
 */
public record OnnxOptions(
    int threads, List<Integer> cores, boolean optimised, boolean sharedAllocator, Optional<CudaProvider> cuda) {
    /** The calling thread alone, graph optimisation on. */
    public static final OnnxOptions SINGLE_THREAD = new OnnxOptions(1, List.of(), true);

    /** Makes options for a session that computes on the processor, in memory of the runtime's own. */
    public OnnxOptions(final int threads, final List<Integer> cores, final boolean optimised) {
        this(threads, cores, optimised, false, Optional.empty());
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException for fewer than one thread or a negative core
     */
    public OnnxOptions {
        cores = List.copyOf(cores);
        if (threads < 1) {
            throw new IllegalArgumentException("threads = " + threads + "; at least 1 computes");
        }
        if (cores.stream().anyMatch(core -> core < 0)) {
            throw new IllegalArgumentException("cores = " + cores + "; a core is a number from 0");
        }
    }

    /**
     * One thread a core, graph optimisation on.
     *
     * @param cores the calling thread's first, which the caller pins
     * @return the options; the calling thread alone when there are fewer than two
     */
    public static OnnxOptions on(final List<Integer> cores) {
        return cores.size() < 2 ? SINGLE_THREAD : new OnnxOptions(cores.size(), cores.subList(1, cores.size()), true);
    }

    /**
     * The same without optimisation.
     *
     * @return a copy
     */
    public OnnxOptions asWritten() {
        return new OnnxOptions(threads, cores, false, sharedAllocator, cuda);
    }

    /**
     * In memory of an allocator of the caller's.
     *
     * @return a copy
     */
    public OnnxOptions withSharedAllocator() {
        return new OnnxOptions(threads, cores, optimised, true, cuda);
    }

    /**
     * On a GPU, in its stream, in memory of an allocator of the caller's.
     *
     * @param provider the GPU and its stream
     * @return a copy
     */
    public OnnxOptions withCuda(final CudaProvider provider) {
        return new OnnxOptions(threads, cores, optimised, true, Optional.of(provider));
    }

    /** The runtime's form, which counts cores from 1: one core each for the threads beyond the calling one. */
    String affinities() {
        final StringBuilder text = new StringBuilder();
        for (int thread = 1; thread < threads; thread++) {
            text.append(thread == 1 ? "" : ";").append(cores.get(thread % cores.size()) + 1);
        }
        return text.toString();
    }
}
