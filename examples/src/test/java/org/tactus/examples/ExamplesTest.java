// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;

/** Runs every example in a JVM of its own, as a reader would. */
@Timeout(120)
class ExamplesTest {
    @TempDir
    private Path folder;

    private String run(final Class<?> example, final String... arguments) throws IOException, InterruptedException {
        final Path printed = folder.resolve("out.txt");
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-cp", System.getProperty("java.class.path"), example.getName()));
        command.addAll(List.of(arguments));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile()).start();
        try {
            assertTrue(process.waitFor(100, TimeUnit.SECONDS), "still runs");
        } finally {
            process.destroyForcibly();
        }
        final String text = Files.readString(printed, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), text);
        return text;
    }

    @Test
    void shouldPrintMeasuredBesideBoundWhenOwnCodeRuns() throws IOException, InterruptedException {
        final String text = run(OwnCode.class);
        assertTrue(text.contains("control") && text.contains("release: ACCEPTED") && text.endsWith(", alarms: 1\n"), text);
    }

    @Test
    void shouldRefuseWhatComesTooEarlyWhenAThreadReleases() throws IOException, InterruptedException {
        final String text = run(SporadicRelease.class);
        assertTrue(text.contains("ACCEPTED=") && text.contains("TOO_EARLY="), text);
    }

    @Test
    void shouldAdmitAndRefuseWhenTasksComeAndGo() throws IOException, InterruptedException {
        final String text = run(Camera.class);
        assertTrue(text.contains("with plate: ") && text.contains("refused: ") && text.contains("frame") && text.contains("plate"), text);
    }

    @Test
    void shouldFindARateWhenTwoNetworksShareTwoCores() throws IOException, InterruptedException {
        final List<String> files = new ArrayList<>();
        for (final String name : List.of("resnet", "mobilenet")) {
            final OnnxModel model = ModelZoo.generate(name, "small", 1);
            final Path file = folder.resolve(name + ".onnx");
            Files.write(file, model.bytes());
            files.add(file.toString());
        }
        final String text = run(TwoNetworks.class, files.toArray(String[]::new));
        assertTrue(text.contains("times a second") && text.contains("first: bound "), text);
    }

    @Test
    void shouldReadAnswersInPlaceWhenANetworkIsFed() throws IOException, InterruptedException {
        final Path file = folder.resolve("resnet.onnx");
        Files.write(file, ModelZoo.generate("resnet", "small", 1).bytes());
        final String text = run(FedNetwork.class, file.toString());
        final String last = text.strip().substring(text.strip().lastIndexOf('\n') + 1);
        assertTrue(text.contains("detect") && last.matches("largest output of the last job: \\d+"), text);
    }

    @Test
    void shouldRunCodeInASetFromAFileAndSayWhatIsWrongWithAnother() throws IOException, InterruptedException {
        final String good = "tactus: 1\nname: s\npolicy: fixed-priority\noverheads: none\nplatform: {devices: [{name: cpu0, kind: cpu}]}\n"
            + "tasks:\n  - {name: control, period: 20ms, segments: [{device: cpu0, wcet: 5ms}]}\n";
        final String text = run(SetFromAFile.class, Files.writeString(folder.resolve("good.yaml"), good).toString());
        assertTrue(text.matches("(?s)control runs: \\d+ released, \\d+ jobs, .* response min .*, p50 .*, max .*steps: \\d+\n"), text);
        final Path file = Files.writeString(folder.resolve("wrong.yaml"), good.replace("20ms", "20"));
        final String wrong = run(SetFromAFile.class, file.toString());
        assertTrue(wrong.startsWith("refused: " + file + ":7: "), wrong);
    }

    @Test
    void shouldSwapTwoTasksWhenTheMemoryWasBuiltInTheProgram() throws IOException, InterruptedException {
        final String text = run(SwappedMemory.class);
        assertTrue(text.contains("never swapped: ") && text.contains("32 MiB of each may be out: schedulable by swap-seq-fp"), text);
        assertTrue(text.replaceAll("\\s+", " ").matches("(?s).*Swapped on gpu0: [1-9]\\d* chunks in.*"), text);
    }

    @Test
    void shouldStayBelowTheBoundWhenDrawnSetsAreSimulated() throws IOException, InterruptedException {
        final String text = run(MeasuredBesideBound.class);
        final String[] lines = text.strip().split("\n");
        assertEquals(5, lines.length, text);
        for (int i = 1; i < lines.length; i++) {
            assertTrue(Double.parseDouble(lines[i].substring(lines[i].lastIndexOf(' ') + 1)) <= 1, text);
        }
    }

    @Test
    void shouldMakeRoomAndGiveItBackWhenANetworkJoinsASwappedMemory() throws IOException, InterruptedException {
        final String text = run(JoiningNetwork.class, "task-sets/joining.yaml");
        assertTrue(text.contains("alone: lanes has a bound of ") && text.contains("refused: "), text);
        assertEquals(2, text.lines().filter(line -> line.startsWith("joined: plates has a bound of ")).count(), text);
        final Matcher swapped = Pattern.compile("Swapped on gpu0: (\\d+) chunks in").matcher(text);
        assertTrue(swapped.find() && Integer.parseInt(swapped.group(1)) > 20, text);
    }

    @Test
    void shouldAnswerAsComputedInJavaWhenTheMemoryOfANativeEngineIsSwapped() throws IOException, InterruptedException {
        final Path library = folder.resolve("libengine.so");
        final Process compiler;
        try {
            compiler = new ProcessBuilder("gcc", "-shared", "-fPIC", "-O2", "-o", library.toString(), "native/engine.c", "-ldl")
                .redirectErrorStream(true).start();
        } catch (final IOException e) { // there is no such program
            Assumptions.abort("no gcc here; install it to try the example of a native engine");
            return;
        }
        final String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), said);
        final String text = run(NativeEngine.class, library.toString(), "task-sets/native-engine.yaml");
        for (final String name : List.of("near", "far")) {
            final Matcher answers = Pattern.compile("(?m)^" + name + ": (\\d+) answers, each as computed in Java$").matcher(text);
            assertTrue(answers.find() && Integer.parseInt(answers.group(1)) > 2, text);
        }
        final Matcher swapped = Pattern.compile("Swapped on gpu0: (\\d+) chunks in, (\\d+) out").matcher(text);
        assertTrue(swapped.find() && Integer.parseInt(swapped.group(1)) > 9 && Integer.parseInt(swapped.group(2)) > 0, text);
    }

    /** In place of the driver: each call may be the one that is refused, and what is given out is counted. */
    private static final String FAILING_DRIVER = """
        #include <stdlib.h>
        int calls_left, held;
        static int refused(void) { return calls_left-- == 0 ? 2 : 0; }
        static int take(void **out) { int status = refused(); held += status ? 0 : 1; *out = status ? NULL : (void *) 64; return status; }
        static int give(void *what) { if (what == NULL) { abort(); } held--; return 0; }
        int cuMemAlloc_v2(void **out, size_t bytes) { return take(out); }
        int cuMemFree_v2(void *what) { return give(what); }
        int cuMemHostAlloc(void **out, size_t bytes, unsigned flags) { return take(out); }
        int cuMemFreeHost(void *what) { return give(what); }
        int cuMemcpyHtoD_v2(void *to, const void *from, size_t bytes) { return refused(); }
        int cuMemcpyDtoHAsync_v2(void *to, void *from, size_t bytes, void *stream) { return refused(); }
        int cuModuleLoadData(void **out, const void *image) { return take(out); }
        int cuModuleUnload(void *what) { return give(what); }
        int cuModuleGetFunction(void **out, void *module, const char *name) { return refused(); }
        int cuLaunchKernel(void) { return refused(); }
        """;

    /** Tries an engine with each call refused in its turn, and with no memory; prints what was kept each time. */
    private static final String TRIALS = """
        #include <stdio.h>
        #include <stdlib.h>
        extern int calls_left, held;
        static int blocks, blocks_left;
        void *__real_malloc(size_t);
        void *__real_calloc(size_t, size_t);
        void __real_free(void *);
        void *__wrap_malloc(size_t n) { void *p = blocks_left-- == 0 ? NULL : __real_malloc(n); blocks += p != NULL; return p; }
        void *__wrap_calloc(size_t k, size_t n) {
            void *p = blocks_left-- == 0 ? NULL : __real_calloc(k, n);
            blocks += p != NULL;
            return p;
        }
        void __wrap_free(void *p) { blocks -= p != NULL; __real_free(p); }
        void *engine_create(unsigned, unsigned);
        int engine_create_state(void *);
        void engine_destroy(void *);
        int main(void) {
            for (int trial = 0; trial < 10; trial++) {
                blocks_left = trial < 8 ? -1 : trial - 8;
                calls_left = trial < 8 ? trial : -1;
                void *engine = engine_create(1000, 1);
                int made = engine == NULL ? 0 : engine_create_state(engine) ? 1 : 2;
                if (engine != NULL) {
                    engine_destroy(engine);
                }
                printf("%d: made %d, keeps %d and %d\\n", trial, made, held, blocks);
                held = blocks = 0;
            }
            return 0;
        }
        """;

    private void execute(final List<String> command, final Path printed) throws IOException, InterruptedException {
        final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        assertEquals(0, builder.start().waitFor(), () -> command + ": " + printed);
    }

    @Test
    void shouldKeepNothingWhenTheDriverRefusesANativeEngine() throws IOException, InterruptedException {
        final Path driver = Files.writeString(folder.resolve("driver.c"), FAILING_DRIVER);
        final Path trials = Files.writeString(folder.resolve("trials.c"), TRIALS);
        final Path printed = folder.resolve("trials.txt");
        try {
            execute(List.of("gcc", "-shared", "-fPIC", "-o", folder.resolve("libcuda.so.1").toString(), driver.toString(),
                "-Wl,-soname,libcuda.so.1"), printed);
        } catch (final IOException e) {
            Assumptions.abort("no gcc here; install it to try the example of a native engine");
        }
        execute(List.of("gcc", "-o", folder.resolve("trials").toString(), trials.toString(), "native/engine.c",
            folder.resolve("libcuda.so.1").toString(), "-Wl,--wrap=malloc,--wrap=calloc,--wrap=free", "-ldl"), printed);
        execute(List.of(folder.resolve("trials").toString()), printed);
        final int[] made = {0, 0, 0, 0, 0, 1, 1, 2, 0, 0};
        final StringBuilder expected = new StringBuilder();
        for (int trial = 0; trial < made.length; trial++) {
            expected.append(trial).append(": made ").append(made[trial]).append(", keeps 0 and 0\n");
        }
        assertEquals(expected.toString(), Files.readString(printed, StandardCharsets.UTF_8));
    }
}
