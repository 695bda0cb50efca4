// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.interposed;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_VALUE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_FOUND;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_OUT_OF_MEMORY;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import org.tactus.bindings.cuda.CudaDriver;

/**
 * Functions in the places of the driver's own, for libraries that allocate by them: each method that begins with {@code cu} is the
 * function of its name. Where memory comes from, and what is refused, {@link LibraryMemoryCalls} says; what remains goes to the driver. A
 * library that looks functions up, by {@code dlsym} or {@code cuGetProcAddress}, finds the same ones. Any thread of a library may call; an
 * exception never leaves a call.
 */
public final class InterposedDriver {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final String LIBRARY = "libcuda.so";
    private static final int NOT_FOUND = 1;
    private static final int FIRST_WITH_STATUS = 12_000;
    private static final int MAX_NAME_BYTES = 1 << 12;
    /** Rows of a pitched allocation begin at multiples of this. */
    private static final long PITCH_BYTES = 512;

    private final DriverFunctions driver;
    private final LibraryMemoryCalls memory;
    private final FunctionStubs stubs;

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
        stubs = new FunctionStubs(this, MethodHandles.lookup(), this.driver::declares);
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
        return Optional.ofNullable(stubs.defect());
    }

    private int allocate(final String function, final long out, final long bytes) {
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
        return allocate("cuMemAlloc", out, bytes);
    }

    int cuMemAllocAsync(final long out, final long bytes, final long stream) {
        return allocate("cuMemAllocAsync", out, bytes);
    }

    int cuMemAllocFromPoolAsync(final long out, final long bytes, final long pool, final long stream) {
        return allocate("cuMemAllocFromPoolAsync", out, bytes);
    }

    int cuMemAllocPitch(final long out, final long pitchOut, final long width, final long height, final int elementBytes) {
        if (pitchOut == 0 || width <= 0 || height <= 0 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final long pitch = Math.ceilDiv(width, PITCH_BYTES) * PITCH_BYTES;
        final int status = allocate("cuMemAllocPitch", out, pitch * height);
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

    int cuMemFreeAsync(final long address, final long stream) throws Throwable {
        final int status = memory.free(address);
        return status == LibraryMemoryCalls.NOT_OURS ? (int) driver.cuMemFreeAsync.invokeExact(address, stream) : status;
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

    int cuMemcpyHtoD(final long target, final long source, final long bytes) throws Throwable {
        final int status = memory.check("cuMemcpyHtoD", target, bytes, true);
        return status != 0 ? status : (int) driver.cuMemcpyHtoD.invokeExact(target, source, bytes);
    }

    int cuMemcpyHtoDAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = memory.check("cuMemcpyHtoDAsync", target, bytes, true);
        return status != 0 ? status : (int) driver.cuMemcpyHtoDAsync.invokeExact(target, source, bytes, stream);
    }

    int cuMemcpyDtoH(final long target, final long source, final long bytes) throws Throwable {
        final int status = memory.check("cuMemcpyDtoH", source, bytes, false);
        return status != 0 ? status : (int) driver.cuMemcpyDtoH.invokeExact(target, source, bytes);
    }

    int cuMemcpyDtoHAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = memory.check("cuMemcpyDtoHAsync", source, bytes, false);
        return status != 0 ? status : (int) driver.cuMemcpyDtoHAsync.invokeExact(target, source, bytes, stream);
    }

    int cuMemcpyDtoD(final long target, final long source, final long bytes) throws Throwable {
        final int status = check("cuMemcpyDtoD", source, target, bytes);
        return status != 0 ? status : (int) driver.cuMemcpyDtoD.invokeExact(target, source, bytes);
    }

    int cuMemcpyDtoDAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = check("cuMemcpyDtoDAsync", source, target, bytes);
        return status != 0 ? status : (int) driver.cuMemcpyDtoDAsync.invokeExact(target, source, bytes, stream);
    }

    private int check(final String function, final long source, final long target, final long bytes) {
        final int status = memory.check(function, source, bytes, false);
        return status != 0 ? status : memory.check(function, target, bytes, true);
    }

    int cuMemsetD8(final long target, final byte value, final long count) throws Throwable {
        final int status = memory.check("cuMemsetD8", target, count, true);
        return status != 0 ? status : (int) driver.cuMemsetD8.invokeExact(target, value, count);
    }

    int cuMemsetD32(final long target, final int value, final long count) throws Throwable {
        final int status = memory.check("cuMemsetD32", target, Integer.BYTES * count, true);
        return status != 0 ? status : (int) driver.cuMemsetD32.invokeExact(target, value, count);
    }

    int cuMemsetD8Async(final long target, final byte value, final long count, final long stream) throws Throwable {
        final int status = memory.check("cuMemsetD8Async", target, count, true);
        return status != 0 ? status : (int) driver.cuMemsetD8Async.invokeExact(target, value, count, stream);
    }

    int cuMemsetD32Async(final long target, final int value, final long count, final long stream) throws Throwable {
        final int status = memory.check("cuMemsetD32Async", target, Integer.BYTES * count, true);
        return status != 0 ? status : (int) driver.cuMemsetD32Async.invokeExact(target, value, count, stream);
    }

    private static String name(final long address) {
        return MemorySegment.ofAddress(address).reinterpret(MAX_NAME_BYTES).getString(0);
    }

    int cuGetProcAddressWithStatus(final long symbol, final long out, final int version, final long flags, final long status)
        throws Throwable {
        if (symbol == 0 || out == 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final Optional<MemorySegment> found = procedure(name(symbol), version);
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
    private Optional<MemorySegment> procedure(final String name, final int version) {
        if (name.equals("cuGetProcAddress") && version < FIRST_WITH_STATUS) {
            return function(name);
        }
        return function(name + "_v2").or(() -> function(name));
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
