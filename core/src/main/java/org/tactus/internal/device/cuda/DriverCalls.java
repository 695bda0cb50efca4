// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.interposed.InterposedDriver;
import org.tactus.bindings.cuda.interposed.LibraryMemoryCalls;
import org.tactus.bindings.elf.LoadedLibrary;
import org.tactus.bindings.elf.Redirection;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.memory.LibraryHeap;
import org.tactus.internal.time.Sizes;

/**
 * What libraries get by the driver's calls whose tasks have memory of a GPU. Memory comes from the task that the calling thread is opening;
 * what would take memory that is not scheduled, or touch memory that may be out, is refused with the driver's own status, and the task is
 * told why.
 *
 * <p>Any thread of a library may call. A thread belongs to a task while it opens it, or runs its job; no other thread does. The monitor is
 * for what is given out while a task is opened, and for noting what was refused. What a job may do, to copy, fill, ask and free, takes no
 * lock: the dispatcher that runs it would wait for a thread without its priority.
 */
final class DriverCalls implements LibraryMemoryCalls {
    /** The task that the calling thread works for: one word each, so that a look-up allocates nothing. */
    private final ThreadLocal<LibraryMemory[]> current = ThreadLocal.withInitial(() -> new LibraryMemory[1]);
    private final InterposedDriver driver;
    /** Replaced under the monitor, never changed; read by any thread. */
    private final AtomicReference<LibraryMemory[]> memories = new AtomicReference<>(new LibraryMemory[0]);
    /** The control thread's. */
    private final Map<Path, Adoption> adopted = new HashMap<>();

    private static final class Adoption {
        private final Redirection redirection;
        private int tasks;

        Adoption(final Redirection redirection) {
            this.redirection = redirection;
        }
    }

    DriverCalls(final CudaDriver driver, final boolean isSoftware) {
        this.driver = new InterposedDriver(driver, isSoftware, this);
    }

    // What the device does.

    synchronized void add(final LibraryMemory memory) {
        final LibraryMemory[] known = memories.getPlain();
        final LibraryMemory[] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = memory;
        memories.setRelease(more); // with it the memory, as its maker left it
    }

    /** Takes a task's memory back: its libraries call the driver again as before, unless another task has them, too. Control thread. */
    void remove(final LibraryMemory memory) {
        synchronized (this) {
            memories.setRelease(Arrays.stream(memories.getPlain()).filter(each -> each != memory).toArray(LibraryMemory[]::new));
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
            adoption = new Adoption(loaded.redirect(driver::function));
            if (adoption.redirection.functions().isEmpty()) {
                throw new IllegalStateException(library + " calls no function that allocates by the CUDA driver, and does not look one up; "
                    + "name the library that does, such as the CUDA runtime that it calls");
            }
            adopted.put(library, adoption);
        }
        adoption.tasks++;
    }

    /** Lets the calling thread work for a task; null for none. Allocates nothing once a thread has called it. */
    void enter(final LibraryMemory memory) {
        current.get()[0] = memory;
    }

    /** An exception inside a call, which the library saw as an unknown error; null for none. */
    Throwable defect() {
        return driver.defect().orElse(null);
    }

    // What libraries ask.

    private synchronized void tell(final LibraryMemory memory, final String why) {
        if (memory == null) {
            for (final LibraryMemory each : memories.getPlain()) {
                each.refuse(why);
            }
        } else {
            memory.refuse(why);
        }
    }

    private static String refused(final String function, final long bytes, final String status) {
        return function + " of " + (bytes < 0 ? "more than 8 EiB" : Sizes.exact(bytes)) + " got " + status + ": ";
    }

    @Override
    public long allocate(final String function, final long bytes) {
        final LibraryMemory memory = current.get()[0];
        final long address = memory == null || bytes < 0 ? 0 : memory.take(bytes);
        if (address == 0) {
            tell(memory, refused(function, bytes, "CUDA_ERROR_OUT_OF_MEMORY") + (memory == null
                ? "thread '" + Thread.currentThread().getName() + "' works for no task; only the thread that opens a task's code may "
                    + "allocate for it"
                : !memory.isOpening() ? "'" + memory.task() + "' has been opened, and its memory is fixed since; allocate all of it before "
                    + "the code is returned"
                : "of the memory of '" + memory.task() + "', " + memory.room() + " are left for "
                    + memory.kind().name().toLowerCase(Locale.ROOT) + "; write a larger 'footprint'"
                    + (memory.kind() == LibraryHeap.Kind.STATE ? " and 'state'" : "")));
        }
        return address;
    }

    @Override
    public int refuse(final String function, final long bytes) {
        tell(current.get()[0], refused(function, bytes, "CUDA_ERROR_NOT_SUPPORTED")
            + "such memory is not scheduled; allocate by cuMemAlloc or cuMemAllocAsync");
        return cuda_h.CUDA_ERROR_NOT_SUPPORTED();
    }

    private LibraryMemory holder(final long address) {
        for (final LibraryMemory memory : memories.getAcquire()) {
            if (memory.heap.holds(address)) {
                return memory;
            }
        }
        return null;
    }

    @Override
    public int free(final long address) {
        final LibraryMemory memory = holder(address);
        return memory == null ? NOT_OURS : memory.give(address) ? cuda_h.CUDA_SUCCESS() : cuda_h.CUDA_ERROR_INVALID_VALUE();
    }

    @Override
    public long leftBytes() {
        final LibraryMemory memory = current.get()[0];
        return memory == null ? NOT_OURS : memory.leftBytes();
    }

    @Override
    public long totalBytes() {
        final LibraryMemory memory = current.get()[0];
        return memory == null ? 0 : memory.heap.bytes();
    }

    @Override
    public int check(final String function, final long address, final long bytes, final boolean writes) {
        final LibraryMemory memory = holder(address);
        if (memory == null) {
            return cuda_h.CUDA_SUCCESS();
        }
        if (memory != current.get()[0]) {
            tell(memory, refused(function, bytes, "CUDA_ERROR_INVALID_VALUE") + "thread '" + Thread.currentThread().getName()
                + "' runs no job of '" + memory.task() + "', whose memory may be swapped out then");
            return cuda_h.CUDA_ERROR_INVALID_VALUE();
        }
        if (writes && !memory.isOpening() && memory.heap.isConstant(address, bytes)) {
            tell(memory, refused(function, bytes, "CUDA_ERROR_INVALID_VALUE") + "it writes constants of '" + memory.task()
                + "', which are dropped when they are swapped out; ask for that memory as state");
            return cuda_h.CUDA_ERROR_INVALID_VALUE();
        }
        return cuda_h.CUDA_SUCCESS();
    }
}
