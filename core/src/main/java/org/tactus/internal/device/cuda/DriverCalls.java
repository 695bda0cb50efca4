// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_VALUE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_FOUND;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_SUPPORTED;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_OUT_OF_MEMORY;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tactus.bindings.elf.LoadedLibrary;
import org.tactus.bindings.elf.Redirection;
import org.tactus.internal.memory.LibraryHeap;
import org.tactus.internal.time.Sizes;

/**
 * The driver's calls that libraries make whose tasks have memory of a GPU: each method is the function of its name. Memory comes from the
 * task that the calling thread is opening; a copy is checked and handed on; what would take memory that is not scheduled is refused with
 * the driver's own status, and the task is told why.
 *
 * <p>Any thread of a library may call. A thread belongs to a task while it opens it, or runs its job; no other thread does.
 */
final class DriverCalls {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final String LIBRARY = "libcuda.so";
    private static final int NOT_FOUND = 1;
    private static final int FIRST_WITH_STATUS = 12_000;
    private static final int MAX_NAME_BYTES = 1 << 12;

    private final DriverFunctions driver;
    private final FunctionStubs stubs;
    /** The task that the calling thread works for: one word each, so that a look-up allocates nothing. */
    private final ThreadLocal<LibraryMemory[]> current = ThreadLocal.withInitial(() -> new LibraryMemory[1]);
    private final List<LibraryMemory> memories = new ArrayList<>();
    private final Map<Path, Adoption> adopted = new HashMap<>();

    private static final class Adoption {
        private final Redirection redirection;
        private int tasks;

        Adoption(final Redirection redirection) {
            this.redirection = redirection;
        }
    }

    DriverCalls(final DriverFunctions driver) {
        this.driver = driver;
        stubs = new FunctionStubs(this, MethodHandles.lookup(), driver::declares);
    }

    // What the device does.

    synchronized void add(final LibraryMemory memory) {
        memories.add(memory);
    }

    /** Takes a task's memory back: its libraries call the driver again as before, unless another task has them, too. Control thread. */
    void remove(final LibraryMemory memory) {
        synchronized (this) {
            memories.remove(memory);
        }
        for (final Path library : memory.libraries()) {
            final Adoption adoption = adopted.get(library);
            if (--adoption.tasks == 0) {
                adopted.remove(library);
                adoption.redirection.close();
            }
        }
        memory.libraries().clear();
    }

    /** Leads the calls of a library here. Control thread. */
    void adopt(final Path library) {
        Adoption adoption = adopted.get(library);
        if (adoption == null) {
            final LoadedLibrary loaded = LoadedLibrary.find(library).orElseThrow(() -> new IllegalStateException(
                "the process has not loaded " + library + "; load it first, by SymbolLookup.libraryLookup or System.load"));
            adoption = new Adoption(loaded.redirect(this::function));
            if (adoption.redirection.functions().isEmpty()) {
                throw new IllegalStateException(library + " calls no function that allocates by the CUDA driver, and does not look one up; "
                    + "name the library that does, such as the CUDA runtime that it calls");
            }
            adopted.put(library, adoption);
        }
        adoption.tasks++;
    }

    /** What a library finds in place of a function; empty where it stays as it is. */
    private Optional<MemorySegment> function(final String name) {
        final Optional<MemorySegment> own = stubs.find(name);
        return own.isPresent() || !driver.isSoftware() || !name.startsWith("cu") ? own : driver.find(name);
    }

    /** Lets the calling thread work for a task; null for none. Allocates nothing once a thread has called it. */
    void enter(final LibraryMemory memory) {
        current.get()[0] = memory;
    }

    // What libraries call.

    private int refuse(final int status, final LibraryMemory memory, final String why) {
        if (memory == null) {
            memories.forEach(each -> each.refuse(why));
        } else {
            memory.refuse(why);
        }
        return status;
    }

    private static String refused(final String function, final long bytes, final String status) {
        return function + " of " + (bytes < 0 ? "more than 8 EiB" : Sizes.exact(bytes)) + " got " + status + ": ";
    }

