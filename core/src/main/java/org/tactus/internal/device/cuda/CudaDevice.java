// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaModules;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.generated.cuda.cuLaunchKernel_t;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.lifecycle.StringConstants;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.CompletionWord;
import org.tactus.internal.memory.RegionMover;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.Durations;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Segment;
import org.tactus.model.Task;

/**
 * A GPU through the CUDA driver interface. A segment is queued between two events and followed by a word that the stream writes; the
 * dispatcher polls the word. A segment that is no {@link CudaWork} takes its modelled time by a kernel that spins on the GPU's clock.
 *
 * <p>An error of the driver fails the segment, and so its task. One that sticks to the context makes the device lost: NVIDIA's driver
 * lets nothing else run there until the process ends.
 */
public final class CudaDevice implements Device {
    /** A status of our own: the segment failed, and work that it had queued may still run. */
    private static final int ENDING = -1;
    private static final int MARGIN_TRIALS = 100;
    /** How long what a rehearsal does may take. */
    static final long HANGS_NS = 1_000_000_000;
    /** Capture errors, from this code up, leave the context usable; {@code CUDA_ERROR_UNKNOWN}, though higher, does not. */
    private static final int FIRST_OF_CAPTURE = cuda_h.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED();
    /** The time from the record of the begin event to the launch is less than this, unless the dispatcher is delayed between them. */
    private static final long LAUNCH_NS = 20_000;

    private final Undo made = new Undo();
    private final Arena arena = Arena.ofShared();
    private final CudaGpu gpu;
    private final CudaStreams streams;
    private final CudaModules modules;
    private final CudaCapabilities capabilities;
    private final AutoCloseable owned;
    private final CudaNetworks networks;
    private final CudaLibraries libraries;
    private final long context;
    private final long stream;
    private final CompletionWord word;
    private final long begin;
    private final long end;
    private final MemorySegment elapsed = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final long module;
    private final long spin;
    private final MemorySegment spinNs = arena.allocate(ValueLayout.JAVA_LONG);
    private final MemorySegment spinParameters = arena.allocate(ValueLayout.JAVA_LONG);
    private final ControlCopies copies;
    private final TaskRegions regions;
    private final CudaMover mover;
    private final CudaMover secondMover;
    private final long marginNs;
    private int status = DONE;
    private CudaWork running;
    private long launchedNs;
    private long heldUpNs;
    private long lastNs;
    private Throwable failure;

    /**
     * Prepares a GPU: context, streams, kernels, and the copy engines where memory is scheduled. Slow; makes the context current on the
     * calling thread.
     *
     * @param gpu   the GPU
     * @param spec  what the set says of it
     * @param owned closed with the device, such as a software driver; null for none
     * @param hostSetup of a software GPU, whose networks the host computes: run first on the thread that computes, to set it up as far as
     *                  the machine permits; null for a real GPU
     */
    public CudaDevice(final CudaGpu gpu, final DeviceSpec spec, final AutoCloseable owned, final Runnable hostSetup) {
        this(gpu, spec, owned, hostSetup, () -> { });
    }

