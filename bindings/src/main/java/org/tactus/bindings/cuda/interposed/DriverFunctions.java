// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.interposed;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.Set;
import org.tactus.bindings.cuda.CudaDriver;

/**
 * The functions to which {@link InterposedDriver} hands on, as handles of plain integers. One that the driver lacks answers
 * {@code CUDA_ERROR_NOT_SUPPORTED}.
 */
final class DriverFunctions {
    /** What a library holds that has opened the software driver; no address of an object. */
    static final long HANDLE = 0x7ac7L;
    /** Functions of NVIDIA's driver that the software driver lacks. */
    private static final Set<String> SUFFIXED =
        Set.of("cuMemAllocPitch_v2", "cuMemcpyDtoD_v2", "cuMemcpyDtoDAsync_v2", "cuMemsetD8_v2", "cuMemsetD32_v2");
    private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;
    private static final MemoryLayout BYTE = ValueLayout.JAVA_BYTE;

    final MethodHandle cuMemFree;
    final MethodHandle cuMemFreeAsync;
    final MethodHandle cuMemGetInfo;
    final MethodHandle cuMemcpyHtoD;
    final MethodHandle cuMemcpyHtoDAsync;
    final MethodHandle cuMemcpyDtoH;
    final MethodHandle cuMemcpyDtoHAsync;
    final MethodHandle cuMemcpyDtoD;
    final MethodHandle cuMemcpyDtoDAsync;
    final MethodHandle cuMemsetD8;
    final MethodHandle cuMemsetD32;
    final MethodHandle cuMemsetD8Async;
    final MethodHandle cuMemsetD32Async;
    final MethodHandle cuGetProcAddress;
    final MethodHandle cuGetProcAddressStatus;
    final MethodHandle dlsym;
    final MethodHandle dlopen;
    final MethodHandle dlclose;
    private final CudaDriver driver;
    private final boolean isSoftware;

    DriverFunctions(final CudaDriver driver, final boolean isSoftware) {
        this.driver = driver;
        this.isSoftware = isSoftware;
        cuMemFree = handle("cuMemFree_v2", LONG);
        cuMemFreeAsync = handle("cuMemFreeAsync", LONG, LONG);
        cuMemGetInfo = handle("cuMemGetInfo_v2", LONG, LONG);
        cuMemcpyHtoD = handle("cuMemcpyHtoD_v2", LONG, LONG, LONG);
        cuMemcpyHtoDAsync = handle("cuMemcpyHtoDAsync_v2", LONG, LONG, LONG, LONG);
        cuMemcpyDtoH = handle("cuMemcpyDtoH_v2", LONG, LONG, LONG);
        cuMemcpyDtoHAsync = handle("cuMemcpyDtoHAsync_v2", LONG, LONG, LONG, LONG);
        cuMemcpyDtoD = handle("cuMemcpyDtoD_v2", LONG, LONG, LONG);
        cuMemcpyDtoDAsync = handle("cuMemcpyDtoDAsync_v2", LONG, LONG, LONG, LONG);
        cuMemsetD8 = handle("cuMemsetD8_v2", LONG, BYTE, LONG);
        cuMemsetD32 = handle("cuMemsetD32_v2", LONG, INT, LONG);
        cuMemsetD8Async = handle("cuMemsetD8Async", LONG, BYTE, LONG, LONG);
        cuMemsetD32Async = handle("cuMemsetD32Async", LONG, INT, LONG, LONG);
        cuGetProcAddress = handle("cuGetProcAddress", LONG, LONG, INT, LONG);
        cuGetProcAddressStatus = handle("cuGetProcAddress_v2", LONG, LONG, INT, LONG, LONG);
        final Linker linker = Linker.nativeLinker();
        final SymbolLookup c = linker.defaultLookup();
        dlsym = linker.downcallHandle(c.findOrThrow("dlsym"), FunctionDescriptor.of(LONG, LONG, LONG));
        dlopen = linker.downcallHandle(c.findOrThrow("dlopen"), FunctionDescriptor.of(LONG, LONG, INT));
        dlclose = linker.downcallHandle(c.findOrThrow("dlclose"), FunctionDescriptor.of(INT, LONG));
    }

    private MethodHandle handle(final String name, final MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(driver.functionOrRefusal(name),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    /** A function of the driver by its name. */
    Optional<MemorySegment> find(final String name) {
        return driver.function(name);
    }

    /** Whether the function of a method is known by its name with the suffix of the ABI. */
    boolean declares(final String name) {
        return driver.function(name).isPresent() || SUFFIXED.contains(name);
    }

    boolean isSoftware() {
        return isSoftware;
    }
}
