// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.interposed;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_VALUE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_FOUND;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_OUT_OF_MEMORY;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_UNKNOWN;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.software.StubTable;

/**
 * Functions in the places of the driver's own, for libraries that allocate by them: each method that begins with {@code cu} is the
 * function of its name, here and in {@link OrderedCalls}. Where memory comes from, and what is refused,
 * {@link LibraryMemoryCalls} says; what remains goes to the driver. A library that looks functions up, by {@code dlsym} or
 * {@code cuGetProcAddress}, finds the same ones. Any thread of a library may call; an exception never leaves a call.
 */
public final class InterposedDriver {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final String LIBRARY = "libcuda.so";
    private static final int NOT_FOUND = 1;
    private static final int FIRST_WITH_STATUS = 12_000;
    private static final String LOOK_UP = "cuGetProcAddress";
    /** A flag of {@code cuGetProcAddress}: functions for a default stream of each thread are asked for. */
    private static final long PER_THREAD_STREAM = 2;
    private static final int MAX_NAME_BYTES = 1 << 12;
    /** Rows of a pitched allocation begin at multiples of this. */
    private static final long PITCH_BYTES = 512;

    private final DriverFunctions driver;
    private final LibraryMemoryCalls memory;
    /** For the life of the process: a library may keep the address of a function as long as it is loaded. */
    private final StubTable stubs = new StubTable(Arena.global(), CUDA_ERROR_UNKNOWN());

    /**
     * Makes the functions. They stay for the life of the process.
     *
     * @param driver     the driver
     * @param isSoftware whether it is played by this process: then libraries find all of its functions here, since no file has them
     * @param memory     where memory comes from
     */
    public InterposedDriver(final CudaDriver driver, final boolean isSoftware, final LibraryMemoryCalls memory) {
        this.driver = new DriverFunctions(driver, isSoftware);
        this.memory = memory;
        stubs.offer(this, MethodHandles.lookup(), InterposedDriver::functionOf);
        for (final boolean perThread : new boolean[] {false, true}) {
            stubs.offer(new OrderedCalls(this.driver, memory, perThread), MethodHandles.lookup(),
                name -> Optional.of(name).filter(method -> method.startsWith("cu")).map(method -> OrderedCalls.name(method, perThread)));
        }
    }

    /**
     * What a library finds in place of a function that it imports.
     *
     * @param name as the linker knows it
     * @return its address; empty where the library's own stays
     */
    public Optional<MemorySegment> function(final String name) {
        final Optional<MemorySegment> own = stubs.find(name);
        return own.isPresent() || !driver.isSoftware() || !name.startsWith("cu") ? own : driver.find(name);
    }

    /**
     * An exception inside a call, which the library saw as an unknown error.
     *
     * @return the last one; empty when there was none, as there should be
     */
    public Optional<Throwable> defect() {
        return stubs.defect();
    }

    static int allocate(final LibraryMemoryCalls memory, final String function, final long out, final long bytes) {
        if (out == 0 || bytes == 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final long address = memory.allocate(function, bytes);
        if (address == 0) {
            return CUDA_ERROR_OUT_OF_MEMORY();
        }
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, out, address);
        return CUDA_SUCCESS();
    }

    int cuMemAlloc(final long out, final long bytes) {
        return allocate(memory, "cuMemAlloc", out, bytes);
    }

    int cuMemAllocPitch(final long out, final long pitchOut, final long width, final long height, final int elementBytes) {
        if (pitchOut == 0 || width <= 0 || height <= 0 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final long pitch = Math.ceilDiv(width, PITCH_BYTES) * PITCH_BYTES;
        final int status = allocate(memory, "cuMemAllocPitch", out, pitch * height);
        if (status == 0) {
            ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, pitchOut, pitch);
        }
        return status;
    }

    int cuMemAllocManaged(final long out, final long bytes, final int flags) {
        return memory.refuse("cuMemAllocManaged", bytes);
    }

