// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.bindings.onnxruntime.CudaProvider;
import org.tactus.bindings.onnxruntime.OnnxAllocator;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.device.PreparationRefusedException;
import org.tactus.internal.device.SegmentHook;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.graph.ComputedGraph;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.DeviceHeap;
import org.tactus.internal.network.SegmentChain;
import org.tactus.internal.network.SegmentPlace;
import org.tactus.internal.network.TensorMemory;
import org.tactus.internal.network.Transfer;
import org.tactus.internal.network.WeightMemory;
import org.tactus.internal.ptx.Numbers;
import org.tactus.internal.ptx.SegmentCompiler;
import org.tactus.internal.time.Clock;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;

/**
 * Prepares networks for one GPU: it provides memory for their tensors, works for their segments, and the options of their sessions.
 * Control thread. Everything that it makes is freed with the device.
 */
public final class CudaNetworks {
    /** Most that networks' weights and intermediate values take. */
    private static final long MOST_HEAP_BYTES = 16L << 30;
    /** Of the compute capability: the matrix instruction of kernels in half precision. */
    private static final int LEAST_MAJOR_OF_HALVES = 8;

    private final CudaDevice device;
    private final CudaGpu gpu;
    private final long context;
    private final CudaStreams streams;
    private final long stream;
    private final ControlCopies copies;
    private final Undo made;
    private final Runnable hostSetup;
    /** Null where memory is not scheduled. */
    private final TaskRegions regions;
    private final List<String> remarks = new ArrayList<>();
    private final DeviceSpec.Compute compute;
    private HostCompute host;
    private KernelSegments kernels;
    private DeviceHeap heap;

    CudaNetworks(
        final CudaDevice device, final CudaGpu gpu, final long context, final long stream, final ControlCopies copies, final Undo made,
        final Runnable hostSetup, final TaskRegions regions, final DeviceSpec.Compute compute) {
        this.copies = copies;
        this.regions = regions;
        this.compute = compute;
        this.device = device;
        this.gpu = gpu;
        this.context = context;
        this.streams = gpu.driver().streams();
        this.stream = stream;
        this.made = made;
        this.hostSetup = hostSetup;
    }

    /**
     * Memory of the GPU for a network's tensors, beside what is scheduled.
     *
     * @return a new one, closed by the model that gets it
     */
    public TensorMemory tensors() {
        return new CudaTensors(this, false);
    }

    /**
     * Tells whether the weights of a task with memory lie in what is scheduled.
     *
     * @return false where memory is not scheduled, and on a real GPU where the task set does not ask for kernels: there ONNX Runtime keeps
     *         weights itself where it can be used, and a set must not need other sizes of memory on a machine where it cannot
     */
    public boolean holdsNetworks() {
        return regions != null && (computesOnHost() || compute.asksForKernels());
    }

    /**
     * Where a task's network lies, of a task whose memory is scheduled: its weights and tensors, in the memory that the task set gives it
     * and that is swapped. It is all in until {@link #takeOut}, or until the memory of another task's network is asked for.
     *
     * @param task the task, without a slot on the device
     * @return a new one, closed by the model that gets it; empty where its memory is not scheduled or the runtime keeps weights itself
     * @throws InvalidModelException when there is not enough memory
     */
    public Optional<WeightMemory> memory(final Task task) {
        if (!holdsNetworks() || task.memory().isEmpty()) {
            return Optional.empty();
        }
        makeCurrent();
        try {
            return Optional.of(new NetworkMemory(this, regions, regions.prepare(task), task));
        } catch (final PreparationRefusedException e) { // says nothing of the network
            throw e;
        } catch (final NativeCallException | IllegalStateException e) {
            throw new InvalidModelException("task '" + task.name() + "': no memory for its network: " + e.getMessage(), e);
        }
    }

    /**
     * Host memory that the GPU's copy engines reach, for tensors that come from processors or go to them.
     *
     * @return a new one, closed by the model that gets it
     */
    public TensorMemory pinned() {
        return new CudaTensors(this, true);
    }

    /**
     * Prepares a segment of a network for this GPU, in memory that is not scheduled.
     *
     * @param network    computes the segment on this GPU's tensors, and states the time that it takes on a software GPU
     * @param arrivals   what is copied in before, from the host
     * @param departures what is copied out after, to the host
     * @param before     what the dispatcher does before it queues the segment
     * @param after      what the dispatcher does when the segment is done
     * @return the work, which closes the network's
     */
    public SegmentWork network(
        final SegmentWork network, final List<Transfer> arrivals, final List<Transfer> departures, final SegmentHook before,
        final SegmentHook after) {
        return network(network, null, 0, arrivals, departures, before, after);
    }

