// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.interposed;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.tactus.bindings.generated.cuda.cuda_h;

/**
 * The methods of {@link InterposedDriver} as C functions. They stay for the life of the process, because a library may keep the address of
 * one for as long as it is loaded: some twenty for each GPU whose memory libraries use.
 */
final class FunctionStubs {
    private static final String PER_THREAD_STREAM = "_ptsz";
    private static final String WITH_STATUS = "cuGetProcAddressWithStatus";
    private final Map<String, MemorySegment> stubs = new HashMap<>();
    private volatile Throwable defect;

    /** Makes a function of each method whose name is one; by its name with the suffix of the ABI where there is such a function. */
    FunctionStubs(final InterposedDriver calls, final MethodHandles.Lookup lookup, final Predicate<String> declares) {
        for (final Method method : calls.getClass().getDeclaredMethods()) {
            if (!method.isSynthetic() && (method.getName().startsWith("cu") || method.getName().startsWith("dl"))) {
                final String suffixed = method.getName() + "_v2";
                final MemorySegment stub = stub(calls, lookup, method);
                stubs.put(method.getName().equals(WITH_STATUS) ? "cuGetProcAddress_v2"
                    : declares.test(suffixed) && !method.getName().startsWith("cuGetProcAddress") ? suffixed : method.getName(), stub);
                if (method.getName().equals("cuMemAllocAsync") || method.getName().equals("cuMemFreeAsync")) {
                    stubs.put(method.getName() + PER_THREAD_STREAM, stub);
                }
            }
        }
    }

    private MemorySegment stub(final InterposedDriver calls, final MethodHandles.Lookup lookup, final Method method) {
        try {
            final MethodHandle target = lookup.unreflect(method).bindTo(calls);
            final Class<?> result = target.type().returnType();
            final MethodHandle onDefect = MethodHandles.lookup().findVirtual(FunctionStubs.class,
                result == int.class ? "status" : "nothing", MethodType.methodType(result, Throwable.class)).bindTo(this);
            return Linker.nativeLinker().upcallStub(MethodHandles.catchException(target, Throwable.class, onDefect),
                FunctionDescriptor.of(layout(result), target.type().parameterList().stream().map(FunctionStubs::layout)
                    .toArray(MemoryLayout[]::new)), Arena.global());
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(method + " cannot be called", e);
        }
    }

    private static MemoryLayout layout(final Class<?> type) {
        return type == long.class ? ValueLayout.JAVA_LONG : type == int.class ? ValueLayout.JAVA_INT : ValueLayout.JAVA_BYTE;
    }

    private int status(final Throwable cause) {
        defect = cause;
        return cuda_h.CUDA_ERROR_UNKNOWN();
    }

    private long nothing(final Throwable cause) {
        defect = cause;
        return 0;
    }

    Optional<MemorySegment> find(final String name) {
        return Optional.ofNullable(stubs.get(name));
    }

    Throwable defect() {
        return defect;
    }
}
