// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_DEVICE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_VALUE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_SUPPORTED;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_OUT_OF_MEMORY;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import org.tactus.bindings.cuda.ptx.PtxMemory;
import org.tactus.bindings.generated.cuda.CUmemAccessDesc;
import org.tactus.bindings.generated.cuda.CUmemAllocationProp;
import org.tactus.bindings.generated.cuda.CUmemLocation;
import org.tactus.bindings.generated.cuda.cuda_h;

/**
 * Memory: addresses, chunks, mappings, allocations; each method is the function of its name. As with NVIDIA's driver the calls of
 * virtual memory need no context and none of them waits for work that uses the memory.
 */
final class MemoryCalls {
    private static final long PAGE_BYTES = 4096;
    private static final long LOCATION_TYPE = CUmemAllocationProp.location$offset() + CUmemLocation.type$offset();
    private static final long LOCATION_ID = CUmemAllocationProp.location$offset() + CUmemLocation.id$offset();
    private static final long ACCESS_TYPE = CUmemAccessDesc.location$offset() + CUmemLocation.type$offset();
    private static final long ACCESS_ID = CUmemAccessDesc.location$offset() + CUmemLocation.id$offset();

    private final Calls calls;
    private final SoftwareGpu gpu;
    private final SoftwareSettings settings;
    private final AddressSpace space;
    private long allocatedBytes;

    MemoryCalls(final Calls calls) {
        this.calls = calls;
        this.gpu = calls.gpu;
        this.settings = calls.settings;
        this.space = gpu.space;
    }

    private boolean isWhole(final long value) {
        return (value & settings.granularityBytes() - 1) == 0;
    }

    /** The address that the caller is told of device memory. */
    private long shown(final long address) {
        return settings.traits().hiddenMemory() ? PtxMemory.hidden(address) : address;
    }

    private boolean fits(final long bytes) {
        return gpu.chunks.bytes() + allocatedBytes + bytes <= settings.memoryBytes() && !gpu.strikes(Fault.OUT_OF_MEMORY);
    }