    /**
     * Prepares a segment of a task's network for this GPU.
     *
     * @param task       whose {@link #memory} the network may have: then a job fails before it touches any when the segment's is not in
     * @param segment    its place in the task
     * @param network    computes the segment on this GPU's tensors, and states the time that it takes on a software GPU
     * @param arrivals   what is copied in before, from the host
     * @param departures what is copied out after, to the host
     * @param before     what the dispatcher does before it queues the segment
     * @param after      what the dispatcher does when the segment is done
     * @return the work, which closes the network's
     */
    public SegmentWork network(
        final Task task, final int segment, final SegmentWork network, final List<Transfer> arrivals, final List<Transfer> departures,
        final SegmentHook before, final SegmentHook after) {
        if (regions != null && computesOnHost()) {
            remark(task, arrivals, departures);
        }
        return network(network, regions == null ? null : regions.prepared(task.name()), segment, arrivals, departures, before, after);
    }

    /** Notes whether moves that run beside this segment take longer than they are charged, since its tensors use the same engines. */
    private void remark(final Task task, final List<Transfer> arrivals, final List<Transfer> departures) {
        final DeviceMemory memory = regions.scheduled();
        final boolean beside = memory.background() || memory.protocol() != SwapProtocol.SEQ || task.segments().size() > 1;
        if (memory.swaps() && beside) {
            SoftwareMoves.of(memory).shortfall(task.name(), arrivals.stream().map(Transfer::bytes).toList(),
                departures.stream().map(Transfer::bytes).toList()).ifPresent(remarks::add);
        }
    }

    /** What the task set says too little of, a line each, of networks that were prepared since the last call. Control thread. */
    List<String> takeRemarks() {
        final List<String> taken = List.copyOf(remarks);
        remarks.clear();
        return taken;
    }

    private SegmentWork network(
        final SegmentWork network, final TaskHolding memory, final int segment, final List<Transfer> arrivals,
        final List<Transfer> departures, final SegmentHook before, final SegmentHook after) {
        if (kernels != null) {
            kernels.handOver();
        }
        if (computesOnHost() && host == null) {
            makeCurrent();
            host = new HostCompute(streams, hostSetup);
            made.add(host::close);
        }
        return new CudaNetworkWork(device, network, memory, segment, new CudaCopies(streams, arrivals),
            new CudaCopies(streams, departures), host, before, after);
    }

    /**
     * Takes the memory of networks that are prepared out again, where it is scheduled. They have been tried, and all their works are made.
     */
    public void takeOut() {
        if (regions != null) {
            makeCurrent();
            regions.takeOut();
        }
    }

    /**
     * Prepares copies in this GPU's stream, to be timed.
     *
     * @param transfers what is copied
     * @param toDevice  true to the GPU, false to the host
     * @return the work, which holds nothing
     */
    public SegmentWork copy(final List<Transfer> transfers, final boolean toDevice) {
        return new CudaCopyWork(new CudaCopies(streams, transfers), toDevice);
    }

    /**
     * Prepares to bring tensors from this GPU to a segment that a processor computes.
     *
     * @param arrivals what is copied
     * @return to be closed with that segment
     */
    public SegmentHook fetch(final List<Transfer> arrivals) {
        return arrivals.isEmpty() ? SegmentHook.NONE : new CudaFetch(this, arrivals);
    }

    /**
     * Tries networks that were opened before they have jobs, and waits for what that queues: beside tasks that run in another stream than
     * theirs.
     *
     * @param body what is done
     */
    public void use(final Runnable body) {
        makeCurrent();
        body.run();
        copies.await();
    }

    /**
     * Runs one segment with its copies, and waits for it. Control thread; no job of this device's may be under way.
     *
     * @param model the network, of which this GPU holds some tensors
     * @param form  index of the segment, or of what stands in for one
     * @param here  true when this GPU computes the segment, false when a processor does
     */
    public void runOnce(final SegmentChain model, final int form, final boolean here) {
        makeCurrent();
        final CudaCopies arrivals = new CudaCopies(streams, model.arrivals(form));
        if (here) {
            arrivals.in(stream);
        } else {
            arrivals.out(stream);
            streams.synchronize(stream);
        }
        model.run(form);
        new CudaCopies(streams, model.departures(form)).out(stream);
        streams.synchronize(stream);
    }

