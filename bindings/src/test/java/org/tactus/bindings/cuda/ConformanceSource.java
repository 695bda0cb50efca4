// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes C that compiles against NVIDIA's {@code cuda.h} exactly when our bindings agree with it. What is checked is what Java
 * calls by: the layouts, descriptors and constants of the generated classes.
 *
 * <p>Ours pass pointers, handles and small structures as integers, so a parameter agrees when its size is the same and both
 * travel in a register of the same kind. NVIDIA's parameter types are taken from its preprocessed text, and the compiler is asked
 * whether that reading is the function's type, so a text read wrongly is a failed check, not a check left out.
 */
final class ConformanceSource {
    /** Where NVIDIA's structure nests what ours lays flat: our path, theirs. */
    private static final Map<String, String> NESTED = Map.of(
        "CUmemAllocationProp.compressionType", "allocFlags.compressionType",
        "CUmemAllocationProp.gpuDirectRDMACapable", "allocFlags.gpuDirectRDMACapable",
        "CUmemAllocationProp.usage", "allocFlags.usage",
        "CUmemAllocationProp.reserved", "allocFlags.reserved");

    private final StringBuilder source = new StringBuilder("""
        #include <stddef.h>
        #include <cuda.h>
        #define TEXT_OF(x) #x
        #define TEXT(x) TEXT_OF(x)
        #define NAMED(base, name) _Static_assert(__builtin_strcmp(TEXT(base), name) == 0, "the ABI links " TEXT(base) ", not " name)
        #define CLASS(type) __builtin_classify_type(*(type *)0)
        #define RECORD 12
        #define REAL 8
        #define IN_REGISTER(type, size) (sizeof(type) == (size) && CLASS(type) != REAL && (CLASS(type) != RECORD || sizeof(type) == 8))
        #define PARAMETER(function, number, type, size) \\
            _Static_assert(IN_REGISTER(type, size), #function ": parameter " #number " is " #type ", not an integer of " #size " bytes")
        """);

    /**
     * Checks that a name is the one that the ABI links: what the name without its suffix expands to.
     *
     * @param function a linked name, such as {@code cuMemAlloc_v2}
     */
    void name(final String function) {
        source.append("NAMED(%s, \"%s\");%n".formatted(function.replaceFirst("_v\\d+$", ""), function));
    }

    void constant(final String name, final long value) {
        source.append("_Static_assert((long long)(%1$s) == %2$dLL, \"%1$s is not %2$d\");%n".formatted(name, value));
    }

    void structure(final GroupLayout layout) {
        final String name = layout.name().orElseThrow();
        source.append("_Static_assert(sizeof(%1$s) == %2$d, \"%1$s is not of %2$d bytes\");%n".formatted(name, layout.byteSize()));
        long offset = 0;
        for (final MemoryLayout member : layout.memberLayouts()) {
            if (member.name().isPresent()) {
                final String path = NESTED.getOrDefault(name + '.' + member.name().get(), member.name().get());
                source.append("""
                    _Static_assert(offsetof(%1$s, %2$s) == %3$d, "%1$s.%2$s does not lie at %3$d");
                    _Static_assert(sizeof(((%1$s *)0)->%2$s) == %4$d, "%1$s.%2$s is not of %4$d bytes");
                    """.formatted(name, path, offset, member.byteSize()));
            }
            offset += member.byteSize();
        }
    }

    /**
     * Checks a function's type.
     *
     * @param name       the linked name
     * @param descriptor ours
     * @param theirs     NVIDIA's header after the preprocessor
     */
    void function(final String name, final FunctionDescriptor descriptor, final String theirs) {
        final Matcher declaration = Pattern.compile("\\bCUresult\\s+" + name + "\\s*\\(([^;]*)\\)\\s*;").matcher(theirs);
        if (!declaration.find()) {
            source.append("_Static_assert(0, \"%s is not declared\");%n".formatted(name));
            return;
        }
        final List<String> types = types(declaration.group(1));
        source.append("_Static_assert(__builtin_types_compatible_p(__typeof__(%1$s), CUresult(%2$s)), \"%1$s was read wrongly\");%n"
            .formatted(name, types.isEmpty() ? "void" : String.join(", ", types)));
        final List<MemoryLayout> ours = descriptor.argumentLayouts();
        source.append("_Static_assert(%d == %d, \"%s has another number of parameters\");%n".formatted(types.size(), ours.size(), name));
        for (int i = 0; i < Math.min(types.size(), ours.size()); i++) {
            source.append("PARAMETER(%s, %d, %s, %d);%n".formatted(name, i + 1, types.get(i), integerBytes(ours.get(i))));
        }
        source.append("_Static_assert(sizeof(CUresult) == %d, \"%s: result\");%n".formatted(
            integerBytes(descriptor.returnLayout().orElseThrow()), name));
    }

    /**
     * Checks the type of a function that the driver calls: one that returns nothing and takes pointers.
     *
     * @param name       the type's name
     * @param descriptor ours
     */
    void callback(final String name, final FunctionDescriptor descriptor) {
        final String pointers = descriptor.argumentLayouts().stream().map(word -> integerBytes(word) == Long.BYTES ? "void *" : "int")
            .collect(Collectors.joining(", "));
        source.append("_Static_assert(__builtin_types_compatible_p(%1$s, %2$s (*)(%3$s)), \"%1$s is another function\");%n"
            .formatted(name, descriptor.returnLayout().isEmpty() ? "void" : "int", pointers));
    }

    private static long integerBytes(final MemoryLayout layout) {
        return switch (layout) {
            case AddressLayout address -> throw new IllegalStateException("a pointer would need an object: " + address);
            case ValueLayout.OfFloat real -> throw new IllegalStateException("no parameter of the interface is real: " + real);
            case ValueLayout.OfDouble real -> throw new IllegalStateException("no parameter of the interface is real: " + real);
            case ValueLayout value -> value.byteSize();
            default -> throw new IllegalStateException("no parameter is passed as a structure: " + layout);
        };
    }

    /** The types of a list of parameters, without the parameters' names. */
    static List<String> types(final String parameters) {
        final List<String> types = new ArrayList<>();
        if (!parameters.isBlank() && !parameters.strip().equals("void")) {
            for (final String parameter : parameters.split(",")) {
                types.add(parameter.strip().replaceFirst("\\b\\w+$", "").strip());
            }
        }
        return types;
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
