// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.generated.cuda.CUmemAccessDesc;
import org.tactus.bindings.generated.cuda.CUmemAllocationProp;
import org.tactus.bindings.generated.cuda.CUmemLocation;
import org.tactus.bindings.generated.cuda.cuMemAddressFree_t;
import org.tactus.bindings.generated.cuda.cuMemAddressReserve_t;
import org.tactus.bindings.generated.cuda.cuMemAllocManaged_t;
import org.tactus.bindings.generated.cuda.cuMemAlloc_v2_t;
import org.tactus.bindings.generated.cuda.cuMemCreate_t;
import org.tactus.bindings.generated.cuda.cuMemFreeHost_t;
import org.tactus.bindings.generated.cuda.cuMemFree_v2_t;
import org.tactus.bindings.generated.cuda.cuMemGetAllocationGranularity_t;
import org.tactus.bindings.generated.cuda.cuMemGetInfo_v2_t;
import org.tactus.bindings.generated.cuda.cuMemHostAlloc_t;
import org.tactus.bindings.generated.cuda.cuMemHostGetDevicePointer_v2_t;
import org.tactus.bindings.generated.cuda.cuMemHostRegister_v2_t;
import org.tactus.bindings.generated.cuda.cuMemHostUnregister_t;
import org.tactus.bindings.generated.cuda.cuMemMap_t;
import org.tactus.bindings.generated.cuda.cuMemPrefetchAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemRelease_t;
import org.tactus.bindings.generated.cuda.cuMemSetAccess_t;
import org.tactus.bindings.generated.cuda.cuMemUnmap_t;
import org.tactus.bindings.generated.cuda.cuda_h;

/**
 * Memory of the current context: addresses, chunks and what maps one to the other; pinned host memory; managed memory. Addresses
 * and sizes are in bytes. {@link #map}, {@link #setAccess} and {@link #unmap} allocate nothing; the others do.
 */
public final class CudaMemory {
    private final CudaDriver driver;
    private final CudaFunctions functions;

    CudaMemory(final CudaDriver driver) {
        this.driver = driver;
        this.functions = driver.functions;
    }