    /**
     * How this GPU computes segments: by kernels of our own where the task set says so, or where it says nothing and ONNX Runtime cannot
     * use the GPU; otherwise by ONNX Runtime.
     *
     * @param memory where their tensors lie
     * @return the place of a segment
     * @throws InvalidModelException when what is asked for cannot use the GPU, with one sentence that says what would mend it
     */
    public SegmentPlace place(final TensorMemory memory) {
        if (kernels().isPresent()) {
            if (multipliesHalves() && gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR()) < LEAST_MAJOR_OF_HALVES) {
                throw new InvalidModelException("'compute: kernels-fp16' needs a GPU of compute capability " + LEAST_MAJOR_OF_HALVES
                    + ".0 or later, but " + gpu.name() + " has " + device.capabilities().compute() + "; write 'compute: kernels'");
            }
            return new SegmentPlace(memory, OnnxOptions.SINGLE_THREAD, Optional.of(kernels().get()));
        }
        final OnnxOptions computing = computing();
        return new SegmentPlace(memory, memory instanceof WeightMemory ? computing.withoutPacking() : computing);
    }

    /**
     * Tells whether kernels of our own compute this GPU's networks.
     *
     * @return false where ONNX Runtime does
     */
    public boolean computesByKernels() {
        return kernels().isPresent();
    }

    /**
     * Tells whether kernels of our own multiply in half precision here.
     *
     * @return true where the task set asks for it
     */
    public boolean multipliesHalves() {
        return compute == DeviceSpec.Compute.KERNELS_FP16;
    }

    /**
     * Tells whether a network has what half precision changes.
     *
     * @param model the network
     * @return true with a convolution over several channels, or a matrix product
     */
    public boolean changesByHalves(final OnnxModel model) {
        return SegmentCompiler.halfProducts(model) > 0;
    }

    /** What opens segments as kernels of our own; empty where ONNX Runtime computes them. */
    private Optional<KernelSegments> kernels() {
        if (kernels == null && compute.isByKernels(hostSetup == null, () -> OnnxRuntime.lacksGpu(gpu.number()))) {
            kernels = new KernelSegments(this, stream, multipliesHalves() ? Numbers.HALF : Numbers.SINGLE);
        }
        return Optional.ofNullable(kernels);
    }

    private OnnxOptions computing() {
        if (computesOnHost()) {
            return OnnxOptions.SINGLE_THREAD;
        }
        final CudaProvider provider = new CudaProvider(gpu.number(), stream);
        if (heap == null) {
            final OnnxRuntime runtime =
                OnnxRuntime.find().orElseThrow(() -> new InvalidModelException(OnnxRuntime.absence().orElseThrow()));
            runtime.absence(provider).ifPresent(text -> {
                throw new InvalidModelException(text + "; or write 'compute: kernels' or 'driver: software'");
            });
            makeCurrent();
            final DeviceHeap created = new DeviceHeap(gpu, context, Math.min(gpu.totalBytes(), MOST_HEAP_BYTES));
            made.add(created::close);
            final OnnxAllocator allocator = runtime.register(CudaProvider.MEMORY, provider.device(), created);
            made.add(allocator::close);
            heap = created; // only now: a heap that was not registered is nothing that a second network could use
        }
        return OnnxOptions.SINGLE_THREAD.withCuda(provider);
    }

    /**
     * Tells whether the host computes this GPU's networks.
     *
     * @return true for a software GPU, unless it interprets kernels
     */
    public boolean computesOnHost() {
        return hostSetup != null && !compute.asksForKernels();
    }

    /** Runs a segment that copies and computes nothing of worth, and fetches from it. On the dispatcher's thread, before its first job. */
    void rehearse(final int calls) {
        final Undo taken = new Undo();
        boolean ended = false;
        try {
            final TensorMemory onGpu = tensors();
            taken.add(onGpu::close);
            final TensorMemory onHost = pinned();
            taken.add(onHost::close);
            final long at = onGpu.allocate(Long.BYTES).address();
            final long from = onHost.allocate(Long.BYTES).address();
            final List<Transfer> arrivals = List.of(new Transfer(onHost, onGpu, from, at, Long.BYTES));
            final List<Transfer> departures = List.of(new Transfer(onGpu, onHost, at, from, Long.BYTES));
            final HostCompute computing = computesOnHost() ? new HostCompute(streams, () -> { }) : null;
            if (computing != null) {
                taken.add(computing::close);
            }
            final SegmentWork segment = new CudaNetworkWork(device, new TimedWork(Clock.SYSTEM, new Segment(0, 1, ActualTime.WCET), 0),
                null, 0, new CudaCopies(streams, arrivals), new CudaCopies(streams, departures), computing, SegmentHook.NONE,
                SegmentHook.NONE);
            final CudaFetch fetch = new CudaFetch(this, departures);
            taken.add(fetch::close);
            for (int i = 0; i < calls; i++) {
                device.execute(segment);
                fetch.fetch(CudaDevice.HANGS_NS);
            }
            ended = true;
        } finally {
            if (ended) {
                taken.run();
            } else { // a copy that did not end uses that memory until it does
                made.add(taken::run);
            }
        }
    }

    /** The driver that the GPU belongs to. */
    CudaDriver driver() {
        return gpu.driver();
    }

    /** Makes the context the calling thread's. */
    void makeCurrent() {
        device.makeCurrent();
    }

    /** How the control thread writes and reads this GPU's memory. */
    ControlCopies copies() {
        return copies;
    }

    /** Frees what copies beside tasks may use: now, or when they have ended. Makes the context current. */
    void free(final Runnable freeing) {
        try {
            makeCurrent();
        } catch (final NativeCallException e) { // in a broken context nothing is copied
            freeing.run();
            return;
        }
        copies.whenDone(freeing);
    }

    /** Lets the host write some bytes, and copies them into device memory. Control thread, with the context current. */
    void write(final long at, final long bytes, final Consumer<MemorySegment> writer) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment written = arena.allocate(bytes, ComputedGraph.ALIGNMENT_BYTES);
            writer.accept(written);
            copies.write(at, written);
        }
    }

    /** This GPU's memory as ONNX Runtime computes on it: where the host plays the GPU, as the host accesses it. */
    MemorySegment asComputedOn(final MemorySegment there) {
        return computesOnHost() ? CudaMemory.view(SoftwareCuda.onHost(there.address()), there.byteSize()) : there;
    }
}
