// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tactus.bindings.elf.LoadedLibrary;

/** The engine of {@code engine.c}, compiled here and loaded; and what its jobs answer, computed in Java. Skips the test without gcc. */
@SuppressWarnings("restricted") // it plays a program that calls a native library of its own
final class EngineLibrary implements AutoCloseable {
    static final int OUT_OF_MEMORY = 2;
    static final int INVALID_VALUE = 1;
    private static final Set<String> RETURNS_LONG = Set.of("engine_result", "engine_room", "engine_address");

    private final Arena arena = Arena.ofShared();
    private final Path file;
    private final SymbolLookup lookup;
    private final Map<String, MethodHandle> handles = new HashMap<>();

    /** In place of NVIDIA's library, which the linker wants to see; a call that reached it would say that there is no device. */
    private static String standIn() {
        final StringBuilder text = new StringBuilder();
        for (final String name : List.of("cuMemAlloc_v2", "cuMemFree_v2", "cuMemGetInfo_v2", "cuMemcpyHtoD_v2", "cuMemcpyDtoH_v2",
            "cuLaunchHostFunc", "cuMemAllocAsync", "cuMemFreeAsync", "cuMemAllocPitch_v2", "cuMemAllocManaged", "cuMemCreate",
            "cuMemcpyDtoD_v2", "cuMemsetD8_v2")) {
            text.append("int ").append(name).append("(void) { return 100; }\n");
        }
        return text.toString();
    }

    EngineLibrary(final Path folder, final boolean linked, final String... flags) throws IOException, InterruptedException {
        final String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        final Path compiler = Stream.of("cc", "gcc", "clang").flatMap(name -> Stream.of(path.split(":")).map(at -> Path.of(at, name)))
            .filter(Files::isExecutable).findFirst().orElse(null);
        assumeTrue(compiler != null, "no C compiler here; install gcc to try libraries that allocate by the CUDA driver");
        assumeTrue(LoadedLibrary.absence().isEmpty(), () -> LoadedLibrary.absence().orElseThrow());
        file = folder.resolve("libengine.so");
        final List<String> more = new ArrayList<>(Arrays.asList(flags));
        if (linked) {
            Files.writeString(folder.resolve("cuda.c"), standIn());
            compile(compiler, folder.resolve("libcuda.so"), folder.resolve("cuda.c"), List.of("-Wl,-soname,libcuda.so"));
            more.addAll(List.of("-L" + folder, "-lcuda", "-Wl,-rpath," + folder));
        } else {
            more.addAll(List.of("-DLOOKED_UP", "-ldl"));
        }
        try (InputStream source = EngineLibrary.class.getResourceAsStream("engine.c")) {
            Files.write(folder.resolve("engine.c"), source.readAllBytes());
        }
        compile(compiler, file, folder.resolve("engine.c"), more);
        lookup = SymbolLookup.libraryLookup(file, arena);
    }

    private static void compile(final Path compiler, final Path library, final Path source, final List<String> more)
        throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(
            List.of(compiler.toString(), "-shared", "-fPIC", "-O2", "-pthread", "-o", library.toString(), source.toString()));
        command.addAll(more);
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
    }

    Path file() {
        return file;
    }

    /** Calls a function; every argument is passed as a word, which C reads as it declares. */
    long call(final String function, final long... arguments) {
        try {
            return (long) handle(function, arguments.length).invokeExact(arguments);
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }

    private synchronized MethodHandle handle(final String function, final int arguments) {
        return handles.computeIfAbsent(function, name -> {
            final MemoryLayout[] words = new MemoryLayout[arguments];
            Arrays.fill(words, ValueLayout.JAVA_LONG);
            final MethodHandle called = Linker.nativeLinker().downcallHandle(lookup.findOrThrow(name),
                FunctionDescriptor.of(RETURNS_LONG.contains(name) ? ValueLayout.JAVA_LONG : ValueLayout.JAVA_INT, words));
            return called.asSpreader(long[].class, arguments).asType(MethodType.methodType(long.class, long[].class));
        });
    }

    /** Makes the handles that jobs call, so that no job pays for it. */
    void warmUp() {
        handle("engine_queue", 3);
        handle("engine_run", 2);
    }

    void require(final String function, final long... arguments) {
        final long status = call(function, arguments);
        if (status != 0) {
            throw new IllegalStateException(function + " answered " + status);
        }
    }

    private static long next(final long x) {
        return x * 6364136223846793005L + 1442695040888963407L;
    }

    /** What the jobs from 0 on answer of an engine that runs each of them once, in order. */
    static long[] answers(final int weights, final int states, final long seed, final int jobs) {
        final long[] weight = new long[weights];
        long at = seed;
        for (int i = 0; i < weights; i++) {
            at = next(at);
            weight[i] = at;
        }
        final long[] state = new long[states];
        final long[] answers = new long[jobs];
        for (int job = 0; job < jobs; job++) {
            long sum = job;
            for (int i = 0; i < weights; i++) {
                sum = next(sum ^ weight[i]);
            }
            for (int i = 0; i < states; i++) {
                state[i] = next(state[i] + sum);
                sum ^= state[i];
            }
            answers[job] = sum;
        }
        return answers;
    }

    @Override
    public void close() {
        arena.close();
    }
}