    int cuMemCreate(final long out, final long bytes, final long property, final long flags) {
        return memory.refuse("cuMemCreate", bytes);
    }

    int cuMemFree(final long address) throws Throwable {
        final int status = memory.free(address);
        return status == LibraryMemoryCalls.NOT_OURS ? (int) driver.cuMemFree.invokeExact(address) : status;
    }

    int cuMemGetInfo(final long free, final long total) throws Throwable {
        final long left = memory.leftBytes();
        if (left == LibraryMemoryCalls.NOT_OURS) {
            return (int) driver.cuMemGetInfo.invokeExact(free, total);
        }
        if (free == 0 || total == 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, free, left);
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, total, memory.totalBytes());
        return CUDA_SUCCESS();
    }

    /** The function that a method of this class is; empty for a method that is none. */
    private static Optional<String> functionOf(final String method) {
        return switch (method) {
            case LOOK_UP, "cuMemAllocManaged", "cuMemCreate", "dlsym", "dlopen", "dlclose" -> Optional.of(method);
            case "cuGetProcAddressWithStatus" -> Optional.of(LOOK_UP + "_v2");
            default -> method.startsWith("cu") ? Optional.of(method + "_v2") : Optional.empty();
        };
    }

    private static String name(final long address) {
        return MemorySegment.ofAddress(address).reinterpret(MAX_NAME_BYTES).getString(0);
    }

    int cuGetProcAddressWithStatus(final long symbol, final long out, final int version, final long flags, final long status)
        throws Throwable {
        if (symbol == 0 || out == 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final Optional<MemorySegment> found = procedure(name(symbol), version, flags);
        if (found.isEmpty() && !driver.isSoftware()) {
            return status == 0 ? (int) driver.cuGetProcAddress.invokeExact(symbol, out, version, flags)
                : (int) driver.cuGetProcAddressStatus.invokeExact(symbol, out, version, flags, status);
        }
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, out, found.map(MemorySegment::address).orElse(0L));
        if (status != 0) {
            ALL.set(ValueLayout.JAVA_INT_UNALIGNED, status, found.isPresent() ? 0 : NOT_FOUND);
        }
        return found.isPresent() ? CUDA_SUCCESS() : CUDA_ERROR_NOT_FOUND();
    }

    int cuGetProcAddress(final long symbol, final long out, final int version, final long flags) throws Throwable {
        return cuGetProcAddressWithStatus(symbol, out, version, flags, 0);
    }

    /** What a library asks for by the name without the suffix of the ABI: the newest, of {@code cuGetProcAddress} that of its version. */
    private Optional<MemorySegment> procedure(final String name, final int version, final long flags) {
        if (name.equals(LOOK_UP) && version < FIRST_WITH_STATUS) {
            return function(name);
        }
        final Optional<MemorySegment> perThread =
            (flags & PER_THREAD_STREAM) == 0 ? Optional.empty() : stubs.find(OrderedCalls.name(name, true));
        return perThread.or(() -> function(name + "_v2")).or(() -> function(name));
    }

    long dlsym(final long handle, final long name) throws Throwable {
        final String text = name == 0 ? "" : name(name);
        final Optional<MemorySegment> found = text.startsWith("cu") ? function(text) : Optional.empty();
        return found.isPresent() ? found.get().address() : handle == DriverFunctions.HANDLE ? 0
            : (long) driver.dlsym.invokeExact(handle, name);
    }

    /** The software driver is no file, and the machine need not have NVIDIA's. */
    long dlopen(final long file, final int flags) throws Throwable {
        return driver.isSoftware() && file != 0 && name(file).startsWith(LIBRARY) ? DriverFunctions.HANDLE
            : (long) driver.dlopen.invokeExact(file, flags);
    }

    int dlclose(final long handle) throws Throwable {
        return handle == DriverFunctions.HANDLE ? 0 : (int) driver.dlclose.invokeExact(handle);
    }
}