    /** As the other one, with what is run first on the thread that reads weights from files. */
    CudaDevice(
        final CudaGpu gpu, final DeviceSpec spec, final AutoCloseable owned, final Runnable hostSetup, final Runnable readerSetup) {
        this.gpu = gpu;
        this.owned = owned;
        final CudaDriver driver = gpu.driver();
        streams = driver.streams();
        modules = driver.modules();
        made.add(arena::close);
        try {
            capabilities = CudaCapabilities.probe(gpu);
            context = gpu.retainContext();
            made.add(gpu::releaseContext);
            gpu.makeCurrent(context);
            final int[] priorities = gpu.streamPriorities();
            stream = streams.create(priorities[1]); // kernels go before copies where the two compete
            made.add(() -> streams.destroy(stream));
            word = new CompletionWord(driver);
            made.add(word::close);
            begin = newEvent();
            end = newEvent();
            module = modules.load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx()));
            made.add(() -> modules.unload(module));
            spin = modules.kernel(module, CudaKernels.SPIN);
            copies = new ControlCopies(spec.name(), driver, stream, priorities[0]);
            made.add(copies::close);
            spinParameters.set(ValueLayout.JAVA_LONG, 0, spinNs.address());
            if (spec.memory().isPresent() && capabilities.virtualMemory()) {
                regions = new TaskRegions(gpu, CudaMemory.readWrite(gpu, arena), spec.memory().get(), copies, readerSetup);
                made.add(regions::close);
                mover = newMover(priorities[0]);
                secondMover = spec.memory().get().isDuplex() ? newMover(priorities[0]) : mover;
            } else {
                regions = null;
                mover = null;
                secondMover = null;
            }
            networks = new CudaNetworks(this, gpu, context, stream, copies, made, hostSetup, regions, spec.compute());
            libraries = new CudaLibraries(this, gpu, regions, hostSetup != null);
            marginNs = measureMargin();
        } catch (final Throwable e) {
            made.run(e);
            throw e;
        }
    }

    private CudaMover newMover(final int priority) {
        final RegionMover regionMover = new RegionMover(gpu.driver(), priority);
        made.add(regionMover::close);
        return new CudaMover(gpu, context, regions, regionMover);
    }

    private long newEvent() {
        final long event = streams.createEvent(true);
        made.add(() -> streams.destroyEvent(event));
        return event;
    }

    /**
     * Measures what a spin takes beyond its time by the GPU's clock, so that a spin of a whole WCET does not overrun it: twice the median
     * of some trials. The maximum would be wrong, since a delay of this thread between two calls is no property of the GPU.
     */
    private long measureMargin() {
        final long[] trials = new long[MARGIN_TRIALS];
        for (int i = 0; i < MARGIN_TRIALS; i++) {
            queueSpin(0, Clock.SYSTEM.nanoTime());
            trials[i] = streams.awaitElapsedNs(begin, end, elapsed);
        }
        Arrays.sort(trials);
        return 2 * trials[MARGIN_TRIALS / 2];
    }

    private void queueSpin(final long ns, final long nowNs) {
        final long beginNs = recordBegin();
        launchSpin(ns);
        recordEnd(beginNs, nowNs);
    }

    private void launchSpin(final long ns) {
        spinNs.set(ValueLayout.JAVA_LONG, 0, ns);
        modules.launch(spin, 1, 1, stream, spinParameters.address());
        launchedNs = Clock.SYSTEM.nanoTime();
    }

    /** Queues a kernel that makes the whole segment take a time, for a work that is computed elsewhere meanwhile. */
    void spin(final long ns) {
        launchSpin(Math.max(0, ns - marginNs));
    }

    /** Says that what follows executes the segment, though nothing has been queued: code that the dispatcher itself runs. */
    void launching() {
        launchedNs = Clock.SYSTEM.nanoTime();
    }

    private long recordBegin() {
        launchedNs = 0;
        streams.record(begin, stream);
        return Clock.SYSTEM.nanoTime();
    }

    /**
     * Queues the end event and the completion signal. The stream is empty when a segment starts, so the GPU passes the begin event at once;
     * a delay of the dispatcher before the launch would then count as execution, and is therefore measured, to be subtracted.
     */
    private void recordEnd(final long beginNs, final long nowNs) {
        heldUpNs = Math.max(0, (launchedNs == 0 ? Clock.SYSTEM.nanoTime() : launchedNs) - beginNs - LAUNCH_NS);
        streams.record(end, stream);
        word.signal(stream, nowNs);
    }

    @Override
    public void start(final SegmentWork work, final long job, final long startNs) {
        status = RUNNING;
        failure = null;
        running = null;
        try {
            makeCurrent(); // a dispatcher's thread may drive several GPUs
            if (work instanceof final CudaWork own) {
                running = own;
                final long beginNs = recordBegin();
                own.launch(stream, job);
                recordEnd(beginNs, startNs);
            } else {
                queueSpin(Math.max(0, work.modelledNs(job) - marginNs), startNs);
            }
        } catch (final Throwable e) { // of the driver, or of the program's code that writes inputs: errors, too, stop the task alone
            failure = e;
            status = ENDING;
        }
    }

    private void fail(final Throwable cause) {
        failure = cause;
        status = FAILED;
    }

    @Override
    public int poll(final long nowNs) {
        if (status == RUNNING) {
            try {
                if (word.hasCome(nowNs)) {
                    final long tookNs = streams.elapsedNs(begin, end, elapsed);
                    if (tookNs == CudaStreams.NOT_YET) { // the word was seen before the driver knew of the event
                        return RUNNING;
                    }
                    lastNs = Math.max(0, tookNs - heldUpNs);
                    failure = running == null ? null : running.end();
                    status = failure == null ? DONE : FAILED;
                    return status;
                }
            } catch (final Throwable e) {
                fail(e);
            }
        } else if (status == ENDING) {
            awaitStream();
        }
        return status == FAILED ? FAILED : RUNNING;
    }

    /** A failed segment is over when the work that it had queued is done, since that work uses its memory until then. */
    private void awaitStream() {
        try {
            status = streams.isDone(stream) ? FAILED : ENDING;
        } catch (final RuntimeException e) { // in a broken context nothing runs
            status = FAILED;
        }
    }

    @Override
    public long elapsedNs(final long startNs, final long observedNs) {
        return status == DONE ? lastNs : observedNs - startNs;
    }

    @Override
    public Throwable failure() {
        return failure;
    }

    @Override
    public boolean isSynchronous() {
        return false;
    }

    /**
     * Asks the context itself: an error that sticks to the context is returned by every later call. An error of one task's own, such as a
     * kernel that cannot be launched, is not.
     */
    @Override
    public boolean isLost() {
        try {
            makeCurrent(); // the monitor's thread
            streams.isDone(stream);
            return false;
        } catch (final NativeCallException e) {
            return e.code() < FIRST_OF_CAPTURE || e.code() == cuda_h.CUDA_ERROR_UNKNOWN();
        }
    }

    @Override
    public void abandon() {
        copies.lose();
    }

    @Override
    public void endJoining() {
        copies.end();
    }

    @Override
    public String driver() {
        return capabilities.text() + (owned instanceof final SoftwareCuda software
            ? "; completions shown at most " + Durations.format(software.latestNs()) + " late" : "");
    }

    /**
     * What the GPU can do.
     *
     * @return as probed when it was opened
     */
    public CudaCapabilities capabilities() {
        return capabilities;
    }

    /**
     * What the task set says that this GPU cannot keep, as far as the networks show that were prepared since the last call. Control
     * thread.
     *
     * @return one line each, without the device's name
     */
    public List<String> takeRemarks() {
        return networks.takeRemarks();
    }

    @Override
    public ChunkMover mover() {
        return mover;
    }

    @Override
    public ChunkMover secondMover() {
        return secondMover;
    }

    @Override
    public boolean runsCode() {
        return libraries.isUsed();
    }

    @Override
    public int joining(final Task task) {
        return regions == null ? 0 : regions.joining(task);
    }

    @Override
    public void define(final int slot, final Task task) {
        if (regions != null) {
            makeCurrent();
            regions.define(slot, task);
        }
    }

    @Override
    public void defined() {
        copies.tasksRun();
        if (regions != null) {
            makeCurrent();
            regions.defined();
        }
    }

    @Override
    public void forget(final int slot) {
        if (regions != null) {
            makeCurrent();
            regions.forget(slot);
        }
    }

    /**
     * Where a slot's task has its memory, for works that use it.
     *
     * @param slot the task's slot
     * @return addresses on the device: of what never leaves, of the swappable region, of the scratch arena; 0 for none
     */
    public long[] addresses(final int slot) {
        return regions == null ? new long[3]
            : new long[] {regions.fixedAddress(slot), regions.regionAddress(slot), regions.scratchAddress(slot)};
    }

    /**
     * What networks need of this GPU.
     *
     * @return always the same
     */
    public CudaNetworks networks() {
        return networks;
    }

    /**
     * What code of the program needs of this GPU.
     *
     * @return always the same
     */
    public CudaLibraries libraries() {
        return libraries;
    }

    @Override
    public void attach() {
        makeCurrent();
    }

    @Override
    public void rehearse() {
        final int calls = owned == null ? WarmUp.calls(CudaDevice.class) : WarmUp.CALLS; // a software driver has handles of its own
        StringConstants.make(CudaDevice.class, CudaFetch.class, cuLaunchKernel_t.class);
        try {
            makeCurrent();
            final SegmentWork nothing = new TimedWork(Clock.SYSTEM, new Segment(0, 1, ActualTime.WCET), 0);
            for (int i = 0; i < calls; i++) {
                execute(nothing);
                streams.isDone(stream);
            }
            networks.rehearse(calls);
            libraries.rehearse(calls);
            if (regions != null) {
                regions.rehearse(mover, calls);
            }
        } catch (final NativeCallException | IllegalStateException e) {
            // the first job meets it again, and its task is told
        }
        status = DONE;
        running = null;
        failure = null;
    }

    /** Runs a segment to its end. Only before the first job. */
    void execute(final SegmentWork work) {
        final long startNs = Clock.SYSTEM.nanoTime();
        start(work, 0, startNs);
        int polled = RUNNING;
        while (polled == RUNNING) {
            final long nowNs = Clock.SYSTEM.nanoTime();
            if (nowNs - startNs > HANGS_NS) {
                throw new IllegalStateException("a segment that does nothing has not ended in " + Durations.format(HANGS_NS));
            }
            polled = poll(nowNs);
        }
        if (polled == FAILED) {
            throw new IllegalStateException("a segment that does nothing broke", failure);
        }
    }

    /** Makes the context the calling thread's. */
    void makeCurrent() {
        gpu.makeCurrent(context);
    }

    /** The swappable region of a slot's task. */
    ChunkRegion region(final int slot) {
        return regions.region(slot);
    }

    /** All that a slot's task has in memory that is scheduled; null for nothing. */
    TaskHolding holding(final int slot) {
        return regions.holding(slot);
    }

    /**
     * Frees everything; what a broken context refuses to free is freed with it.
     *
     * @throws IllegalStateException when a copy that prepared a task does not end: then nothing is freed, and this can be called again
     */
    @Override
    public void close() {
        if (!copies.isDoneIn(ThreadEnd.PATIENCE_NS)) { // the driver's own calls would wait for it without an end
            throw new IllegalStateException("a copy beside the tasks of " + gpu.name() + " does not end; what the device has is left to the"
                + " process");
        }
        made.add(copies::free);
        made.add(gpu::synchronize);
        made.add(this::makeCurrent);
        made.run().ifPresent(e -> failure = failure == null ? e : failure);
        if (owned != null) {
            try {
                owned.close();
            } catch (final Exception e) {
                throw new IllegalStateException("the driver was not closed: " + e.getMessage(), e);
            }
        }
    }
}
