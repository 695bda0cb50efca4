// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.cuda.CudaModules;

/** A segment that is one kernel with fixed arguments. */
public final class CudaKernelWork implements CudaWork {
    private final Arena arena = Arena.ofShared();
    private final CudaModules modules;
    private final long kernel;
    private final int blocks;
    private final int threads;
    private final MemorySegment arguments;
    private final MemorySegment parameters;

    /**
     * Makes the work.
     *
     * @param modules   the driver's calls
     * @param kernel    its handle
     * @param blocks    blocks of the grid
     * @param threads   threads of a block
     * @param arguments its arguments, each in a word of 8 bytes from its lowest byte on
     */
    public CudaKernelWork(final CudaModules modules, final long kernel, final int blocks, final int threads, final long... arguments) {
        this.modules = modules;
        this.kernel = kernel;
        this.blocks = blocks;
        this.threads = threads;
        this.arguments = arena.allocateFrom(ValueLayout.JAVA_LONG, arguments);
        parameters = arena.allocate(ValueLayout.JAVA_LONG, arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            parameters.setAtIndex(ValueLayout.JAVA_LONG, i, this.arguments.address() + (long) i * Long.BYTES);
        }
    }

    /**
     * Changes an argument for launches from now on. Dispatcher, or before the first launch.
     *
     * @param index which one
     * @param value its word
     */
    public void argument(final int index, final long value) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
    }

    @Override
    public void launch(final long stream, final long job) {
        modules.launch(kernel, blocks, threads, stream, parameters.address());
    }

    @Override
    public void close() {
        arena.close();
    }
}
