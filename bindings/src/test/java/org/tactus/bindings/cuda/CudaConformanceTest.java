// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.generated.cuda.cuda_h;

/** Holds our declarations against NVIDIA's own header, where a toolkit and a C compiler are installed. */
class CudaConformanceTest {
    private static final String PACKAGE = cuda_h.class.getPackageName();
    private static final Path GENERATED = Path.of("src/main/java", PACKAGE.split("\\."));
    /** The header that our names are of; an older one links older names. */
    private static final int SINCE = 13_000;
    /** Linked on purpose under an older name, which takes the same parameters: the newest driver has it, and so do older ones. */
    private static final Set<String> OLDER = Set.of("cuEventElapsedTime");

    private final Map<String, FunctionDescriptor> functions = new TreeMap<>();
    private final Map<String, Long> constants = new TreeMap<>();
    private final Map<String, FunctionDescriptor> callbacks = new TreeMap<>();
    private final Map<String, GroupLayout> structures = new TreeMap<>();
    private Path include;
    private Path compiler;
    @TempDir
    private Path folder;

    @BeforeEach
    void readBindingsAndFindToolkit() throws IOException, ReflectiveOperationException {
        final List<String> names;
        try (Stream<Path> files = Files.list(GENERATED)) {
            names = files.map(file -> file.getFileName().toString().replace(".java", "")).sorted().toList();
        }
        for (final String name : names) {
            if (name.endsWith("_t")) {
                functions.put(name.substring(0, name.length() - 2), (FunctionDescriptor) of(name, "descriptor"));
            } else if (name.endsWith("Fn")) {
                callbacks.put(name, (FunctionDescriptor) of(name, "descriptor"));
            } else if (name.startsWith("CU")) {
                structures.put(name, (GroupLayout) of(name, "layout"));
            }
        }
        for (final Method method : cuda_h.class.getDeclaredMethods()) {
            if (method.getParameterCount() == 0 && method.getReturnType() == int.class && method.getName().startsWith("CU")) {
                constants.put(method.getName(), (long) (int) method.invoke(null));
            }
        }
        include = Toolkit.home().map(home -> home.resolve("include")).orElse(null);
        assumeTrue(include != null, "no CUDA toolkit here; set CUDA_HOME to hold native-headers/cuda against NVIDIA's header");
        compiler = Toolkit.compiler().orElse(null);
        assumeTrue(compiler != null, "no C compiler here; install gcc to hold native-headers/cuda against NVIDIA's header");
        final int version = version();
        assumeTrue(version >= SINCE, include + "/cuda.h is of version " + version + "; native-headers/cuda holds the names of " + SINCE);
    }

    private static Object of(final String name, final String method) throws ReflectiveOperationException {
        return Class.forName(PACKAGE + '.' + name).getMethod(method).invoke(null);
    }

    private int version() throws IOException {
        return Pattern.compile("#define CUDA_VERSION (\\d+)").matcher(Files.readString(include.resolve("cuda.h"))).results()
            .mapToInt(found -> Integer.parseInt(found.group(1))).findFirst().orElse(0);
    }

    private Toolkit.Output compile(final String source, final String... more) throws IOException, InterruptedException {
        final Path file = Files.writeString(folder.resolve("conformance.c"), source);
        final List<String> command = new ArrayList<>(List.of(compiler.toString(), "-std=gnu11", "-I", include.toString()));
        command.addAll(List.of(more));
        command.add(file.toString());
        return Toolkit.run(folder, command);
    }

    /** The header after the preprocessor, with the declarations of older names, too. */
    private String preprocessed() throws IOException, InterruptedException {
        final Toolkit.Output output = compile("#define __CUDA_API_VERSION_INTERNAL\n#include <cuda.h>\n", "-E", "-P");
        assertEquals(0, output.status(), output.text());
        return output.text();
    }

    private String types(final String theirs) {
        final ConformanceSource source = new ConformanceSource();
        constants.forEach(source::constant);
        structures.values().forEach(source::structure);
        callbacks.forEach(source::callback);
        functions.forEach((name, descriptor) -> source.function(name, descriptor, theirs));
        return "#define __CUDA_API_VERSION_INTERNAL\n" + source;
    }

    @Test
    void shouldAgreeWithTheHeaderInEveryConstantSizeOffsetAndPrototype() throws IOException, InterruptedException {
        assertTrue(functions.size() > 50 && constants.size() > 50 && structures.size() >= 3, "the bindings were not read");
        final Toolkit.Output output = compile(types(preprocessed()), "-fsyntax-only");
        assertEquals(0, output.status(), output.text());
    }

    @Test
    void shouldLinkTheNamesThatTheHeaderLinks() throws IOException, InterruptedException {
        final ConformanceSource source = new ConformanceSource();
        functions.keySet().stream().filter(name -> !OLDER.contains(name)).forEach(source::name);
        final Toolkit.Output output = compile(source.toString(), "-fsyntax-only");
        assertEquals(0, output.status(), output.text());
        for (final String name : OLDER) {
            final ConformanceSource newer = new ConformanceSource();
            newer.name(name);
            assertNotEquals(0, compile(newer.toString(), "-fsyntax-only").status(), name + " is not older; take it off the list");
        }
    }

    @Test
    void shouldRefuseWhatDisagrees() throws IOException, InterruptedException {
        final String types = types(preprocessed());
        for (final String[] change : new String[][] {
            {"CUDA_ERROR_ILLEGAL_ADDRESS) == 700LL", "CUDA_ERROR_ILLEGAL_ADDRESS) == 701LL"},
            {"sizeof(CUmemAllocationProp) == 32", "sizeof(CUmemAllocationProp) == 40"},
            {"offsetof(CUmemAllocationProp, allocFlags.usage) == 26", "offsetof(CUmemAllocationProp, allocFlags.usage) == 28"},
            {"(CUhostFn, void (*)(void *))", "(CUhostFn, int (*)(void *))"},
            {"PARAMETER(cuMemMap, 2, size_t, 8)", "PARAMETER(cuMemMap, 2, size_t, 4)"},
            {"PARAMETER(cuMemMap, 2, size_t, 8)", "PARAMETER(cuMemMap, 2, double, 8)"},
            {"(5 == 5, \"cuMemMap", "(5 == 4, \"cuMemMap"},
            {"__typeof__(cuMemUnmap), CUresult(CUdeviceptr, size_t)", "__typeof__(cuMemUnmap), CUresult(CUdeviceptr, int)"}}) {
            assertTrue(types.contains(change[0]), change[0]);
            assertNotEquals(0, compile(types.replace(change[0], change[1]), "-fsyntax-only").status(), change[1]);
        }
        final ConformanceSource absent = new ConformanceSource();
        absent.function("cuNoSuchCall", functions.get("cuInit"), preprocessed());
        assertNotEquals(0, compile(absent.toString(), "-fsyntax-only").status());
        final ConformanceSource older = new ConformanceSource();
        older.name("cuMemAlloc");
        assertNotEquals(0, compile(older.toString(), "-fsyntax-only").status());
    }
}
