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
 * Switches the calling thread between IEEE arithmetic and arithmetic in which denormal numbers are zero, around a native call.
 * Arithmetic on denormals is up to a hundred times slower, which no WCET should have to hold; Java code needs IEEE, so the switch
 * goes back before Java goes on.
 *
 * <p>It writes the floating-point environment through {@code fesetenv}: on x86-64 the word at offset 28 of {@code fenv_t} (glibc)
 * is MXCSR, with flush-to-zero at bit 15 and denormals-are-zero at bit 6; on AArch64 the word at offset 0 is FPCR, with
 * flush-to-zero at bit 24. Elsewhere both methods do nothing.
 */
public final class Denormals {
    private static final int ENVIRONMENT_BYTES = 64;
    private static final MethodHandle FESETENV = handle("fesetenv");
    private static final long IEEE = environment(false);
    private static final long FLUSHED = environment(true);

    private Denormals() {
    }

    /** Makes denormals zero on the calling thread; no allocation. */
    public static void flush() {
        apply(FLUSHED);
    }

    /** Puts IEEE arithmetic back on the calling thread; no allocation. */
    public static void keep() {
        apply(IEEE);
    }

    /**
     * Tells whether this machine can switch.
     *
     * @return false where both methods do nothing
     */
    public static boolean canFlush() {
        return FLUSHED != 0;
    }

    private static void apply(final long environment) {
        if (environment != 0) {
            try {
                final int ignored = (int) FESETENV.invokeExact(environment);
            } catch (final Throwable e) {
                throw new AssertionError("fesetenv throws nothing", e);
            }
        }
    }

    private static MethodHandle handle(final String function) {
        final Optional<MemorySegment> address = Linker.nativeLinker().defaultLookup().find(function);
        return address.map(a -> Linker.nativeLinker().downcallHandle(a,
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG))).orElse(null);
    }

    private static long environment(final boolean flushed) {
        final boolean x86 = System.getProperty("os.arch").equals("amd64");
        final boolean arm = System.getProperty("os.arch").equals("aarch64");
        final MethodHandle fegetenv = handle("fegetenv");
        if (!System.getProperty("os.name").equals("Linux") || FESETENV == null || fegetenv == null || !x86 && !arm) {
            return 0;
        }
        final MemorySegment environment = Arena.global().allocate(ENVIRONMENT_BYTES, 16);
        try {
            final int ignored = (int) fegetenv.invokeExact(environment.address());
        } catch (final Throwable e) {
            return 0;
        }
        final long at = x86 ? 28 : 0;
        final int bits = x86 ? 1 << 15 | 1 << 6 : 1 << 24;
        final int word = environment.get(ValueLayout.JAVA_INT, at);
        environment.set(ValueLayout.JAVA_INT, at, flushed ? word | bits : word & ~bits);
        return environment.address();
    }
}
