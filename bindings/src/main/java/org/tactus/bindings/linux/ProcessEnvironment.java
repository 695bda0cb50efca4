// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The environment as native libraries of this process see it. {@link System#getenv} is a copy that the JVM took when it started: it does
 * not change, and no library reads it.
 */
public final class ProcessEnvironment {
    private static final int KEEP_WHAT_IS_THERE = 0;

    private ProcessEnvironment() {
    }

    /**
     * Sets a variable for the native libraries that are loaded later, unless it is set already: then what the user chose stays. The C
     * library's {@code setenv} must not run while another thread of native code reads the environment, so this is for the moments before
     * such a library is loaded.
     *
     * @param name  the variable
     * @param value its value
     * @return false where the system has no {@code setenv} or refuses
     */
    public static boolean setIfAbsent(final String name, final String value) {
        final Optional<MemorySegment> setenv = Linker.nativeLinker().defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return false;
        }
        final MethodHandle call = Linker.nativeLinker().downcallHandle(setenv.get(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) { // setenv(3) copies both texts
            return (int) call.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), KEEP_WHAT_IS_THERE) == 0;
        } catch (final Throwable e) {
            throw new AssertionError("setenv throws nothing", e);
        }
    }
}
