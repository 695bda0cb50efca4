// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tactus.bindings.MissingLibraryException;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;
import org.tactus.bindings.linux.AnonymousFile;

/**
 * ONNX Runtime, found once a process. The library comes from the artefact {@code com.microsoft.onnxruntime:onnxruntime} on the
 * class path (taken out once into {@code ~/.cache/tactus}, or the folder of {@code -Dtactus.cache}), or from the file that
 * {@code -Dtactus.onnxruntime.library} names. Safe on any thread.
 */
public final class OnnxRuntime {
    private final long environment;
    private final long memoryInfo;
    /** Devices with an allocator of a caller's: the runtime itself would take a second one in silence. */
    private final Set<String> registered = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Long> deviceInfos = new ConcurrentHashMap<>();
    /** By GPU, whether it cannot be used: what the process has loaded does not change. */
    private final Map<Integer, Boolean> lacking = new ConcurrentHashMap<>();

    private OnnxRuntime() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = Ort.out(arena);
            // the environment lives as long as the process; what goes wrong is answered as a status, so only fatal lines are logged
            Ort.check("CreateEnv", (long) Ort.Make.CREATE_ENV.invokeExact(onnxruntime_h.ORT_LOGGING_LEVEL_FATAL(),
                Arena.global().allocateFrom("tactus").address(), out.address()));
            environment = out.get(ValueLayout.JAVA_LONG, 0);
            Ort.check("CreateCpuMemoryInfo", (long) Ort.Make.CREATE_CPU_MEMORY_INFO.invokeExact(
                onnxruntime_h.OrtDeviceAllocator(), onnxruntime_h.OrtMemTypeDefault(), out.address()));
            memoryInfo = out.get(ValueLayout.JAVA_LONG, 0);
        } catch (final Throwable e) {
            throw Ort.unchecked(e);
        }
    }

    /** Made on first use, when the library is there. */
    private static final class Holder {
        static final OnnxRuntime INSTANCE = new OnnxRuntime();

        private Holder() {
        }
    }

    /**
     * Finds the runtime.
     *
     * @return empty when it cannot be used; {@link #absence} says why
     */
    public static Optional<OnnxRuntime> find() {
        return OrtTable.ABSENCE == null ? Optional.of(Holder.INSTANCE) : Optional.empty();
    }

    /**
     * Finds the runtime, for a caller that cannot do without it.
     *
     * @return the runtime
     * @throws MissingLibraryException when it cannot be used, with the sentence of {@link #absence}
     */
    public static OnnxRuntime require() {
        return find().orElseThrow(() -> new MissingLibraryException(OrtTable.ABSENCE));
    }

    /**
     * Why the runtime cannot be used.
     *
     * @return one line that says what is missing and what would mend it; empty when it can be used
     */
    public static Optional<String> absence() {
        return Optional.ofNullable(OrtTable.ABSENCE);
    }

    /**
     * The library's version.
     *
     * @return such as 1.29.0
     */
    public String version() {
        return OrtTable.VERSION;
    }

    /**
     * Makes a session of a model. Takes as long as loading and optimising the model takes.
     *
     * @param model   the bytes of an .onnx file
     * @param options how it computes
     * @return the session; its inputs and outputs are bound next
     * @throws org.tactus.bindings.NativeCallException when the runtime refuses the model
     */
    public OnnxSession session(final byte[] model, final OnnxOptions options) {
        try (Arena arena = Arena.ofConfined()) {
            return session(copied(arena, model), List.of(), options);
        }
    }

    /**
     * Makes a session of a model that lies outside the heap. Takes as long as loading and optimising the model takes.
     *
     * @param model   off-heap memory with the bytes of an .onnx file; the session keeps a copy of its own
     * @param weights what the model says is in files beside it; only with {@link #takesWeightsInMemory}, and copied likewise
     * @param options how it computes
     * @return the session; its inputs and outputs are bound next
     * @throws org.tactus.bindings.NativeCallException when the runtime refuses the model
     */
    public OnnxSession session(final MemorySegment model, final List<MemoryFile> weights, final OnnxOptions options) {
        return new OnnxSession(environment, options.cuda().map(provider -> deviceInfo(provider.device())).orElse(memoryInfo), model,
            weights, List.of(), options);
    }

    /**
     * Makes a session that reads weights where the caller has put them, in every run: nothing is copied, packed or rewritten. Given
     * what {@link #optimised} made of a model, it answers bit for bit as a session {@link OnnxOptions#withoutPacking} of that model does.
     * The memory is read while the session is made, too.
     *
     * @param model   the bytes of an .onnx file, which names each of the weights, and holds them
     * @param weights where they lie, on the processor
     * @param options how it computes; the graph is taken as it is
     * @return the session; its inputs and outputs are bound next
     * @throws org.tactus.bindings.NativeCallException when the runtime refuses the model
     */
    public OnnxSession placed(final byte[] model, final List<PlacedWeight> weights, final OnnxOptions options) {
        try (Arena arena = Arena.ofConfined()) {
            return new OnnxSession(environment, memoryInfo, copied(arena, model), List.of(), weights, options.withoutPacking());
        }
    }

    /**
     * The graph that the runtime makes of a model before it computes: fused and laid out for this processor.
     *
     * @param model   off-heap memory with the bytes of an .onnx file
     * @param weights what the model says is in files beside it; only with {@link #takesWeightsInMemory}
     * @param options how it would compute
     * @return the bytes of an .onnx file with all weights inside, below 2 GiB, for this machine alone
     * @throws org.tactus.bindings.NativeCallException when the runtime refuses the model
     * @throws UncheckedIOException when the system gives no memory for a file of that size
     */
    public byte[] optimised(final MemorySegment model, final List<MemoryFile> weights, final OnnxOptions options) {
        try (AnonymousFile file = new AnonymousFile()) {
            OnnxSession.writeOptimised(environment, model, weights, options, file.path());
            return Files.readAllBytes(file.path());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MemorySegment copied(final Arena arena, final byte[] model) {
        final MemorySegment bytes = arena.allocate(Math.max(model.length, 1), 16);
        MemorySegment.copy(model, 0, bytes, ValueLayout.JAVA_BYTE, 0, model.length);
        return bytes.asSlice(0, model.length);
    }

    /**
     * Whether a session can take its weights from memory of the caller's.
     *
     * @return false of releases before 1.18
     */
    public boolean takesWeightsInMemory() {
        return OrtTable.HAS_WEIGHTS_IN_MEMORY;
    }

    /**
     * Why the runtime cannot compute on a GPU.
     *
     * @param provider the GPU
     * @return one line that says what is missing and what would mend it; empty when it can
     */
    public Optional<String> absence(final CudaProvider provider) {
        final Optional<Path> plugin = CudaPlugin.file();
        if (plugin.isPresent()) {
            return absence(plugin.get(), provider);
        }
        try (CudaOptions options = new CudaOptions(provider)) {
            return options.handle == 0 ? Optional.of("ONNX Runtime made no options for its CUDA provider") : Optional.empty();
        } catch (final NativeCallException e) {
            final String said = e.getMessage();
            return Optional.of("ONNX Runtime " + version() + " cannot compute on a GPU: "
                + said.substring(said.lastIndexOf("with error: ") < 0 ? 0 : said.lastIndexOf("with error: ") + 12)
                + "; it takes com.microsoft.onnxruntime:onnxruntime_gpu in place of onnxruntime on the class path, or its library by -D"
                + OrtLibrary.PATH_PROPERTY + "=FILE, and the libraries of CUDA 12 and cuDNN 9; or, for CUDA 13, the provider in a library "
                + "of its own by -D" + CudaPlugin.PATH_PROPERTY + "=FILE");
        }
    }

    /**
     * Tells whether the runtime cannot compute on a GPU, or is not there at all. The first time it loads the provider's library.
     *
     * @param gpu number of the GPU, as the CUDA runtime counts
     * @return true when something else must compute there; {@link #absence(CudaProvider)} says why
     */
    public static boolean lacksGpu(final int gpu) {
        return find().map(runtime ->
            runtime.lacking.computeIfAbsent(gpu, number -> runtime.absence(new CudaProvider(number, 0)).isPresent())).orElse(true);
    }

    /** Why the provider in a library of its own cannot compute on a GPU. */
    Optional<String> absence(final Path plugin, final CudaProvider provider) {
        try {
            CudaPlugin.of(environment, plugin).device(provider.device());
            return Optional.empty();
        } catch (final NativeCallException e) {
            return Optional.of("ONNX Runtime " + version() + " cannot compute on a GPU by " + plugin + ": " + e.getMessage()
                + "; the library is the one of the package onnxruntime-ep-cuda13, and needs the libraries of CUDA 13 and cuDNN 9");
        }
    }

    /** The environment's handle. */
    long environment() {
        return environment;
    }

    /** The name of a GPU's memory; made once, kept for the process. */
    private long deviceInfo(final int device) {
        return deviceInfos.computeIfAbsent(device, id -> Ort.memoryInfo(CudaProvider.MEMORY, id));
    }

    /**
     * Lets sessions use memory of the caller's on a device.
     *
     * @param device the runtime's name of the device's memory, such as {@link CudaProvider#MEMORY} or {@code Cpu}
     * @param id     number of the device
     * @param memory gives out its memory
     * @return to be closed after the last session that uses it
     * @throws IllegalStateException when there is one for the device already
     */
    public OnnxAllocator register(final String device, final int id, final DeviceAllocator memory) {
        final String name = device + ':' + id;
        if (!registered.add(name)) {
            throw new IllegalStateException("ONNX Runtime has an allocator for " + name + " already; close that one first");
        }
        try {
            return new OnnxAllocator(environment, device, id, memory, () -> registered.remove(name));
        } catch (final RuntimeException e) {
            registered.remove(name);
            throw e;
        }
    }
}
