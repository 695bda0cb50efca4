// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.interposed;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Set;

/**
 * Copies, fills, and what allocates in the order of a stream: the functions that NVIDIA's driver has twice, once for each meaning of the
 * stream that a caller does not name. The <em>legacy</em> one is the context's and waits for the others; a library that is compiled for a
 * default stream of each thread calls functions whose names end with {@code _ptds}, or {@code _ptsz} where a stream is passed. Each goes to
 * the driver's own of its kind, since the two order work differently.
 */
final class OrderedCalls {
    private static final String PER_STREAM = "Async";
    private static final Set<String> WITHOUT_ABI = Set.of("cuMemcpy", "cuMemcpyAsync", "cuMemsetD8Async", "cuMemsetD32Async",
        "cuMemAllocAsync", "cuMemAllocFromPoolAsync", "cuMemFreeAsync");
    private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;
    private static final MemoryLayout BYTE = ValueLayout.JAVA_BYTE;

    private final LibraryMemoryCalls memory;
    private final DriverFunctions driver;
    private final boolean perThread;
    private final MethodHandle free;
    private final MethodHandle copy;
    private final MethodHandle copyAsync;
    private final MethodHandle copyIn;
    private final MethodHandle copyInAsync;
    private final MethodHandle copyOut;
    private final MethodHandle copyOutAsync;
    private final MethodHandle copyWithin;
    private final MethodHandle copyWithinAsync;
    private final MethodHandle fillBytes;
    private final MethodHandle fillWords;
    private final MethodHandle fillBytesAsync;
    private final MethodHandle fillWordsAsync;

    OrderedCalls(final DriverFunctions driver, final LibraryMemoryCalls memory, final boolean perThread) {
        this.memory = memory;
        this.driver = driver;
        this.perThread = perThread;
        free = handle("cuMemFreeAsync", LONG, LONG);
        copy = handle("cuMemcpy", LONG, LONG, LONG);
        copyAsync = handle("cuMemcpyAsync", LONG, LONG, LONG, LONG);
        copyIn = handle("cuMemcpyHtoD", LONG, LONG, LONG);
        copyInAsync = handle("cuMemcpyHtoDAsync", LONG, LONG, LONG, LONG);
        copyOut = handle("cuMemcpyDtoH", LONG, LONG, LONG);
        copyOutAsync = handle("cuMemcpyDtoHAsync", LONG, LONG, LONG, LONG);
        copyWithin = handle("cuMemcpyDtoD", LONG, LONG, LONG);
        copyWithinAsync = handle("cuMemcpyDtoDAsync", LONG, LONG, LONG, LONG);
        fillBytes = handle("cuMemsetD8", LONG, BYTE, LONG);
        fillWords = handle("cuMemsetD32", LONG, INT, LONG);
        fillBytesAsync = handle("cuMemsetD8Async", LONG, BYTE, LONG, LONG);
        fillWordsAsync = handle("cuMemsetD32Async", LONG, INT, LONG, LONG);
    }

    /** The driver's name of a method's function. */
    static String name(final String method, final boolean perThread) {
        return method + (WITHOUT_ABI.contains(method) ? "" : "_v2")
            + (!perThread ? "" : method.endsWith(PER_STREAM) ? "_ptsz" : "_ptds");
    }

    /** A software driver has one order, that of the legacy stream, which waits for more than the other one would. */
    private MethodHandle handle(final String method, final MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(driver.orRefusal(name(method, perThread && !driver.isSoftware())),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    int cuMemAllocAsync(final long out, final long bytes, final long stream) {
        return InterposedDriver.allocate(memory, "cuMemAllocAsync", out, bytes);
    }

    int cuMemAllocFromPoolAsync(final long out, final long bytes, final long pool, final long stream) {
        return InterposedDriver.allocate(memory, "cuMemAllocFromPoolAsync", out, bytes);
    }

    int cuMemFreeAsync(final long address, final long stream) throws Throwable {
        final int status = memory.free(address);
        return status == LibraryMemoryCalls.NOT_OURS ? (int) free.invokeExact(address, stream) : status;
    }

    /** Either address may be one of the host's, which is nobody's memory here. */
    int cuMemcpy(final long target, final long source, final long bytes) throws Throwable {
        final int status = check("cuMemcpy", source, target, bytes);
        return status != 0 ? status : (int) copy.invokeExact(target, source, bytes);
    }

    int cuMemcpyAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = check("cuMemcpyAsync", source, target, bytes);
        return status != 0 ? status : (int) copyAsync.invokeExact(target, source, bytes, stream);
    }

    int cuMemcpyHtoD(final long target, final long source, final long bytes) throws Throwable {
        final int status = memory.check("cuMemcpyHtoD", target, bytes, true);
        return status != 0 ? status : (int) copyIn.invokeExact(target, source, bytes);
    }

    int cuMemcpyHtoDAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = memory.check("cuMemcpyHtoDAsync", target, bytes, true);
        return status != 0 ? status : (int) copyInAsync.invokeExact(target, source, bytes, stream);
    }

    int cuMemcpyDtoH(final long target, final long source, final long bytes) throws Throwable {
        final int status = memory.check("cuMemcpyDtoH", source, bytes, false);
        return status != 0 ? status : (int) copyOut.invokeExact(target, source, bytes);
    }

    int cuMemcpyDtoHAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = memory.check("cuMemcpyDtoHAsync", source, bytes, false);
        return status != 0 ? status : (int) copyOutAsync.invokeExact(target, source, bytes, stream);
    }

    int cuMemcpyDtoD(final long target, final long source, final long bytes) throws Throwable {
        final int status = check("cuMemcpyDtoD", source, target, bytes);
        return status != 0 ? status : (int) copyWithin.invokeExact(target, source, bytes);
    }

    int cuMemcpyDtoDAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = check("cuMemcpyDtoDAsync", source, target, bytes);
        return status != 0 ? status : (int) copyWithinAsync.invokeExact(target, source, bytes, stream);
    }

    private int check(final String function, final long source, final long target, final long bytes) {
        final int status = memory.check(function, source, bytes, false);
        return status != 0 ? status : memory.check(function, target, bytes, true);
    }

    int cuMemsetD8(final long target, final byte value, final long count) throws Throwable {
        final int status = memory.check("cuMemsetD8", target, count, true);
        return status != 0 ? status : (int) fillBytes.invokeExact(target, value, count);
    }

    int cuMemsetD32(final long target, final int value, final long count) throws Throwable {
        final int status = memory.check("cuMemsetD32", target, Integer.BYTES * count, true);
        return status != 0 ? status : (int) fillWords.invokeExact(target, value, count);
    }

    int cuMemsetD8Async(final long target, final byte value, final long count, final long stream) throws Throwable {
        final int status = memory.check("cuMemsetD8Async", target, count, true);
        return status != 0 ? status : (int) fillBytesAsync.invokeExact(target, value, count, stream);
    }

    int cuMemsetD32Async(final long target, final int value, final long count, final long stream) throws Throwable {
        final int status = memory.check("cuMemsetD32Async", target, Integer.BYTES * count, true);
        return status != 0 ? status : (int) fillWordsAsync.invokeExact(target, value, count, stream);
    }
}
