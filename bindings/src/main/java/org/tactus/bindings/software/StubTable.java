// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.software;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Methods as C functions, upcall stubs, found by name. Filled by a control thread, read by any. An exception that left an upcall would end
 * the JVM: here it is kept as a {@link #defect}, and the caller sees an error code.
 */
public final class StubTable implements SymbolLookup {
    private final Map<String, MemorySegment> stubs = new HashMap<>();
    private final Arena arena;
    /** Where the types of functions lie; null where each function has its method's type. */
    private final String generated;
    private final int defectStatus;
    private volatile Throwable defect;

    /**
     * Makes an empty table of functions of a C header.
     *
     * @param arena        holds the stubs
     * @param header       the class that jextract made of the header; the types of its functions lie beside it
     * @param defectStatus what a function answers that threw an exception; one that returns no int answers 0
     */
    public StubTable(final Arena arena, final Class<?> header, final int defectStatus) {
        this.arena = arena;
        this.generated = header.getPackageName() + ".";
        this.defectStatus = defectStatus;
    }

    /**
     * Makes an empty table of functions that no header of ours declares: each has the type of its method, of plain integers.
     *
     * @param arena        holds the stubs
     * @param defectStatus what a function answers that threw an exception; one that returns no int answers 0
     */
    public StubTable(final Arena arena, final int defectStatus) {
        this.arena = arena;
        this.generated = null;
        this.defectStatus = defectStatus;
    }

    /**
     * Offers the methods of an object as functions.
     *
     * @param calls  the object
     * @param lookup reaches its methods
     * @param name   the function that a method is, by the method's name; empty for a method that is none
     */
    public void offer(final Object calls, final MethodHandles.Lookup lookup, final Function<String, Optional<String>> name) {
        for (final Method method : calls.getClass().getDeclaredMethods()) {
            name.apply(method.getName()).ifPresent(function -> stubs.put(function, stub(calls, lookup, method, function)));
        }
    }

    /**
     * Tells whether the header has a function.
     *
     * @param function its name
     * @return true when it is declared
     */
    public boolean declares(final String function) {
        return type(function).isPresent();
    }

    private Optional<Class<?>> type(final String function) {
        try {
            return Optional.of(Class.forName(generated + function + "_t"));
        } catch (final ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    private MemorySegment stub(final Object calls, final MethodHandles.Lookup lookup, final Method method, final String function) {
        try {
            final MethodHandle target = lookup.unreflect(method).bindTo(calls);
            final FunctionDescriptor descriptor = generated == null ? descriptor(target.type()) : declared(function);
            final Class<?> result = target.type().returnType();
            final String handler = result == int.class ? "status" : result == long.class ? "nothing" : "keep";
            final MethodHandle onDefect = MethodHandles.lookup().findVirtual(
                StubTable.class, handler, MethodType.methodType(result, Throwable.class)).bindTo(this);
            return Linker.nativeLinker().upcallStub(
                MethodHandles.catchException(target, Throwable.class, onDefect), descriptor, arena);
        } catch (final ReflectiveOperationException | IllegalArgumentException e) {
            throw new AssertionError(method + " is not of its function's type", e);
        }
    }

    private FunctionDescriptor declared(final String function) throws ReflectiveOperationException {
        final Class<?> type = type(function).orElseThrow(() -> new AssertionError("the C header has no function " + function));
        return (FunctionDescriptor) type.getMethod("descriptor").invoke(null);
    }

    private static FunctionDescriptor descriptor(final MethodType type) {
        return FunctionDescriptor.of(layout(type.returnType()),
            type.parameterList().stream().map(StubTable::layout).toArray(MemoryLayout[]::new));
    }

    private static MemoryLayout layout(final Class<?> type) {
        return type == long.class ? ValueLayout.JAVA_LONG : type == int.class ? ValueLayout.JAVA_INT : ValueLayout.JAVA_BYTE;
    }

    private void keep(final Throwable cause) {
        defect = cause;
    }

    private int status(final Throwable cause) {
        defect = cause;
        return defectStatus;
    }

    private long nothing(final Throwable cause) {
        defect = cause;
        return 0;
    }

    @Override
    public Optional<MemorySegment> find(final String name) {
        return Optional.ofNullable(stubs.get(name));
    }

    /**
     * An exception inside the driver, which a caller saw as an error.
     *
     * @return the last one; empty when there was none, as there should be
     */
    public Optional<Throwable> defect() {
        return Optional.ofNullable(defect);
    }
}
