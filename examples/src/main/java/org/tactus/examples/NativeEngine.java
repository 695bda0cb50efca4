// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tactus.Tactus;
import org.tactus.format.TaskSetFile;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.work.Workload;

/**
 * Schedules and swaps the memory of engines in a native library that allocates by the CUDA driver and knows nothing of Tactus:
 * {@code examples/native/engine.c}, compiled by {@code gcc -shared -fPIC -O2 -o libengine.so engine.c -ldl}. Together they need half as
 * much memory again as the GPU has. Their answers are computed in Java, too, and compared.
 */
@SuppressWarnings("restricted") // calls a native library of its own
public final class NativeEngine {
    private static final int WEIGHTS = 128 << 10;
    private static final int THREADS = 128;

    private NativeEngine() {
    }

    /** The library's functions. */
    private static final class Library {
        private final MethodHandle create;
        private final MethodHandle createState;
        private final MethodHandle enqueue;
        private final MethodHandle answer;
        private final MethodHandle destroy;

        Library(final SymbolLookup functions) {
            final Linker linker = Linker.nativeLinker();
            create = linker.downcallHandle(functions.findOrThrow("engine_create"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            createState = linker.downcallHandle(functions.findOrThrow("engine_create_state"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            enqueue = linker.downcallHandle(functions.findOrThrow("engine_enqueue"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
            answer = linker.downcallHandle(functions.findOrThrow("engine_answer"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            destroy = linker.downcallHandle(functions.findOrThrow("engine_destroy"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
        }
    }

    /** The code of one task: an engine, and what it answered. The device's dispatcher runs it; then the thread that stops closes it. */
    private static final class Engine implements Workload.GpuCode {
        private final Library library;
        private final MemorySegment engine;
        private final List<Integer> answers;
        private boolean begun;

        Engine(final Library library, final Workload.GpuMemory memory, final int seed, final List<Integer> answers) {
            this.library = library;
            this.answers = answers;
            try {
                memory.asksFor(Workload.GpuMemory.Kind.CONSTANTS);
                engine = (MemorySegment) library.create.invokeExact(WEIGHTS, seed);     // allocates, and copies weights there
                if (engine.address() == 0) {
                    throw new IllegalStateException("the engine was not created");
                }
                createState(memory);
            } catch (final RuntimeException e) {
                throw e;
            } catch (final Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** Nobody closes an engine whose constructor throws, so it is destroyed here. */
        private void createState(final Workload.GpuMemory memory) throws Throwable {
            try {
                memory.asksFor(Workload.GpuMemory.Kind.STATE);
                require((int) library.createState.invokeExact(engine), "engine_create_state");
            } catch (final Throwable e) {
                library.destroy.invokeExact(engine);
                throw e;
            }
        }

        private static void require(final int status, final String function) {
            if (status != 0) {
                throw new IllegalStateException(function + " answered " + status);
            }
        }

        @Override
        public void run(final long job, final long stream) throws Exception {
            try {
                keepAnswer();
                begun = true;
                require((int) library.enqueue.invokeExact(engine, stream), "engine_enqueue");
            } catch (final RuntimeException e) {
                throw e;
            } catch (final Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** Of the job before, which is done. */
        private void keepAnswer() throws Throwable {
            if (begun) {
                answers.add((int) library.answer.invokeExact(engine));
            }
        }

        @Override
        public void close() {
            try {
                keepAnswer();
                library.destroy.invokeExact(engine);
            } catch (final Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What an engine answers in so many jobs. */
    private static List<Integer> expected(final int jobs, final int seed) {
        final int[] weights = new int[WEIGHTS];
        int drawn = seed;
        for (int i = 0; i < WEIGHTS; i++) {
            drawn = drawn * 1664525 + 1013904223;
            weights[i] = drawn;
        }
        final int[] state = new int[THREADS];
        final List<Integer> answers = new ArrayList<>();
        for (int job = 0; job < jobs; job++) {
            for (int i = 0; i < WEIGHTS; i++) {
                state[i % THREADS] = state[i % THREADS] * 1664525 + weights[i];
            }
            int all = 0;
            for (final int word : state) {
                all = all * 31 + word;
            }
            answers.add(all);
        }
        return answers;
    }

    /**
     * Runs for some seconds.
     *
     * @param arguments the compiled library, and a task-set file, each of whose tasks gets an engine
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final Path file = Path.of(arguments[0]).toAbsolutePath();
        final TaskSet set = TaskSetFile.load(Path.of(arguments[1]), TaskSetFile.Options.strict()).taskSet();
        final Library library = new Library(SymbolLookup.libraryLookup(file, Arena.global()));
        final Tactus.Context context = new Tactus.Context().taskSet(set);
        final Map<String, List<Integer>> answers = new TreeMap<>();
        for (final Task task : set.tasks()) {
            answers.put(task.name(), new ArrayList<>());
            context.gpu(task.name(), memory -> {
                memory.adopt(file);             // its cuMemAlloc gives memory of the task from here on
                return new Engine(library, memory, task.name().hashCode(), answers.get(task.name()));
            });
        }
        try (Tactus tactus = Tactus.launch(context)) {
            Thread.sleep(4_000);
            System.out.print(tactus.stop());    // with how many chunks went in and out
        }
        answers.forEach((name, given) -> System.out.println(name + ": " + given.size() + " answers, " + (given.equals(
            expected(given.size(), name.hashCode())) ? "each as computed in Java" : "not as computed in Java: " + given)));
    }
}
