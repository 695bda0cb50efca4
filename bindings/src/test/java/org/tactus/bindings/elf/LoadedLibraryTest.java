// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots of small C libraries that the C compiler makes here. */
class LoadedLibraryTest {
    private static final String PROVIDER = "int answer(int x) { return 100 + x; }\nint other(int x) { return 200 + x; }\n";
    /** Calls through the linkage table, through a table of pointers that the linker fills, and a function that nobody redirects. */
    private static final String CALLER = """
        extern int answer(int);
        extern int other(int);
        static int (*const volatile table[])(int) = {answer};
        int call_directly(int x) { return answer(x); }
        int call_by_table(int x) { return table[0](x); }
        int call_other(int x) { return other(x); }
        """;

    @TempDir
    private Path folder;
    private Path compiler;

    @BeforeEach
    void findCompiler() {
        final String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        compiler = Stream.of("cc", "gcc", "clang").flatMap(name -> Stream.of(path.split(":")).map(at -> Path.of(at, name)))
            .filter(Files::isExecutable).findFirst().orElse(null);
        assumeTrue(compiler != null, "no C compiler here; install gcc to try slots of a loaded library");
        assumeTrue(LoadedLibrary.absence().isEmpty(), () -> LoadedLibrary.absence().orElseThrow());
    }

    private Path compile(final String name, final String source, final String... more) throws IOException, InterruptedException {
        final Path file = folder.resolve(name + ".c");
        Files.writeString(file, source);
        final Path library = folder.resolve("lib" + name + ".so");
        final List<String> command = new ArrayList<>(
            List.of(compiler.toString(), "-shared", "-fPIC", "-O1", "-o", library.toString(), file.toString()));
        command.addAll(List.of(more));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return library;
    }

    private static int call(final SymbolLookup library, final String function, final int x) {
        try {
            return (int) Linker.nativeLinker().downcallHandle(library.findOrThrow(function),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)).invokeExact(x);
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int replaced(final int x) {
        return 300 + x;
    }

    private static MemorySegment replacement(final Arena arena) {
        try {
            return Linker.nativeLinker().upcallStub(MethodHandles.lookup().findStatic(LoadedLibraryTest.class, "replaced",
                MethodType.methodType(int.class, int.class)), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), arena);
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lazy", "now", "norelro"})
    void shouldCallElsewhereUntilClosedWhenSlotsAreWritten(final String binding) throws Exception {
        compile("provider", PROVIDER);
        final Path file = compile("caller", CALLER, "-Wl,-z," + binding, "-L" + folder, "-lprovider", "-Wl,-rpath," + folder);
        try (Arena arena = Arena.ofConfined()) {
            final SymbolLookup caller = SymbolLookup.libraryLookup(file, arena);
            final LoadedLibrary library = LoadedLibrary.find(file).orElseThrow();
            assertTrue(library.imports().containsAll(List.of("answer", "other")), () -> library.imports().toString());
            final MemorySegment replacement = replacement(arena);
            final Redirection redirection =
                library.redirect(name -> name.equals("answer") ? Optional.of(replacement) : Optional.empty());
            assertEquals(Set.of("answer"), redirection.functions());
            assertEquals(List.of(307, 307, 207), List.of(call(caller, "call_directly", 7), call(caller, "call_by_table", 7),
                call(caller, "call_other", 7)), binding);
            redirection.close();
            assertEquals(List.of(107, 107, 207), List.of(call(caller, "call_directly", 7), call(caller, "call_by_table", 7),
                call(caller, "call_other", 7)), binding);
            redirection.close();
        }
    }

    @Test
    void shouldLeaveOtherLibrariesAloneWhenOneIsRedirected() throws Exception {
        compile("provider", PROVIDER);
        final Path file = compile("caller", CALLER, "-L" + folder, "-lprovider", "-Wl,-rpath," + folder);
        final Path second = compile("second", CALLER, "-L" + folder, "-lprovider", "-Wl,-rpath," + folder);
        try (Arena arena = Arena.ofConfined()) {
            final SymbolLookup one = SymbolLookup.libraryLookup(file, arena);
            final SymbolLookup two = SymbolLookup.libraryLookup(second, arena);
            final MemorySegment replacement = replacement(arena);
            try (Redirection redirection = LoadedLibrary.find(file).orElseThrow().redirect(
                name -> name.equals("answer") ? Optional.of(replacement) : Optional.empty())) {
                assertFalse(redirection.functions().isEmpty());
                assertEquals(List.of(301, 101), List.of(call(one, "call_directly", 1), call(two, "call_directly", 1)));
            }
        }
    }

    @Test
    void shouldTouchNothingWhenTheLibraryIsGoneBeforeTheEnd() throws Exception {
        compile("provider", PROVIDER);
        final Path file = compile("caller", CALLER, "-Wl,-z,now", "-L" + folder, "-lprovider", "-Wl,-rpath," + folder);
        final Redirection redirection;
        try (Arena stubs = Arena.ofConfined()) {
            try (Arena arena = Arena.ofConfined()) {
                SymbolLookup.libraryLookup(file, arena);
                final MemorySegment replacement = replacement(stubs);
                redirection = LoadedLibrary.find(file).orElseThrow().redirect(
                    name -> name.equals("answer") ? Optional.of(replacement) : Optional.empty());
            }
            redirection.close();
        }
        assertTrue(LoadedLibrary.find(file).isEmpty());
    }

    @Test
    void shouldFindNothingWhenALibraryIsNotLoaded() throws Exception {
        assertTrue(LoadedLibrary.find(compile("provider", PROVIDER)).isEmpty());
        assertTrue(LoadedLibrary.find(folder.resolve("libnone.so")).isEmpty());
    }
}
