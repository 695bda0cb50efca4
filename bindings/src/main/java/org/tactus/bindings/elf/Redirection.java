// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.elf;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tactus.bindings.generated.linux.linux_h;

/** Slots of one library that lead elsewhere, with what stood in them. Control thread. */
public final class Redirection implements AutoCloseable {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final int SYSCONF_PAGE_BYTES = 30;
    private static final long PAGE_BYTES = pageBytes();

    private final LoadedLibrary library;
    private final Deque<Change> changes = new ArrayDeque<>();
    private final Map<String, Long> originals = new TreeMap<>();

    private record Change(LoadedLibrary.Slot slot, long before, long now) {
    }

    Redirection(final LoadedLibrary library) {
        this.library = library;
    }

    private static long pageBytes() {
        try {
            return (long) Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow("sysconf"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)).invokeExact(SYSCONF_PAGE_BYTES);
        } catch (final Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    void write(final LoadedLibrary.Slot slot, final long target) {
        final long before = (long) WORD.getAcquire(ALL, slot.address());
        store(slot, target);
        changes.push(new Change(slot, before, target));
        originals.putIfAbsent(slot.function(), before);
    }

    /** Writes a slot; a thread that calls through it meanwhile takes the old or the new address. */
    private void store(final LoadedLibrary.Slot slot, final long value) {
        final boolean isReadOnly = library.isReadOnly(slot, PAGE_BYTES);
        if (isReadOnly) {
            protect(slot, linux_h.PROT_READ() | linux_h.PROT_WRITE());
        }
        // Release: what the target function reads was written before.
        WORD.setRelease(ALL, slot.address(), value);
        if (isReadOnly) {
            protect(slot, linux_h.PROT_READ());
        }
    }

    private void protect(final LoadedLibrary.Slot slot, final int access) {
        if (linux_h.mprotect(slot.address() & -PAGE_BYTES, PAGE_BYTES, access) != 0) {
            throw new IllegalStateException("the system does not let the slot of " + slot.function() + " in " + library
                + " be written; a security policy may forbid it");
        }
    }

    /**
     * Functions whose calls lead elsewhere.
     *
     * @return names
     */
    public Set<String> functions() {
        return Set.copyOf(originals.keySet());
    }

    /** Gives the slots back what stood in them, unless the library is gone or somebody else has written a slot since. */
    @Override
    public void close() {
        if (!changes.isEmpty() && library.isLoaded()) {
            for (final Change change : changes) {
                if ((long) WORD.getAcquire(ALL, change.slot().address()) == change.now()) {
                    store(change.slot(), change.before());
                }
            }
        }
        changes.clear();
    }
}