    private int allocate(final String function, final long out, final long bytes) {
        final LibraryMemory memory = current.get()[0];
        if (out == 0 || bytes == 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        synchronized (this) {
            final String what = refused(function, bytes, "CUDA_ERROR_OUT_OF_MEMORY");
            if (memory == null) {
                return refuse(CUDA_ERROR_OUT_OF_MEMORY(), null, what + "thread '" + Thread.currentThread().getName()
                    + "' works for no task; only the thread that opens a task's code may allocate for it");
            }
            if (!memory.isOpening()) {
                return refuse(CUDA_ERROR_OUT_OF_MEMORY(), memory, what + "'" + memory.task() + "' has been opened, and its memory is fixed "
                    + "since; allocate all of it before the code is returned");
            }
            final long address = bytes < 0 ? 0 : memory.heap.take(bytes, memory.kind());
            if (address == 0) {
                return refuse(CUDA_ERROR_OUT_OF_MEMORY(), memory, what + "of the memory of '" + memory.task() + "', " + memory.room(
                    memory.kind()) + " are left for " + memory.kind().name().toLowerCase(Locale.ROOT)
                    + "; write a larger 'footprint'" + (memory.kind() == LibraryHeap.Kind.STATE ? " and 'state'" : ""));
            }
            ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, out, address);
            return CUDA_SUCCESS();
        }
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
        final long pitch = Math.ceilDiv(width, 512L) * 512L;
        final int status = allocate("cuMemAllocPitch", out, pitch * height);
        if (status == 0) {
            ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, pitchOut, pitch);
        }
        return status;
    }

    int cuMemAllocManaged(final long out, final long bytes, final int flags) {
        return refuseUnscheduled("cuMemAllocManaged", bytes);
    }

    int cuMemCreate(final long out, final long bytes, final long property, final long flags) {
        return refuseUnscheduled("cuMemCreate", bytes);
    }

    private synchronized int refuseUnscheduled(final String function, final long bytes) {
        return refuse(CUDA_ERROR_NOT_SUPPORTED(), current.get()[0], refused(function, bytes, "CUDA_ERROR_NOT_SUPPORTED")
            + "such memory is not scheduled; allocate by cuMemAlloc or cuMemAllocAsync");
    }

    private LibraryMemory holder(final long address) {
        for (int i = 0; i < memories.size(); i++) {
            if (memories.get(i).heap.holds(address)) {
                return memories.get(i);
            }
        }
        return null;
    }

    private synchronized int free(final long address) {
        final LibraryMemory memory = holder(address);
        return memory == null ? -1 : memory.heap.give(address) ? CUDA_SUCCESS() : CUDA_ERROR_INVALID_VALUE();
    }

    int cuMemFree(final long address) throws Throwable {
        final int status = free(address);
        return status < 0 ? (int) driver.cuMemFree.invokeExact(address) : status;
    }

    int cuMemFreeAsync(final long address, final long stream) throws Throwable {
        final int status = free(address);
        return status < 0 ? (int) driver.cuMemFreeAsync.invokeExact(address, stream) : status;
    }

    int cuMemGetInfo(final long free, final long total) throws Throwable {
        final LibraryMemory memory = current.get()[0];
        if (memory == null) {
            return (int) driver.cuMemGetInfo.invokeExact(free, total);
        }
        if (free == 0 || total == 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        synchronized (this) {
            ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, free, memory.isOpening() ? memory.heap.leftBytes(memory.kind()) : 0);
            ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, total, memory.heap.bytes());
        }
        return CUDA_SUCCESS();
    }

    /** What a copy or a fill answers before the driver sees it: that chunks may be out, or that what it writes does not stay. */
    private synchronized int check(final String function, final long address, final long bytes, final boolean writes) {
        final LibraryMemory memory = holder(address);
        if (memory == null) {
            return CUDA_SUCCESS();
        }
        if (memory != current.get()[0]) {
            return refuse(CUDA_ERROR_INVALID_VALUE(), memory, refused(function, bytes, "CUDA_ERROR_INVALID_VALUE") + "thread '"
                + Thread.currentThread().getName() + "' runs no job of '" + memory.task() + "', whose memory may be swapped out then");
        }
        if (writes && !memory.isOpening() && memory.heap.isConstant(address, bytes)) {
            return refuse(CUDA_ERROR_INVALID_VALUE(), memory, refused(function, bytes, "CUDA_ERROR_INVALID_VALUE")
                + "it writes constants of '" + memory.task() + "', which are dropped when they are swapped out; ask for that memory as state");
        }
        return CUDA_SUCCESS();
    }

    int cuMemcpyHtoD(final long target, final long source, final long bytes) throws Throwable {
        final int status = check("cuMemcpyHtoD", target, bytes, true);
        return status != 0 ? status : (int) driver.cuMemcpyHtoD.invokeExact(target, source, bytes);
    }

    int cuMemcpyHtoDAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = check("cuMemcpyHtoDAsync", target, bytes, true);
        return status != 0 ? status : (int) driver.cuMemcpyHtoDAsync.invokeExact(target, source, bytes, stream);
    }

    int cuMemcpyDtoH(final long target, final long source, final long bytes) throws Throwable {
        final int status = check("cuMemcpyDtoH", source, bytes, false);
        return status != 0 ? status : (int) driver.cuMemcpyDtoH.invokeExact(target, source, bytes);
    }

    int cuMemcpyDtoHAsync(final long target, final long source, final long bytes, final long stream) throws Throwable {
        final int status = check("cuMemcpyDtoHAsync", source, bytes, false);
        return status != 0 ? status : (int) driver.cuMemcpyDtoHAsync.invokeExact(target, source, bytes, stream);
    }

    int cuMemsetD8Async(final long target, final byte value, final long count, final long stream) throws Throwable {
        final int status = check("cuMemsetD8Async", target, count, true);
        return status != 0 ? status : (int) driver.cuMemsetD8Async.invokeExact(target, value, count, stream);
    }

    int cuMemsetD32Async(final long target, final int value, final long count, final long stream) throws Throwable {
        final int status = check("cuMemsetD32Async", target, Integer.BYTES * count, true);
        return status != 0 ? status : (int) driver.cuMemsetD32Async.invokeExact(target, value, count, stream);
    }

    // How libraries find functions that they do not import.

    private static String name(final long address) {
        return MemorySegment.ofAddress(address).reinterpret(MAX_NAME_BYTES).getString(0);
    }

    int cuGetProcAddressWithStatus(final long symbol, final long out, final int version, final long flags, final long status) throws Throwable {
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

    /** What a library asks for by the name without the suffix of the ABI, of which it gets the newest; of this one by its CUDA version. */
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

    /** An exception inside a call, which the library saw as an unknown error; null for none. */
    Throwable defect() {
        return stubs.defect();
    }
}
