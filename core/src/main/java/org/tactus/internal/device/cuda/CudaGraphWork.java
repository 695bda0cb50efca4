// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import org.tactus.bindings.cuda.CudaModules;

/** A segment that is an instantiated graph: many kernels and copies for the price of one launch. */
public final class CudaGraphWork implements CudaWork {
    private final CudaModules modules;
    private final long graph;

    /**
     * Records what some work queues, and makes it one launch. Control thread, with the context current.
     *
     * @param modules the driver's calls
     * @param stream  a stream that nothing else uses meanwhile
     * @param works   what the segment consists of, in order; not closed by the graph
     */
    public CudaGraphWork(final CudaModules modules, final long stream, final CudaWork... works) {
        this.modules = modules;
        modules.beginCapture(stream);
        for (final CudaWork work : works) {
            work.launch(stream, 0);
        }
        graph = modules.endCapture(stream);
    }

    @Override
    public void launch(final long stream, final long job) {
        modules.launchGraph(graph, stream);
    }

    @Override
    public void close() {
        modules.destroyGraph(graph);
    }
}
