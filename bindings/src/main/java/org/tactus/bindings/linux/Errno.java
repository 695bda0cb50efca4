// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Reads {@code errno} after a call and names it. */
final class Errno {
    /** What a capturing call writes. */
    static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    /** The option that makes a downcall capture. */
    static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private static final VarHandle VALUE = LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final AddressLayout STRING = ValueLayout.ADDRESS.withTargetLayout(
        MemoryLayout.sequenceLayout(1024, ValueLayout.JAVA_BYTE));
    private static final MethodHandle STRERROR = Linker.nativeLinker().downcallHandle(
        Linker.nativeLinker().defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(STRING, ValueLayout.JAVA_INT));

    private Errno() {
    }

    /** The number that the last capturing call left. */
    static int of(final MemorySegment state) {
        return (int) VALUE.get(state, 0L);
    }

    /** The system's text and the number. */
    static String text(final int errno) {
        try {
            final MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.getString(0) + " (errno " + errno + ")";
        } catch (final Throwable e) {
            return "errno " + errno;
        }
    }
}
