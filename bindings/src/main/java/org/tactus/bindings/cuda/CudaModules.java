// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.generated.cuda.cuGraphDestroy_t;
import org.tactus.bindings.generated.cuda.cuGraphExecDestroy_t;
import org.tactus.bindings.generated.cuda.cuGraphInstantiateWithFlags_t;
import org.tactus.bindings.generated.cuda.cuGraphLaunch_t;
import org.tactus.bindings.generated.cuda.cuLaunchKernel_t;
import org.tactus.bindings.generated.cuda.cuModuleGetFunction_t;
import org.tactus.bindings.generated.cuda.cuModuleLoadData_t;
import org.tactus.bindings.generated.cuda.cuModuleUnload_t;
import org.tactus.bindings.generated.cuda.cuStreamBeginCapture_v2_t;
import org.tactus.bindings.generated.cuda.cuStreamEndCapture_t;
import org.tactus.bindings.generated.cuda.cuda_h;

/** Modules, their kernels, and graphs of work. {@link #launch} and {@link #launchGraph} allocate nothing; the others do. */
public final class CudaModules {
    private final CudaDriver driver;
    private final CudaFunctions functions;

    CudaModules(final CudaDriver driver) {
        this.driver = driver;
        this.functions = driver.functions;
    }

    /**
     * Loads kernels.
     *
     * @param image PTX as text, which the driver compiles
     * @return the module's handle
     */
    public long loadPtx(final String image) {
        try (Arena arena = Arena.ofConfined()) {
            return load(arena.allocateFrom(image));
        }
    }

    /**
     * Loads kernels.
     *
     * @param image a cubin, or PTX that ends with a zero byte
     * @return the module's handle
     */
    public long load(final MemorySegment image) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuModuleLoadData_t.invoke(functions.cuModuleLoadData, out.address(), image.address()),
                "cuModuleLoadData", out.address(), image.address());
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Unloads a module.
     *
     * @param module its handle
     */
    public void unload(final long module) {
        driver.check(cuModuleUnload_t.invoke(functions.cuModuleUnload, module), "cuModuleUnload", module);
    }

    /**
     * Finds a kernel.
     *
     * @param module the module
     * @param name   the kernel's entry name
     * @return its handle
     */
    public long kernel(final long module, final String name) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            final MemorySegment text = arena.allocateFrom(name);
            driver.check(cuModuleGetFunction_t.invoke(functions.cuModuleGetFunction, out.address(), module, text.address()),
                "cuModuleGetFunction(" + name + ")", out.address(), module, text.address());
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Queues a kernel over a one-dimensional grid.
     *
     * @param kernel     its handle
     * @param blocks     blocks of the grid
     * @param threads    threads of a block
     * @param stream     the stream
     * @param parameters address of an array of addresses of the arguments, which are read before the call returns
     */
    public void launch(final long kernel, final int blocks, final int threads, final long stream, final long parameters) {
        launch(kernel, blocks, 1, threads, 1, stream, parameters);
    }

    /**
     * Queues a kernel over a two-dimensional grid.
     *
     * @param kernel     its handle
     * @param blocksX    blocks of the grid in the first dimension
     * @param blocksY    and in the second
     * @param threadsX   threads of a block in the first dimension
     * @param threadsY   and in the second
     * @param stream     the stream
     * @param parameters address of an array of addresses of the arguments, which are read before the call returns
     */
    public void launch(
        final long kernel, final int blocksX, final int blocksY, final int threadsX, final int threadsY, final long stream,
        final long parameters) {
        final int status = cuLaunchKernel_t.invoke(
            functions.cuLaunchKernel, kernel, blocksX, blocksY, 1, threadsX, threadsY, 1, 0, stream, parameters, 0);
        if (status != 0) {
            throw driver.error(
                status, "cuLaunchKernel", kernel, blocksX, blocksY, 1, threadsX, threadsY, 1, 0, stream, parameters, 0);
        }
    }

    /**
     * Records what is queued from now on instead of running it.
     *
     * @param stream the stream
     */
    public void beginCapture(final long stream) {
        final int mode = cuda_h.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL();
        driver.check(cuStreamBeginCapture_v2_t.invoke(functions.cuStreamBeginCapture_v2, stream, mode),
            "cuStreamBeginCapture_v2", stream, mode);
    }

    /**
     * Ends the recording and makes it launchable.
     *
     * @param stream the stream
     * @return handle of the instantiated graph
     */
    public long endCapture(final long stream) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuStreamEndCapture_t.invoke(functions.cuStreamEndCapture, stream, out.address()),
                "cuStreamEndCapture", stream, out.address());
            final long graph = out.get(ValueLayout.JAVA_LONG, 0);
            try {
                driver.check(cuGraphInstantiateWithFlags_t.invoke(functions.cuGraphInstantiateWithFlags, out.address(), graph, 0),
                    "cuGraphInstantiateWithFlags", out.address(), graph, 0);
                return out.get(ValueLayout.JAVA_LONG, 0);
            } finally {
                cuGraphDestroy_t.invoke(functions.cuGraphDestroy, graph);
            }
        }
    }

    /**
     * Queues a graph.
     *
     * @param graph  of {@link #endCapture}
     * @param stream the stream
     */
    public void launchGraph(final long graph, final long stream) {
        final int status = cuGraphLaunch_t.invoke(functions.cuGraphLaunch, graph, stream);
        if (status != 0) {
            throw driver.error(status, "cuGraphLaunch", graph, stream);
        }
    }

    /**
     * Destroys an instantiated graph.
     *
     * @param graph of {@link #endCapture}
     */
    public void destroyGraph(final long graph) {
        driver.check(cuGraphExecDestroy_t.invoke(functions.cuGraphExecDestroy, graph), "cuGraphExecDestroy", graph);
    }
}
