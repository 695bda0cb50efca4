// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;
import org.tactus.bindings.linux.Denormals;

/**
 * A model that is ready to run on bound memory. Made, bound and closed by a control thread; {@link #run} is called by one thread
 * at a time; {@link #terminate} may be called by any thread meanwhile. A run allocates nothing on the Java heap.
 */
public final class OnnxSession implements AutoCloseable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final long memoryInfo;
    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;
    private final List<Long> values = new ArrayList<>();
    private long session;
    private long runOptions;
    private long binding;
    private boolean closed;

    OnnxSession(final long environment, final long memoryInfo, final MemorySegment model, final List<MemoryFile> weights,
                final List<PlacedWeight> placed, final OnnxOptions options) {
        this.memoryInfo = memoryInfo;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = Ort.out(arena);
            final long sessionOptions = sessionOptions(environment, arena, out, options);
            try {
                addWeights(arena, sessionOptions, weights);
                place(arena, sessionOptions, placed);
                session = create(environment, model, sessionOptions, out);
            } finally {
                Ort.release(onnxruntime_h.ORT_API_ReleaseSessionOptions(), sessionOptions);
                Denormals.keep(); // the runtime flushes them on the first thread that makes a session, and leaves it so
            }
            inputs = OrtInspection.inputs(arena, session);
            outputs = OrtInspection.outputs(arena, session);
            Ort.call("CreateRunOptions", onnxruntime_h.ORT_API_CreateRunOptions(), out.address());
            runOptions = out.get(LONG, 0);
            if (options.cuda().isPresent()) { // the caller waits for its stream
                Ort.call("AddRunConfigEntry", onnxruntime_h.ORT_API_AddRunConfigEntry(), runOptions,
                    arena.allocateFrom("disable_synchronize_execution_providers").address(), arena.allocateFrom("1").address());
            }
            Ort.call("CreateIoBinding", onnxruntime_h.ORT_API_CreateIoBinding(), session, out.address());
            binding = out.get(LONG, 0);
        } catch (final Throwable e) {
            close();
            throw Ort.unchecked(e);
        }
    }

    private static long create(final long environment, final MemorySegment model, final long options, final MemorySegment out)
        throws Throwable {
        Ort.check("CreateSessionFromArray", (long) Ort.Make.CREATE_SESSION_FROM_ARRAY.invokeExact(environment, model.address(),
            model.byteSize(), options, out.address()));
        return out.get(LONG, 0);
    }

    /** Writes the graph that a session computes into a file. */
    static void writeOptimised(
        final long environment, final MemorySegment model, final List<MemoryFile> weights, final OnnxOptions options, final Path file) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = Ort.out(arena);
            final long sessionOptions = sessionOptions(environment, arena, out, options);
            try {
                addWeights(arena, sessionOptions, weights);
                Ort.call("SetOptimizedModelFilePath", onnxruntime_h.ORT_API_SetOptimizedModelFilePath(), sessionOptions,
                    arena.allocateFrom(file.toString()).address());
                Ort.release(onnxruntime_h.ORT_API_ReleaseSession(), create(environment, model, sessionOptions, out));
            } finally {
                Ort.release(onnxruntime_h.ORT_API_ReleaseSessionOptions(), sessionOptions);
                Denormals.keep();
            }
        } catch (final Throwable e) {
            throw Ort.unchecked(e);
        }
    }

    /** Gives the runtime weights by address. A packed or rewritten copy would be computed with in their place, so neither is made. */
    private void place(final Arena arena, final long options, final List<PlacedWeight> weights) {
        if (weights.isEmpty()) {
            return;
        }
        Ort.callInt("SetSessionGraphOptimizationLevel", onnxruntime_h.ORT_API_SetSessionGraphOptimizationLevel(), options,
            onnxruntime_h.ORT_DISABLE_ALL());
        for (final PlacedWeight weight : weights) {
            Ort.call("AddInitializer", onnxruntime_h.ORT_API_AddInitializer(), options,
                arena.allocateFrom(weight.info().name()).address(), value(arena, weight.info(), weight.memory()));
        }
    }

    /** Names the memory in which the runtime finds what the model says is in files. */
    private static void addWeights(final Arena arena, final long options, final List<MemoryFile> weights) {
        if (weights.isEmpty()) {
            return;
        }
        final MemorySegment names = arena.allocate(LONG, weights.size());
        final MemorySegment addresses = arena.allocate(LONG, weights.size());
        final MemorySegment lengths = arena.allocate(LONG, weights.size());
        for (int i = 0; i < weights.size(); i++) {
            names.setAtIndex(LONG, i, arena.allocateFrom(weights.get(i).name()).address());
            addresses.setAtIndex(LONG, i, weights.get(i).bytes().address());
            lengths.setAtIndex(LONG, i, weights.get(i).bytes().byteSize());
        }
        Ort.call("AddExternalInitializersFromFilesInMemory", onnxruntime_h.ORT_API_AddExternalInitializersFromFilesInMemory(), options,
            names.address(), addresses.address(), lengths.address(), weights.size());
    }

    private static long sessionOptions(
        final long environment, final Arena arena, final MemorySegment out, final OnnxOptions options) {
        Ort.call("CreateSessionOptions", onnxruntime_h.ORT_API_CreateSessionOptions(), out.address());
        final long handle = out.get(LONG, 0);
        try {
            Ort.callInt("SetSessionLogSeverityLevel", onnxruntime_h.ORT_API_SetSessionLogSeverityLevel(), handle,
                onnxruntime_h.ORT_LOGGING_LEVEL_FATAL());
            Ort.callInt("SetSessionGraphOptimizationLevel", onnxruntime_h.ORT_API_SetSessionGraphOptimizationLevel(), handle,
                options.optimised() ? onnxruntime_h.ORT_ENABLE_ALL() : onnxruntime_h.ORT_DISABLE_ALL());
            Ort.callInt("SetIntraOpNumThreads", onnxruntime_h.ORT_API_SetIntraOpNumThreads(), handle, options.threads());
            Ort.callInt("SetInterOpNumThreads", onnxruntime_h.ORT_API_SetInterOpNumThreads(), handle, 1);
            entry(arena, handle, "session.set_denormal_as_zero", "1");
            // it would put a layer in floating point on bytes, one scale for all channels, where its neighbours are on bytes
            entry(arena, handle, "optimization.disable_specified_optimizers", "WeightBiasQuantization");
            entry(arena, handle, "session.intra_op.allow_spinning", "0");
            entry(arena, handle, "session.inter_op.allow_spinning", "0");
            if (options.threads() > 1 && !options.cores().isEmpty()) {
                entry(arena, handle, "session.intra_op_thread_affinities", options.affinities());
            }
            if (!options.packs()) {
                entry(arena, handle, "session.disable_prepacking", "1");
            }
            if (options.sharedAllocator()) {
                entry(arena, handle, "session.use_env_allocators", "1");
            }
            options.cuda().ifPresent(provider -> CudaOptions.append(environment, handle, provider));
            return handle;
        } catch (final RuntimeException e) {
            Ort.release(onnxruntime_h.ORT_API_ReleaseSessionOptions(), handle);
            throw e;
        }
    }

    private static void entry(final Arena arena, final long options, final String key, final String value) {
        Ort.call("AddSessionConfigEntry(" + key + ")", onnxruntime_h.ORT_API_AddSessionConfigEntry(), options,
            arena.allocateFrom(key).address(), arena.allocateFrom(value).address());
    }

    /**
     * What goes in.
     *
     * @return in the model's order
     */
    public List<TensorInfo> inputs() {
        return inputs;
    }

    /**
     * What comes out.
     *
     * @return in the model's order
     */
    public List<TensorInfo> outputs() {
        return outputs;
    }

    /**
     * Binds an input to memory that every run reads.
     *
     * @param info   one of {@link #inputs}, fixed
     * @param memory off-heap memory of its size, which outlives the session
     */
    public void bindInput(final TensorInfo info, final MemorySegment memory) {
        bind("BindInput", onnxruntime_h.ORT_API_BindInput(), info, memory);
    }

    /**
     * Binds an output to memory that every run writes.
     *
     * @param info   one of {@link #outputs}, fixed
     * @param memory off-heap memory of its size, which outlives the session
     */
    public void bindOutput(final TensorInfo info, final MemorySegment memory) {
        bind("BindOutput", onnxruntime_h.ORT_API_BindOutput(), info, memory);
    }

    private void bind(final String function, final int index, final TensorInfo info, final MemorySegment memory) {
        if (!memory.isNative() || memory.byteSize() < info.bytes()) {
            throw new IllegalArgumentException("tensor " + info + " needs " + info.bytes() + " bytes of off-heap memory, not "
                + memory.byteSize() + (memory.isNative() ? "" : " on the heap"));
        }
        try (Arena arena = Arena.ofConfined()) {
            Ort.call(function, index, binding, arena.allocateFrom(info.name()).address(), value(arena, info, memory));
        }
    }

    /** Makes the runtime's name of a tensor in memory of the caller's, released with the session. */
    private long value(final Arena arena, final TensorInfo info, final MemorySegment memory) {
        try {
            final MemorySegment out = Ort.out(arena);
            final MemorySegment shape = arena.allocate(LONG, Math.max(1, info.shape().size()));
            for (int i = 0; i < info.shape().size(); i++) {
                shape.setAtIndex(LONG, i, info.shape().get(i));
            }
            Ort.check("CreateTensorWithDataAsOrtValue", (long) Ort.Make.CREATE_TENSOR.invokeExact(memoryInfo, memory.address(),
                info.bytes(), shape.address(), (long) info.shape().size(), info.type().code(), out.address()));
            final long value = out.get(LONG, 0);
            values.add(value);
            return value;
        } catch (final Throwable e) {
            throw Ort.unchecked(e);
        }
    }

    /**
     * Computes the outputs of the inputs. Returns when they are written. Allocates nothing; denormals are zero meanwhile.
     *
     * @throws org.tactus.bindings.NativeCallException when the runtime reports an error, or {@link #terminate} was called
     */
    public void run() {
        Denormals.flush();
        final long status = Ort.runWithBinding(session, runOptions, binding);
        Denormals.keep();
        if (status != 0) {
            throw Ort.error("RunWithBinding", status);
        }
    }

    /**
     * Computes the outputs once in memory of the runtime's own and tells what came out. The inputs are bound, outputs are not.
     *
     * @return type and extents of each output, in the model's order; without a type what is no tensor of numbers
     * @throws org.tactus.bindings.NativeCallException when the runtime reports an error
     */
    public List<TensorInfo> runForShapes() {
        try (Arena arena = Arena.ofConfined()) {
            for (final TensorInfo output : outputs) {
                Ort.call("BindOutputToDevice", onnxruntime_h.ORT_API_BindOutputToDevice(), binding,
                    arena.allocateFrom(output.name()).address(), memoryInfo);
            }
            run();
            return OrtInspection.bound(arena, binding, outputs);
        } finally {
            Ort.release(onnxruntime_h.ORT_API_ClearBoundOutputs(), binding); // the same type: an object, no status
        }
    }

    /** Makes the current run, and every later one, end early with an error. Safe on any thread, also after {@link #close}. */
    public synchronized void terminate() {
        if (!closed) {
            Ort.call("RunOptionsSetTerminate", onnxruntime_h.ORT_API_RunOptionsSetTerminate(), runOptions);
        }
    }

    /** Lets runs go on after {@link #terminate}. Safe on any thread. */
    public synchronized void resume() {
        if (!closed) {
            Ort.call("RunOptionsUnsetTerminate", onnxruntime_h.ORT_API_RunOptionsUnsetTerminate(), runOptions);
        }
    }

    /** Frees all native memory of the session. Called after the last run; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Ort.release(onnxruntime_h.ORT_API_ReleaseIoBinding(), binding);
        Ort.release(onnxruntime_h.ORT_API_ReleaseRunOptions(), runOptions);
        Ort.release(onnxruntime_h.ORT_API_ReleaseSession(), session);
        for (final long value : values) { // after the session, which holds the placed weights
            Ort.release(onnxruntime_h.ORT_API_ReleaseValue(), value);
        }
    }
}
