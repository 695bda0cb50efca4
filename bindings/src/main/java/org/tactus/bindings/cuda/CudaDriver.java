// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.cuda.cuDeviceGetCount_t;
import org.tactus.bindings.generated.cuda.cuDeviceGet_t;
import org.tactus.bindings.generated.cuda.cuDriverGetVersion_t;
import org.tactus.bindings.generated.cuda.cuGetErrorName_t;
import org.tactus.bindings.generated.cuda.cuGetErrorString_t;
import org.tactus.bindings.generated.cuda.cuInit_t;
import org.tactus.bindings.generated.cuda.cuda_h;

/** A CUDA driver: which one it is, its GPUs, and its calls by subject. May be used by any thread. */
public final class CudaDriver {
    /** Names a library file to use instead of the system's {@code libcuda.so.1}. */
    public static final String PATH_PROPERTY = "tactus.cuda.library";
    /** What {@link #library} says of the driver that this process plays. */
    public static final String SOFTWARE = "software driver";
    private static final long MAX_TEXT_BYTES = 1 << 16;

    final CudaFunctions functions;
    private final String library;
    private final int version;
    private final CudaMemory memory;
    private final CudaStreams streams;
    private final CudaModules modules;

    private CudaDriver(final SymbolLookup lookup, final String library) {
        this.library = library;
        functions = new CudaFunctions(lookup);
        memory = new CudaMemory(this);
        streams = new CudaStreams(this);
        modules = new CudaModules(this);
        check(cuInit_t.invoke(functions.cuInit, 0), "cuInit", 0);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
            check(cuDriverGetVersion_t.invoke(functions.cuDriverGetVersion, out.address()), "cuDriverGetVersion", out.address());
            version = out.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /**
     * Finds NVIDIA's driver and a GPU; looked for once a process.
     *
     * @return empty where there is no library or no GPU, and {@link #absence} says why
     */
    public static Optional<CudaDriver> find() {
        return Optional.ofNullable(CudaLibrary.DRIVER);
    }

    /**
     * Why {@link #find} is empty.
     *
     * @return one line: what is missing and what would mend it; empty when there is a GPU
     */
    public static Optional<String> absence() {
        return Optional.ofNullable(CudaLibrary.ABSENCE);
    }

    /**
     * Initialises a driver.
     *
     * @param lookup  finds its functions by the names of the C header
     * @param library what it is and where it is from, for reports
     * @return the driver
     * @throws NativeCallException when it does not initialise
     */
    public static CudaDriver of(final SymbolLookup lookup, final String library) {
        return new CudaDriver(lookup, library);
    }

    /**
     * Which library answers.
     *
     * @return such as {@code libcuda.so.1 from /usr/lib/x86_64-linux-gnu/libcuda.so.535.1} or {@code software driver}
     */
    public String library() {
        return library;
    }

    /**
     * Tells whether times come from a model, and no clock has to be warm and no page to be pinned.
     *
     * @return true for the software driver
     */
    public boolean isModelled() {
        return library.equals(SOFTWARE);
    }

    /**
     * The version of CUDA that the driver offers.
     *
     * @return such as {@code 13.0}
     */
    public String version() {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /**
     * Functions that this driver lacks; a call of one fails with {@code CUDA_ERROR_NOT_SUPPORTED}.
     *
     * @return names as in the C header
     */
    public List<String> absentFunctions() {
        return List.copyOf(functions.absent);
    }

    /**
     * A function of the driver, for libraries that find it here in place of their linker.
     *
     * @param name as in the C header, with the suffix of its ABI where it has one
     * @return its address; empty when the driver lacks it
     */
    public Optional<MemorySegment> function(final String name) {
        return functions.find(name);
    }

    /**
     * A function of the driver, or one that takes any arguments and answers {@code CUDA_ERROR_NOT_SUPPORTED}.
     *
     * @param name as in the C header, with the suffix of its ABI where it has one
     * @return an address that may be called
     */
    public MemorySegment functionOrRefusal(final String name) {
        return functions.find(name).orElse(CudaFunctions.ABSENT);
    }

    /**
     * The GPUs. Allocates.
     *
     * @return by ordinal
     */
    public List<CudaGpu> gpus() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
            check(cuDeviceGetCount_t.invoke(functions.cuDeviceGetCount, out.address()), "cuDeviceGetCount", out.address());
            return IntStream.range(0, out.get(ValueLayout.JAVA_INT, 0)).mapToObj(ordinal -> {
                check(cuDeviceGet_t.invoke(functions.cuDeviceGet, out.address(), ordinal), "cuDeviceGet", out.address(), ordinal);
                return new CudaGpu(this, out.get(ValueLayout.JAVA_INT, 0));
            }).toList();
        }
    }

    /**
     * Device and host memory.
     *
     * @return its calls
     */
    public CudaMemory memory() {
        return memory;
    }

    /**
     * Copies, streams and events.
     *
     * @return their calls
     */
    public CudaStreams streams() {
        return streams;
    }

    /**
     * Kernels and graphs.
     *
     * @return their calls
     */
    public CudaModules modules() {
        return modules;
    }

    /**
     * The driver's name and text of a status. Allocates.
     *
     * @param status a CUresult
     * @return such as {@code CUDA_ERROR_OUT_OF_MEMORY, out of memory}
     */
    public String text(final int status) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            if (cuGetErrorName_t.invoke(functions.cuGetErrorName, status, out.address()) != cuda_h.CUDA_SUCCESS()) {
                return "a status that the driver has no name for";
            }
            final String name = string(out.get(ValueLayout.JAVA_LONG, 0));
            if (cuGetErrorString_t.invoke(functions.cuGetErrorString, status, out.address()) != cuda_h.CUDA_SUCCESS()) {
                return name;
            }
            return name + ", " + string(out.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    private static String string(final long address) {
        return address == 0 ? "" : MemorySegment.ofAddress(address).reinterpret(MAX_TEXT_BYTES).getString(0);
    }

    /** Throws what a status says; for calls off the hot path, since the arguments make an array. */
    void check(final int status, final String function, final long... arguments) {
        if (status != 0) {
            throw error(status, function, arguments);
        }
    }

    /** Makes the error of a failed call. */
    NativeCallException error(final int status, final String function, final long... arguments) {
        return new NativeCallException(function, arguments, status, text(status));
    }

    @Override
    public String toString() {
        return "CUDA " + version() + ", " + library;
    }
}