    int cuMemGetInfo(final long freeBytes, final long totalBytes) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status == 0) {
                HostMemory.putLong(freeBytes, settings.memoryBytes() - gpu.chunks.bytes() - allocatedBytes);
                HostMemory.putLong(totalBytes, settings.memoryBytes());
            }
            return status;
        }
    }

    /** What creating by a property answers: only pinned memory of the one device is supported. */
    private int check(final long property, final long flags) {
        if (property == 0 || flags != 0
            || HostMemory.getInt(property + CUmemAllocationProp.type$offset()) != cuda_h.CU_MEM_ALLOCATION_TYPE_PINNED()) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final int type = HostMemory.getInt(property + LOCATION_TYPE);
        if (type == cuda_h.CU_MEM_LOCATION_TYPE_HOST() || type == cuda_h.CU_MEM_LOCATION_TYPE_HOST_NUMA()) {
            return CUDA_ERROR_NOT_SUPPORTED();
        }
        return type != cuda_h.CU_MEM_LOCATION_TYPE_DEVICE() ? CUDA_ERROR_INVALID_VALUE()
            : HostMemory.getInt(property + LOCATION_ID) != Calls.DEVICE ? CUDA_ERROR_INVALID_DEVICE() : CUDA_SUCCESS();
    }

    int cuMemGetAllocationGranularity(final long granularity, final long property, final int option) {
        final int status = calls.ready() != 0 ? calls.ready() : check(property, 0);
        if (status == 0) {
            HostMemory.putLong(granularity, settings.granularityBytes());
        }
        return status;
    }

    int cuMemAddressReserve(final long out, final long bytes, final long alignment, final long hint, final long flags) {
        synchronized (gpu) {
            if (calls.ready() != 0) {
                return calls.ready();
            }
            if (bytes <= 0 || !isWhole(bytes) || flags != 0 || (alignment & alignment - 1) != 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            final long address = HostMemory.reserve(bytes, Math.max(alignment, settings.granularityBytes()));
            if (address == 0) {
                return CUDA_ERROR_OUT_OF_MEMORY();
            }
            space.reserve(shown(address), bytes);
            HostMemory.putLong(out, shown(address));
            return CUDA_SUCCESS();
        }
    }

    int cuMemAddressFree(final long address, final long bytes) {
        synchronized (gpu) {
            if (calls.ready() != 0) {
                return calls.ready();
            }
            if (!space.unreserve(address, bytes)) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            HostMemory.free(PtxMemory.onHost(address), bytes);
            return CUDA_SUCCESS();
        }
    }

    int cuMemCreate(final long out, final long bytes, final long property, final long flags) {
        final long startNs = System.nanoTime();
        synchronized (gpu) {
            final int status = calls.ready() != 0 ? calls.ready() : check(property, flags);
            if (status != 0) {
                return status;
            }
            if (bytes <= 0 || !isWhole(bytes)) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            final long handle = fits(bytes) ? gpu.chunks.create(bytes) : 0;
            if (handle == 0) {
                return CUDA_ERROR_OUT_OF_MEMORY();
            }
            HostMemory.putLong(out, handle);
        }
        calls.spendOnChunks(startNs, settings.createNs());
        return CUDA_SUCCESS();
    }

    int cuMemRelease(final long handle) {
        final long startNs = System.nanoTime();
        synchronized (gpu) {
            final int slot = gpu.chunks.slot(handle);
            if (calls.ready() != 0 || slot < 0) {
                return calls.ready() != 0 ? calls.ready() : CUDA_ERROR_INVALID_VALUE();
            }
            gpu.chunks.release(slot);
        }
        calls.spendOnChunks(startNs, settings.createNs());
        return CUDA_SUCCESS();
    }

    int cuMemMap(final long address, final long bytes, final long offset, final long handle, final long flags) {
        final long startNs = System.nanoTime();
        synchronized (gpu) {
            final int slot = gpu.chunks.slot(handle);
            if (calls.ready() != 0) {
                return calls.ready();
            }
            if (slot < 0 || offset != 0 || flags != 0 || !isWhole(address) || bytes != gpu.chunks.size(slot)
                || !space.isVacant(address, bytes)) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            if (gpu.strikes(Fault.MAP_FAILURE) || !gpu.chunks.place(slot, PtxMemory.onHost(address))) {
                return CUDA_ERROR_OUT_OF_MEMORY();
            }
            space.add(address, bytes, AddressSpace.CHUNK, slot);
        }
        calls.spendOnChunks(startNs, settings.mapNs());
        return CUDA_SUCCESS();
    }

    int cuMemUnmap(final long address, final long bytes) {
        calls.awaitWork();
        final long startNs = System.nanoTime();
        synchronized (gpu) {
            if (calls.ready() != 0) {
                return calls.ready();
            }
            final int first = bytes <= 0 ? -1 : space.firstOf(address, bytes, AddressSpace.CHUNK);
            if (first < 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            unmap(first, space.countTo(first, address + bytes));
        }
        calls.spendOnChunks(startNs, settings.unmapNs());
        return CUDA_SUCCESS();
    }

    /** Takes chunks away. Work that uses them goes on without waiting, and finds nothing there from its next slice on. */
    private void unmap(final int first, final int count) {
        final long start = space.start(first);
        final long bytes = space.start(first + count - 1) + space.bytes(first + count - 1) - start;
        gpu.awaitSlices(start, bytes);
        HostMemory.withdraw(PtxMemory.onHost(start), bytes);
        for (int i = first; i < first + count; i++) {
            gpu.chunks.unmapped(space.content(i));
        }
        space.remove(first, count);
    }

    int cuMemSetAccess(final long address, final long bytes, final long descriptor, final long count) {
        final long startNs = System.nanoTime();
        synchronized (gpu) {
            if (calls.ready() != 0) {
                return calls.ready();
            }
            if (bytes <= 0 || descriptor == 0 || count != 1
                || HostMemory.getInt(descriptor + ACCESS_TYPE) != cuda_h.CU_MEM_LOCATION_TYPE_DEVICE()) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            if (HostMemory.getInt(descriptor + ACCESS_ID) != Calls.DEVICE) {
                return CUDA_ERROR_INVALID_DEVICE();
            }
            final int first = space.firstOf(address, bytes, AddressSpace.CHUNK);
            if (first < 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            final boolean write = HostMemory.getInt(descriptor + CUmemAccessDesc.flags$offset())
                == cuda_h.CU_MEM_ACCESS_FLAGS_PROT_READWRITE();
            if (!write) {
                gpu.awaitSlices(address, bytes);
            }
            if (!HostMemory.protect(PtxMemory.onHost(address), bytes, write)) {
                return CUDA_ERROR_OUT_OF_MEMORY();
            }
            space.allow(first, space.countTo(first, address + bytes), write);
        }
        calls.spendOnChunks(startNs, settings.accessNs());
        return CUDA_SUCCESS();
    }

    int cuMemAlloc(final long out, final long bytes) {
        return allocate(out, bytes, AddressSpace.DEVICE);
    }

    int cuMemAllocManaged(final long out, final long bytes, final int flags) {
        return flags == cuda_h.CU_MEM_ATTACH_GLOBAL() ? allocate(out, bytes, AddressSpace.MANAGED) : CUDA_ERROR_INVALID_VALUE();
    }

    int cuMemHostAlloc(final long out, final long bytes, final int flags) {
        return allocate(out, bytes, AddressSpace.HOST);
    }

    private int allocate(final long out, final long bytes, final int kind) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status != 0) {
                return status;
            }
            if (bytes <= 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            final long whole = bytes + PAGE_BYTES - 1 & -PAGE_BYTES;
            final boolean device = kind == AddressSpace.DEVICE;
            final long address = !device || fits(whole) ? HostMemory.allocate(whole) : 0;
            if (address == 0) {
                return CUDA_ERROR_OUT_OF_MEMORY();
            }
            allocatedBytes += device ? whole : 0;
            final long given = device ? shown(address) : address;
            space.add(given, whole, kind, 0);
            HostMemory.putLong(out, given);
            return CUDA_SUCCESS();
        }
    }

    int cuMemFree(final long address) {
        calls.awaitWork();
        synchronized (gpu) {
            final int status = calls.inContext();
            final int at = Math.max(space.startingAt(address, AddressSpace.DEVICE), space.startingAt(address, AddressSpace.MANAGED));
            return status != 0 ? status : free(at);
        }
    }

    int cuMemFreeHost(final long address) {
        synchronized (gpu) {
            final int status = calls.inContext();
            return status != 0 ? status : free(space.startingAt(address, AddressSpace.HOST));
        }
    }

    private int free(final int at) {
        if (at < 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final long start = space.start(at);
        final long bytes = space.bytes(at);
        allocatedBytes -= space.kind(at) == AddressSpace.DEVICE ? bytes : 0;
        gpu.awaitSlices(start, bytes);
        final boolean own = space.kind(at) != AddressSpace.REGISTERED;
        space.remove(at, 1);
        if (own) {
            HostMemory.free(PtxMemory.onHost(start), bytes);
        }
        return CUDA_SUCCESS();
    }

    int cuMemHostRegister(final long address, final long bytes, final int flags) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status != 0) {
                return status;
            }
            final int known = cuda_h.CU_MEMHOSTREGISTER_PORTABLE() | cuda_h.CU_MEMHOSTREGISTER_DEVICEMAP();
            if (address == 0 || bytes <= 0 || (flags & ~known) != 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            if (!space.isFree(address, bytes)) {
                return cuda_h.CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED();
            }
            space.add(address, bytes, AddressSpace.REGISTERED, 0);
            return CUDA_SUCCESS();
        }
    }

    int cuMemHostUnregister(final long address) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final int at = space.startingAt(address, AddressSpace.REGISTERED);
            return status != 0 ? status : at < 0 ? cuda_h.CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED() : free(at);
        }
    }

    int cuMemHostGetDevicePointer(final long out, final long address, final int flags) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status != 0) {
                return status;
            }
            if (flags != 0 || Math.max(space.holding(address, AddressSpace.HOST), space.holding(address, AddressSpace.REGISTERED)) < 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            HostMemory.putLong(out, address);
            return CUDA_SUCCESS();
        }
    }

    /** The context is gone: so are its allocations, and what it pinned. Reserved addresses and chunks are not the context's. */
    void reset() {
        for (int i = space.pieces() - 1; i >= 0; i--) {
            if (space.kind(i) != AddressSpace.CHUNK) {
                free(i);
            }
        }
    }

    /** The driver is gone: so is everything. */
    void close() {
        synchronized (gpu) {
            reset();
            while (space.pieces() > 0) {
                unmap(0, 1);
            }
            gpu.chunks.releaseAll();
            while (space.reservations() > 0) {
                cuMemAddressFree(space.reservedStart(0), space.reservedBytes(0));
            }
        }
    }
}
