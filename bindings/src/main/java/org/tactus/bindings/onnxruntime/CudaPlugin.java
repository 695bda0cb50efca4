// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;

/**
 * ONNX Runtime's CUDA provider in a library of its own, as it is given for CUDA 13 (and 12): registered once a process with the runtime for
 * processors, whose release must be 1.22 or later; then it offers a device for each GPU. It takes the same options as the one that is built
 * in, and computes on the caller's stream likewise.
 */
final class CudaPlugin {
    /** Names the library, such as {@code libonnxruntime_providers_cuda_plugin.so} of the package {@code onnxruntime-ep-cuda13}. */
    static final String PATH_PROPERTY = "tactus.onnxruntime.cuda.plugin";
    /** What the provider calls itself, of releases before 1.28 last. */
    private static final List<String> NAMES = List.of("CUDAExecutionProvider", "CudaPluginExecutionProvider");
    private static final String INDEX_KEY = "cuda_device_id";
    private static final Map<Path, CudaPlugin> REGISTERED = new ConcurrentHashMap<>();

    private final long environment;

    private CudaPlugin(final long environment, final Path file) {
        this.environment = environment;
        if (!OrtTable.HAS_PLUGINS) {
            throw new NativeCallException("RegisterExecutionProviderLibrary", 1, "ONNX Runtime " + OrtTable.VERSION
                + " takes no providers in libraries of their own; release 1." + onnxruntime_h.ORT_API_VERSION_PLUGINS() + " and later do");
        }
        try (Arena arena = Arena.ofConfined()) {
            Ort.call("RegisterExecutionProviderLibrary", onnxruntime_h.ORT_API_RegisterExecutionProviderLibrary(), environment,
                arena.allocateFrom("tactus." + REGISTERED.size()).address(), arena.allocateFrom(file.toString()).address());
        }
    }

    /** The library that the property names, if it names any. */
    static Optional<Path> file() {
        return Optional.ofNullable(System.getProperty(PATH_PROPERTY)).map(Path::of);
    }

    /**
     * Registers a library, once a process.
     *
     * @param environment the runtime's
     * @param file        the library
     * @return the provider in it
     * @throws NativeCallException with one line that says why it cannot be
     */
    static CudaPlugin of(final long environment, final Path file) {
        if (!Files.isRegularFile(file)) {
            throw new NativeCallException("RegisterExecutionProviderLibrary", 1, "no file at " + file + "; " + PATH_PROPERTY
                + " names the path of ONNX Runtime's CUDA provider, libonnxruntime_providers_cuda_plugin.so");
        }
        return REGISTERED.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new CudaPlugin(environment, path));
    }

    /**
     * The runtime's device of a GPU.
     *
     * @param index number of the GPU, as the CUDA runtime counts
     * @return its handle
     * @throws NativeCallException when the provider offers none, with those that it offers
     */
    long device(final int index) {
        final List<String> offered = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 2);
            Ort.call("GetEpDevices", onnxruntime_h.ORT_API_GetEpDevices(), environment, out.address(), out.address() + Long.BYTES);
            final long count = out.getAtIndex(ValueLayout.JAVA_LONG, 1);
            final MemorySegment devices =
                MemorySegment.ofAddress(out.getAtIndex(ValueLayout.JAVA_LONG, 0)).reinterpret(count * Long.BYTES);
            final long key = arena.allocateFrom(INDEX_KEY).address();
            for (int i = 0; i < count; i++) {
                final long device = devices.getAtIndex(ValueLayout.JAVA_LONG, i);
                final String name = Ort.text(Ort.ask(onnxruntime_h.ORT_API_EpDevice_EpName(), device));
                final long value = Ort.ask(onnxruntime_h.ORT_API_GetKeyValue(),
                    Ort.ask(onnxruntime_h.ORT_API_EpDevice_EpMetadata(), device), key);
                final String number = value == 0 ? "" : Ort.text(value);
                if (NAMES.contains(name) && number.equals(String.valueOf(index))) {
                    return device;
                }
                offered.add(name + (number.isEmpty() ? "" : " " + number));
            }
        }
        throw new NativeCallException("GetEpDevices", 1, "the CUDA provider finds no GPU " + index + "; ONNX Runtime offers "
            + String.join(", ", offered));
    }

    /**
     * Adds the provider to a session's options.
     *
     * @param sessionOptions their handle
     * @param provider       the GPU and its stream
     */
    void append(final long sessionOptions, final CudaProvider provider) {
        final Map<String, String> options = CudaOptions.values(provider);
        options.remove(CudaOptions.DEVICE); // the device says it
        try (Arena arena = Arena.ofConfined()) {
            Ort.call("SessionOptionsAppendExecutionProvider_V2", onnxruntime_h.ORT_API_SessionOptionsAppendExecutionProvider_V2(),
                sessionOptions, environment, arena.allocateFrom(ValueLayout.JAVA_LONG, device(provider.device())).address(), 1,
                CudaOptions.texts(arena, options.keySet()), CudaOptions.texts(arena, options.values()), options.size());
        }
    }
}
