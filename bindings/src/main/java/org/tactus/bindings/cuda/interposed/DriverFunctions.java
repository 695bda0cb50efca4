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
import org.tactus.bindings.cuda.CudaDriver;

/**
 * The functions to which {@link InterposedDriver} hands on, as handles of plain integers; those that a stream orders are
 * {@link OrderedCalls}'. One that the driver lacks answers
 * {@code CUDA_ERROR_NOT_SUPPORTED}.
 */
final class DriverFunctions {
    /** What a library holds that has opened the software driver; no address of an object. */
    static final long HANDLE = 0x7ac7L;
    private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;

    final MethodHandle cuMemFree;
    final MethodHandle cuMemGetInfo;
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
        cuMemGetInfo = handle("cuMemGetInfo_v2", LONG, LONG);
        cuGetProcAddress = handle("cuGetProcAddress", LONG, LONG, INT, LONG);
        cuGetProcAddressStatus = handle("cuGetProcAddress_v2", LONG, LONG, INT, LONG, LONG);
        final Linker linker = Linker.nativeLinker();
        final SymbolLookup c = linker.defaultLookup();
        dlsym = linker.downcallHandle(c.findOrThrow("dlsym"), FunctionDescriptor.of(LONG, LONG, LONG));
        dlopen = linker.downcallHandle(c.findOrThrow("dlopen"), FunctionDescriptor.of(LONG, LONG, INT));
        dlclose = linker.downcallHandle(c.findOrThrow("dlclose"), FunctionDescriptor.of(INT, LONG));
    }

    private MethodHandle handle(final String name, final MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(orRefusal(name),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    /** A function of the driver by its name. */
    Optional<MemorySegment> find(final String name) {
        return driver.function(name);
    }

    /** A function of the driver, or one that answers {@code CUDA_ERROR_NOT_SUPPORTED}. */
    MemorySegment orRefusal(final String name) {
        return driver.functionOrRefusal(name);
    }

    boolean isSoftware() {
        return isSoftware;
    }
}
