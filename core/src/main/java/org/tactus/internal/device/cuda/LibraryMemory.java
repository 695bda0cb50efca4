// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tactus.internal.memory.LibraryHeap;
import org.tactus.internal.time.Sizes;

/**
 * The memory of one task as libraries of the program get it by the driver's own calls: given out while the program opens them, and fixed
 * from then on. The control thread opens and closes it; what libraries ask for comes by {@link DriverCalls}, under its monitor until then.
 */
public final class LibraryMemory {
    /** Messages that are kept; one is told, and a library may repeat a call for ever. */
    private static final int MOST_REFUSALS = 8;

    final TaskHolding holding;
    final LibraryHeap heap;
    private final DriverCalls calls;
    private final List<Path> libraries = new ArrayList<>();
    private LibraryHeap.Kind kind = LibraryHeap.Kind.STATE;
    private final AtomicBoolean isOpening = new AtomicBoolean(true);
    /** Read by the dispatcher after each job without a lock. */
    private volatile boolean isRefused;
    private final List<String> refusals = new ArrayList<>();

    LibraryMemory(final DriverCalls calls, final TaskHolding holding, final long constantBytes) {
        this.calls = calls;
        this.holding = holding;
        heap = new LibraryHeap(holding.base(), holding.heldBytes(), constantBytes, holding.scratchAddress, holding.scratchBytes);
    }

    /**
     * Lets a library that is loaded allocate here, by the driver's calls that it makes. Control thread, while the program opens it, before
     * the library's first call of the driver.
     *
     * @param library its file
     * @throws IllegalStateException when it is not loaded, calls nothing of the driver, or the machine does not let its calls be led here
     */
    public void adopt(final Path library) {
        requireOpening("adopt " + library);
        calls.adopt(library);
        libraries.add(library);
    }

    /** What is asked for from now on is written before the first job and never again. Control thread, while libraries are opened. */
    public void asksForConstants() {
        asksFor(LibraryHeap.Kind.CONSTANTS);
    }

    /** What is asked for from now on lives from job to job, as before the first call. Control thread, while libraries are opened. */
    public void asksForState() {
        asksFor(LibraryHeap.Kind.STATE);
    }

    /** What is asked for from now on is dead at the end of each job. Control thread, while libraries are opened. */
    public void asksForScratch() {
        asksFor(LibraryHeap.Kind.SCRATCH);
    }

    private void asksFor(final LibraryHeap.Kind next) {
        requireOpening("say what memory is for");
        kind = next;
    }

    private void requireOpening(final String what) {
        if (!isOpening()) {
            throw new IllegalStateException("task '" + holding.task + "' has been opened: " + what + " before its code is returned");
        }
    }

    String task() {
        return holding.task;
    }

    LibraryHeap.Kind kind() {
        return kind;
    }

    boolean isOpening() {
        return isOpening.getAcquire();
    }

    /** Ends the opening: from here on blocks are only given back, by any thread. */
    void opened() {
        synchronized (calls) {
            heap.fix();
            isOpening.setRelease(false); // with it the blocks, which nobody moves any more
        }
    }

    /** The address of a new block; 0 when there is no room, and once the task has been opened. */
    long take(final long bytes) {
        if (!isOpening()) {
            return 0;
        }
        synchronized (calls) {
            return heap.take(bytes, kind);
        }
    }

    /** Gives a block back; false when there is none. Takes the monitor while the task is opened only. */
    boolean give(final long address) {
        if (isOpening()) {
            synchronized (calls) {
                return heap.give(address);
            }
        }
        return heap.give(address);
    }

    /** What may still be taken; nothing once the task has been opened. */
    long leftBytes() {
        if (!isOpening()) {
            return 0;
        }
        synchronized (calls) {
            return heap.leftBytes(kind);
        }
    }

    List<Path> libraries() {
        return libraries;
    }

    /** Notes why a call was refused. Under the calls' monitor. */
    void refuse(final String why) {
        if (refusals.size() < MOST_REFUSALS) {
            refusals.add(why);
        }
        isRefused = true;
    }

    /** Whether a call was refused since the last {@link #takeRefusal}. Any thread. */
    boolean isRefused() {
        return isRefused;
    }

    /** Takes what is to be told of refused calls: the first, and how many more. Under the calls' monitor. */
    String takeRefusal() {
        final String text = refusals.getFirst() + (refusals.size() == 1 ? "" : " (and " + (refusals.size() - 1)
            + (refusals.size() == MOST_REFUSALS ? " or more" : "") + " more refused)");
        refusals.clear();
        isRefused = false;
        return text;
    }

    /** How much room there is, for a message. */
    String room() {
        return Sizes.exact(leftBytes()) + " of " + Sizes.exact(heap.bytes());
    }
}