    /**
     * Free and total memory of the current context's GPU.
     *
     * @return bytes free, bytes in all
     */
    public long[] info() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 2);
            driver.check(cuMemGetInfo_v2_t.invoke(functions.cuMemGetInfo_v2, out.address(), out.address() + Long.BYTES),
                "cuMemGetInfo_v2", out.address(), out.address() + Long.BYTES);
            return out.toArray(ValueLayout.JAVA_LONG);
        }
    }

    /** Fills in what a chunk is: pinned, in the memory of a GPU or of a host's node. */
    private static MemorySegment property(final Arena arena, final int locationType, final int location) {
        final MemorySegment property = CUmemAllocationProp.allocate(arena);
        property.fill((byte) 0);
        CUmemAllocationProp.type(property, cuda_h.CU_MEM_ALLOCATION_TYPE_PINNED());
        final MemorySegment at = CUmemAllocationProp.location(property);
        CUmemLocation.type(at, locationType);
        CUmemLocation.id(at, location);
        return property;
    }

    /**
     * The unit that chunks and their places come in.
     *
     * @param gpu the GPU that chunks would lie in
     * @return bytes, the least
     */
    public long granularityBytes(final CudaGpu gpu) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            final long property = property(arena, cuda_h.CU_MEM_LOCATION_TYPE_DEVICE(), gpu.number()).address();
            driver.check(cuMemGetAllocationGranularity_t.invoke(functions.cuMemGetAllocationGranularity, out.address(), property,
                cuda_h.CU_MEM_ALLOC_GRANULARITY_MINIMUM()), "cuMemGetAllocationGranularity", out.address(), property,
                cuda_h.CU_MEM_ALLOC_GRANULARITY_MINIMUM());
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Reserves addresses; nothing lies there, and nothing may be accessed.
     *
     * @param bytes a multiple of the granularity
     * @return the first address
     */
    public long reserve(final long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuMemAddressReserve_t.invoke(functions.cuMemAddressReserve, out.address(), bytes, 0, 0, 0),
                "cuMemAddressReserve", out.address(), bytes, 0, 0, 0);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Gives reserved addresses back.
     *
     * @param address as reserved
     * @param bytes   as reserved
     */
    public void free(final long address, final long bytes) {
        driver.check(cuMemAddressFree_t.invoke(functions.cuMemAddressFree, address, bytes), "cuMemAddressFree", address, bytes);
    }

    /**
     * Creates a chunk in a GPU's memory.
     *
     * @param gpu   the GPU
     * @param bytes a multiple of the granularity
     * @return its handle
     */
    public long create(final CudaGpu gpu, final long bytes) {
        return create(cuda_h.CU_MEM_LOCATION_TYPE_DEVICE(), gpu.number(), bytes);
    }

    /**
     * Creates a chunk.
     *
     * @param locationType a CUmemLocationType
     * @param location     number of the GPU or of the host's node
     * @param bytes        a multiple of the granularity
     * @return its handle
     */
    public long create(final int locationType, final int location, final long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            final long property = property(arena, locationType, location).address();
            driver.check(cuMemCreate_t.invoke(functions.cuMemCreate, out.address(), bytes, property, 0),
                "cuMemCreate", out.address(), bytes, property, 0);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Gives a chunk up; its memory stays while it is mapped somewhere.
     *
     * @param handle the chunk
     */
    public void release(final long handle) {
        driver.check(cuMemRelease_t.invoke(functions.cuMemRelease, handle), "cuMemRelease", handle);
    }

    /**
     * Puts a chunk at reserved addresses where nothing lies; it may not be accessed yet.
     *
     * @param address the first address
     * @param bytes   the chunk's size
     * @param handle  the chunk
     */
    public void map(final long address, final long bytes, final long handle) {
        final int status = cuMemMap_t.invoke(functions.cuMemMap, address, bytes, 0, handle, 0);
        if (status != 0) {
            throw driver.error(status, "cuMemMap", address, bytes, 0, handle, 0);
        }
    }

    /**
     * Takes away what lies at addresses, whole chunks; does not wait for work that uses them.
     *
     * @param address the first address
     * @param bytes   the size of one or more adjacent chunks
     */
    public void unmap(final long address, final long bytes) {
        final int status = cuMemUnmap_t.invoke(functions.cuMemUnmap, address, bytes);
        if (status != 0) {
            throw driver.error(status, "cuMemUnmap", address, bytes);
        }
    }

    /**
     * Lets a GPU access mapped addresses.
     *
     * @param address    the first address
     * @param bytes      the size of one or more adjacent chunks
     * @param descriptor of {@link #readWrite}
     */
    public void setAccess(final long address, final long bytes, final MemorySegment descriptor) {
        final long at = descriptor.address();
        final int status = cuMemSetAccess_t.invoke(functions.cuMemSetAccess, address, bytes, at, 1);
        if (status != 0) {
            throw driver.error(status, "cuMemSetAccess", address, bytes, at, 1);
        }
    }

    /**
     * Says that a GPU may read and write, for {@link #setAccess}.
     *
     * @param gpu   the GPU
     * @param arena holds the descriptor
     * @return the descriptor
     */
    public static MemorySegment readWrite(final CudaGpu gpu, final Arena arena) {
        final MemorySegment descriptor = CUmemAccessDesc.allocate(arena);
        final MemorySegment at = CUmemAccessDesc.location(descriptor);
        CUmemLocation.type(at, cuda_h.CU_MEM_LOCATION_TYPE_DEVICE());
        CUmemLocation.id(at, gpu.number());
        CUmemAccessDesc.flags(descriptor, cuda_h.CU_MEM_ACCESS_FLAGS_PROT_READWRITE());
        return descriptor;
    }

    /**
     * Allocates device memory that is never swapped.
     *
     * @param bytes its size
     * @return its address
     */
    public long allocate(final long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuMemAlloc_v2_t.invoke(functions.cuMemAlloc_v2, out.address(), bytes), "cuMemAlloc_v2", out.address(), bytes);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Allocates managed memory, which the driver pages between host and device as it sees fit.
     *
     * @param bytes its size
     * @return its address; {@link #freeDevice} frees it
     */
    public long allocateManaged(final long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuMemAllocManaged_t.invoke(functions.cuMemAllocManaged, out.address(), bytes, cuda_h.CU_MEM_ATTACH_GLOBAL()),
                "cuMemAllocManaged", out.address(), bytes, cuda_h.CU_MEM_ATTACH_GLOBAL());
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Frees what {@link #allocate} or {@link #allocateManaged} gave. May wait for the GPU.
     *
     * @param address as given
     */
    public void freeDevice(final long address) {
        driver.check(cuMemFree_v2_t.invoke(functions.cuMemFree_v2, address), "cuMemFree_v2", address);
    }

    /**
     * Asks that managed memory be brought to a GPU, in a stream's order.
     *
     * @param address the first address
     * @param bytes   how much
     * @param gpu     where to
     * @param stream  the stream
     */
    public void prefetch(final long address, final long bytes, final CudaGpu gpu, final long stream) {
        final long location = location(gpu);
        driver.check(cuMemPrefetchAsync_v2_t.invoke(functions.cuMemPrefetchAsync_v2, address, bytes, location, 0, stream),
            "cuMemPrefetchAsync_v2", address, bytes, location, 0, stream);
    }

    /** A CUmemLocation as the register that the ABI passes it in. */
    private static long location(final CudaGpu gpu) {
        return (long) gpu.number() << Integer.SIZE | cuda_h.CU_MEM_LOCATION_TYPE_DEVICE();
    }

    /**
     * Allocates pinned host memory that the GPU can address, too. Slow: once, at the start.
     *
     * @param bytes its size
     * @return its address on the host
     */
    public long allocateHost(final long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            final int flags = cuda_h.CU_MEMHOSTALLOC_PORTABLE() | cuda_h.CU_MEMHOSTALLOC_DEVICEMAP();
            driver.check(cuMemHostAlloc_t.invoke(functions.cuMemHostAlloc, out.address(), bytes, flags),
                "cuMemHostAlloc", out.address(), bytes, flags);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Host memory at an address.
     *
     * @param address such as {@link #allocateHost} gave it
     * @param bytes   its size
     * @return the memory, which must not be touched when it was freed
     */
    public static MemorySegment view(final long address, final long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /**
     * Frees pinned host memory.
     *
     * @param address as {@link #allocateHost} gave it
     */
    public void freeHost(final long address) {
        driver.check(cuMemFreeHost_t.invoke(functions.cuMemFreeHost, address), "cuMemFreeHost", address);
    }

    /**
     * Pins memory of the caller's that the GPU can then address, too. Where every page of it was touched before, this takes a fifth of the
     * time of {@link #allocateHost}, which touches them one after the other.
     *
     * @param address on the host, aligned to a page
     * @param bytes   its size, whole pages
     */
    public void registerHost(final long address, final long bytes) {
        final int flags = cuda_h.CU_MEMHOSTREGISTER_PORTABLE() | cuda_h.CU_MEMHOSTREGISTER_DEVICEMAP();
        driver.check(cuMemHostRegister_v2_t.invoke(functions.cuMemHostRegister_v2, address, bytes, flags),
            "cuMemHostRegister_v2", address, bytes, flags);
    }

    /**
     * Unpins memory of the caller's. May wait for the GPU.
     *
     * @param address as {@link #registerHost} was given it
     */
    public void unregisterHost(final long address) {
        driver.check(cuMemHostUnregister_t.invoke(functions.cuMemHostUnregister, address), "cuMemHostUnregister", address);
    }

    /**
     * The address by which the GPU knows pinned host memory.
     *
     * @param address on the host
     * @return on the device
     */
    public long devicePointer(final long address) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(cuMemHostGetDevicePointer_v2_t.invoke(functions.cuMemHostGetDevicePointer_v2, out.address(), address, 0),
                "cuMemHostGetDevicePointer_v2", out.address(), address, 0);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
