// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.generated.cuda.cuCtxGetStreamPriorityRange_t;
import org.tactus.bindings.generated.cuda.cuCtxSetCurrent_t;
import org.tactus.bindings.generated.cuda.cuCtxSynchronize_t;
import org.tactus.bindings.generated.cuda.cuDeviceGetAttribute_t;
import org.tactus.bindings.generated.cuda.cuDeviceGetName_t;
import org.tactus.bindings.generated.cuda.cuDevicePrimaryCtxRelease_v2_t;
import org.tactus.bindings.generated.cuda.cuDevicePrimaryCtxRetain_t;
import org.tactus.bindings.generated.cuda.cuDeviceTotalMem_v2_t;
import org.tactus.bindings.generated.cuda.cuda_h;

/** One GPU and its primary context. Control path: its methods allocate. */
public final class CudaGpu {
    private static final int NAME_BYTES = 256;

    private final CudaDriver driver;
    private final int device;

    CudaGpu(final CudaDriver driver, final int device) {
        this.driver = driver;
        this.device = device;
    }

    /**
     * The driver that it belongs to.
     *
     * @return the driver
     */
    public CudaDriver driver() {
        return driver;
    }

    /**
     * The number that locations of memory name it by.
     *
     * @return a CUdevice
     */
    public int number() {
        return device;
    }

    /**
     * The GPU's name.
     *
     * @return as the driver tells it
     */
    public String name() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(NAME_BYTES);
            driver.check(cuDeviceGetName_t.invoke(driver.functions.cuDeviceGetName, out.address(), NAME_BYTES, device),
                "cuDeviceGetName", out.address(), NAME_BYTES, device);
            return out.getString(0);
        }
    }

    /**
     * Reads an attribute.
     *
     * @param attribute a CUdevice_attribute
     * @return its value; 0 for one that the driver does not know, so that a capability is then absent
     */
    public int attribute(final int attribute) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
            final int status =
                cuDeviceGetAttribute_t.invoke(driver.functions.cuDeviceGetAttribute, out.address(), attribute, device);
            return status == 0 ? out.get(ValueLayout.JAVA_INT, 0) : 0;
        }
    }

    /**
     * The size of its memory.
     *
     * @return bytes
     */
    public long totalBytes() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuDeviceTotalMem_v2_t.invoke(driver.functions.cuDeviceTotalMem_v2, out.address(), device),
                "cuDeviceTotalMem_v2", out.address(), device);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Retains the primary context.
     *
     * @return its handle
     */
    public long retainContext() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuDevicePrimaryCtxRetain_t.invoke(driver.functions.cuDevicePrimaryCtxRetain, out.address(), device),
                "cuDevicePrimaryCtxRetain", out.address(), device);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Gives a retained primary context back. */
    public void releaseContext() {
        driver.check(cuDevicePrimaryCtxRelease_v2_t.invoke(driver.functions.cuDevicePrimaryCtxRelease_v2, device),
            "cuDevicePrimaryCtxRelease_v2", device);
    }

    /**
     * Makes a context the calling thread's, which must be a platform thread; every other call that needs one uses it. Allocates
     * nothing.
     *
     * @param context its handle, or 0 for none
     */
    public void makeCurrent(final long context) {
        final int status = cuCtxSetCurrent_t.invoke(driver.functions.cuCtxSetCurrent, context);
        if (status != 0) {
            throw driver.error(status, "cuCtxSetCurrent", context);
        }
    }

    /** Waits for everything that the current context has to do. */
    public void synchronize() {
        int status;
        do {
            status = cuCtxSynchronize_t.invoke(driver.functions.cuCtxSynchronize);
        } while (status == cuda_h.CUDA_ERROR_NOT_READY());
        driver.check(status, "cuCtxSynchronize");
    }

    /**
     * The priorities that streams may have.
     *
     * @return the least (a number not below the other) and the greatest
     */
    public int[] streamPriorities() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_INT, 2);
            driver.check(cuCtxGetStreamPriorityRange_t.invoke(driver.functions.cuCtxGetStreamPriorityRange, out.address(),
                out.address() + Integer.BYTES), "cuCtxGetStreamPriorityRange", out.address(), out.address() + Integer.BYTES);
            return out.toArray(ValueLayout.JAVA_INT);
        }
    }
}
