// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tactus.bindings.cuda.CudaModules;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.network.SegmentSession;
import org.tactus.internal.ptx.Launch;
import org.tactus.internal.ptx.SegmentProgram;

/**
 * A segment of a network as kernels of our own. The first run, which is one that warms up, lets the driver compile the kernels and records
 * their launches into a graph: a later run is one launch, whatever the segment's length. Addresses never change, so the graph holds while
 * chunks go out and come in. A driver without graphs is given the launches one by one.
 */
final class KernelSession implements SegmentSession {
    private static final List<String> GRAPH_FUNCTIONS =
        List.of("cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphLaunch");

    private final CudaNetworks gpu;
    private final CudaModules modules;
    /** Where it runs; changed before a dispatcher knows the session. */
    private long stream;
    private final String ptx;
    private final List<Launch> launches;
    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;
    private final long weights;
    private final long scratch;
    private final Map<String, Long> tensors = new HashMap<>();
    private final Consumer<KernelSession> closing;
    private final Undo made = new Undo();
    private QueuedKernel[] kernels;
    private long graph;
    private boolean closed;

    /** A launch with its arguments: addresses of words that hold them. */
    private record QueuedKernel(long kernel, int blocksX, int blocksY, int threads, long parameters) {
    }

    /** Keeps of the program what it launches, but not its weights, which have their memory by now; says when it is closed. */
    KernelSession(
        final CudaNetworks gpu, final long stream, final SegmentProgram program, final long weights, final long scratch,
        final Consumer<KernelSession> closing) {
        this.closing = closing;
        this.gpu = gpu;
        this.modules = gpu.driver().modules();
        this.stream = stream;
        ptx = program.ptx();
        launches = program.launches();
        inputs = program.inputs();
        outputs = program.outputs();
        this.weights = weights;
        this.scratch = scratch;
    }

    @Override
    public List<TensorInfo> inputs() {
        return inputs;
    }

    @Override
    public List<TensorInfo> outputs() {
        return outputs;
    }

    @Override
    public void bindInput(final TensorInfo info, final MemorySegment memory) {
        tensors.put(info.name(), memory.address());
    }

    @Override
    public void bindOutput(final TensorInfo info, final MemorySegment memory) {
        tensors.put(info.name(), memory.address());
    }

    /** Runs in another stream from now on. Control thread, when what it queued before is done and no dispatcher knows it. */
    void runIn(final long other) {
        stream = other;
    }

    /** Queues the segment in its stream; the context is current. Allocates nothing after the first run. */
    @Override
    public void run() {
        if (kernels == null) {
            prepare();
            return;
        }
        if (graph != 0) {
            modules.launchGraph(graph, stream);
        } else {
            launch(stream);
        }
    }

    private void launch(final long to) {
        for (final QueuedKernel kernel : kernels) {
            modules.launch(kernel.kernel, kernel.blocksX, kernel.blocksY, kernel.threads, 1, to, kernel.parameters);
        }
    }

    /** Compiles and launches the kernels one by one, which loads them into the GPU, and only then records them. */
    private void prepare() {
        final Arena arena = Arena.ofShared();
        made.add(arena::close);
        try {
            final long module = modules.loadPtx(ptx);
            made.add(() -> modules.unload(module));
            final Map<String, Long> handles = new HashMap<>();
            final QueuedKernel[] queued = new QueuedKernel[launches.size()];
            for (int i = 0; i < queued.length; i++) {
                final Launch launch = launches.get(i);
                final int count = launch.arguments().size();
                final MemorySegment words = arena.allocate(ValueLayout.JAVA_LONG, 2L * count);
                for (int k = 0; k < count; k++) {
                    words.setAtIndex(ValueLayout.JAVA_LONG, k, address(launch.arguments().get(k)));
                    words.setAtIndex(ValueLayout.JAVA_LONG, (long) count + k, words.address() + (long) k * Long.BYTES);
                }
                queued[i] = new QueuedKernel(handles.computeIfAbsent(launch.entry(), entry -> modules.kernel(module, entry)),
                    launch.blocksX(), launch.blocksY(), launch.threads(), words.address() + (long) count * Long.BYTES);
            }
            kernels = queued;
            launch(stream);
            if (gpu.driver().absentFunctions().stream().noneMatch(GRAPH_FUNCTIONS::contains)) {
                graph = record();
                made.add(() -> modules.destroyGraph(graph));
            }
        } catch (final RuntimeException e) {
            kernels = null;
            made.run(e);
            throw e;
        }
    }

    private long record() {
        final long recording = gpu.driver().streams().create(0);
        try {
            modules.beginCapture(recording);
            launch(recording);
            return modules.endCapture(recording);
        } finally {
            gpu.driver().streams().destroy(recording);
        }
    }

    private long address(final Launch.Place place) {
        return place.offset() + switch (place.space()) {
            case WEIGHTS -> weights;
            case SCRATCH -> scratch;
            case TENSOR -> tensors.get(place.tensor());
        };
    }

    @Override
    public void terminate() {
        // kernels that run cannot be ended
    }

    @Override
    public void resume() {
        // nothing was ended
    }

    /** Frees kernels and graph; what a broken context refuses to free is freed with it. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            closing.accept(this);
            made.add(gpu::makeCurrent);
            gpu.free(made::run); // a trial of it may be under way
        }
    }
}
