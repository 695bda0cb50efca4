// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.work.TimedWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.internal.work.WorkloadWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;
import org.tactus.result.SwapResult;
import org.tactus.result.TaskResult;
import org.tactus.work.Workload;

/** Engines in C that allocate by the CUDA driver and know nothing of Tactus, as tasks of a memory that is too small for all of them. */
@Timeout(120)
class LibraryRunTest {
    private static final long MS = 1_000_000;
    private static final long US = 1_000;
    private static final long MIB = 1 << 20;
    private static final long CHUNK = 256 << 10;
    /** Words of weights, 2 MiB, and of state. */
    private static final int WEIGHTS = 1 << 18;
    private static final int STATES = 1 << 12;
    private static final int ENGINES = 3;
    private static final TaskMemory MEMORY = new TaskMemory(2 * MIB + 3 * (CHUNK / 2), OptionalLong.of(2 * MIB + CHUNK), Optional.empty(),
        CHUNK / 2, CHUNK);

    @TempDir
    private Path folder;
    private final List<String> errors = Collections.synchronizedList(new ArrayList<>());

    private static String name(final int engine) {
        return "engine" + engine;
    }

    private static DeviceSpec gpu(final long bytes, final SwapProtocol protocol) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0,
            Optional.of(new DeviceMemory(bytes, CHUNK, protocol, 500 * US, 500 * US, 200 * US, 200 * US, Residency.SEMANTIC, 500 * US,
                false)), 0);
    }

    /** Three engines of some 2.4 MiB each. */
    private static TaskSet set(final long bytes, final SwapProtocol protocol, final TaskMemory memory) {
        final TaskSetBuilder builder = TaskSet.builder("engines").device(gpu(bytes, protocol));
        for (int engine = 0; engine < ENGINES; engine++) {
            builder.task(name(engine), task -> task.periodNs(150 * MS).segment("gpu0", 10 * MS).memory(memory));
        }
        return builder.build();
    }

    private static TaskSet set() {
        return set(5 * MIB, SwapProtocol.SEQ, MEMORY);
    }

    private static Workload.GpuCode open(final EngineLibrary library, final int engine, final Workload.GpuMemory memory) {
        memory.adopt(library.file());
        library.require("engine_load");
        library.warmUp();
        memory.asksFor(Workload.GpuMemory.Kind.CONSTANTS);
        library.require("engine_weights", engine, WEIGHTS, engine);
        memory.asksFor(Workload.GpuMemory.Kind.STATE);
        library.require("engine_state", engine, STATES);
        memory.asksFor(Workload.GpuMemory.Kind.SCRATCH);
        library.require("engine_scratch", engine, CHUNK / 2);
        return engine == 1 ? (job, stream) -> library.require("engine_run", engine, job)
            : new Workload.GpuCode() {
                @Override
                public void run(final long job, final long stream) {
                    library.require("engine_queue", engine, job, stream);
                }

                @Override
                public void close() {
                    library.call("engine_close", engine);
                }
            };
    }

    private Workload workload(final EngineLibrary library) {
        final Workload workload = new Workload();
        for (int i = 0; i < ENGINES; i++) {
            final int engine = i;
            workload.gpu(name(engine), memory -> open(library, engine, memory));
        }
        return workload;
    }

    private RunResult run(final TaskSet set, final WorkFactory works, final long ms) throws InterruptedException {
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(task + ": " + cause.getMessage());
            }
        };
        try (TaskSetRun run = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), works, listener)) {
            run.start();
            Thread.sleep((run.zeroNs() - System.nanoTime()) / MS + ms);
            return run.stop();
        }
    }

    /** Compares each job with what it answers in Java; state that was lost in one job would show in all later ones. */
    private static void requireAnswers(final EngineLibrary library, final RunResult result) {
        for (int engine = 0; engine < ENGINES; engine++) {
            final int jobs = (int) result.tasks().get(engine).jobs();
            final long[] expected = EngineLibrary.answers(WEIGHTS, STATES, engine, jobs);
            for (int job = 0; job < jobs; job++) {
                assertEquals(expected[job], library.call("engine_result", engine, job), name(engine) + ", job " + job);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, lazy, SEQ", "true, now, SPE", "false, now, SEQ"})
    void shouldAnswerAsAloneWhenEnginesAreSwapped(final boolean linked, final String binding, final SwapProtocol protocol)
        throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, linked, "-Wl,-z," + binding)) {
            final TaskSet set = set(5 * MIB, protocol, MEMORY);
            final RunResult result = run(set, new WorkloadWorks(workload(library), set), 2500);
            assertEquals(List.of(), errors);
            final SwapResult swaps = result.devices().getFirst().swaps().orElseThrow();
            for (final TaskResult task : result.tasks()) {
                assertTrue(task.jobs() > 2, result.toString());
                assertFalse(task.stopped());
            }
            assertTrue(swaps.chunksIn() > 20 && swaps.chunksDropped() > 0, swaps.toString());
            assertTrue(swaps.mostUsedBytes() <= 5 * MIB, swaps.toString());
            requireAnswers(library, result);
        }
    }

    @Test
    void shouldStopTheTaskWhenItsStateIsCalledConstant() throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true)) {
            final Workload workload = workload(library).gpu(name(1), memory -> {
                memory.adopt(library.file());
                memory.asksFor(Workload.GpuMemory.Kind.CONSTANTS);
                library.require("engine_weights", 1, WEIGHTS - STATES, 1); // so that there is room for the state beside them
                library.require("engine_state", 1, STATES);
                return (job, stream) -> library.require("engine_run", 1, job);
            });
            final TaskSet set = set();
            final RunResult result = run(set, new WorkloadWorks(workload, set), 1200);
            assertEquals(1, errors.size(), errors.toString());
            assertTrue(errors.getFirst().startsWith("engine1: cuMemcpyHtoD of 32KiB got CUDA_ERROR_INVALID_VALUE: it writes constants of "
                + "'engine1', which are dropped when they are swapped out"), errors.toString());
            assertTrue(result.tasks().get(1).stopped());
            assertTrue(result.tasks().get(2).jobs() > 2, "the others go on");
        }
    }

    /** What a library gets for calls that have no place in the schedule, and what is told of them. */
    private String faultOf(final EngineLibrary library, final UnaryOperator<String> check) throws InterruptedException {
        final Map<String, Long> seen = Collections.synchronizedMap(new TreeMap<>());
        final Workload workload = workload(library).gpu(name(0), memory -> {
            final Workload.GpuCode code = open(library, 0, memory);
            return (job, stream) -> {
                code.run(job, stream);
                if (job == 2) {
                    final String[] call = check.apply("").split(" ");
                    seen.put(call[0], library.call(call[0], Long.parseLong(call[1])));
                }
            };
        });
        final TaskSet set = set();
        final RunResult result = run(set, new WorkloadWorks(workload, set), 2000);
        assertEquals(1, errors.size(), errors.toString());
        assertEquals(2, result.tasks().getFirst().jobs(), "the jobs before");
        assertTrue(result.tasks().getFirst().stopped());
        assertTrue(result.tasks().get(1).jobs() > 2 && result.tasks().get(2).jobs() > 2, "the others go on");
        assertFalse(result.devices().getFirst().lost());
        return seen.values().iterator().next() + ", " + errors.getFirst();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "engine_allocate 4096 | 2, engine0: cuMemAlloc of 4KiB got CUDA_ERROR_OUT_OF_MEMORY: 'engine0' has been opened, and its memory is",
        "engine_allocate_elsewhere 4096 | 2, engine0: cuMemAlloc of 4KiB got CUDA_ERROR_OUT_OF_MEMORY: thread ",
        "engine_look_elsewhere 0 | 1, engine0: cuMemcpyDtoH of 8B got CUDA_ERROR_INVALID_VALUE: thread ",
        "engine_touch_weights 0 | 1, engine0: cuMemcpyHtoD of 8B got CUDA_ERROR_INVALID_VALUE: it writes constants of 'engine0'"})
    void shouldTellWhatWasRefusedWhenALibraryCallsOutOfItsPlace(final String call, final String told) throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true)) {
            if (call.startsWith("engine_allocate_elsewhere")) { // it is nobody's, so it is told to all
                final Workload workload = workload(library).gpu(name(0), memory -> {
                    final Workload.GpuCode code = open(library, 0, memory);
                    assertEquals(EngineLibrary.OUT_OF_MEMORY, library.call("engine_allocate_elsewhere", 4096));
                    return code;
                });
                final TaskSet set = set();
                final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class,
                    () -> run(set, new WorkloadWorks(workload, set), 100));
                assertTrue(refused.getMessage().startsWith("task 'engine0': its code was not opened: "
                    + told.substring("2, engine0: ".length())), refused.getMessage());
                return;
            }
            final String fault = faultOf(library, ignored -> call);
            assertTrue(fault.startsWith(told), fault);
        }
    }

    @Test
    void shouldRefuseTheLaunchWhenALibraryWantsMoreThanTheFootprint() throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true)) {
            final TaskSet set = set(5 * MIB, SwapProtocol.SEQ, new TaskMemory(MIB, OptionalLong.of(MIB), Optional.empty(), 0, CHUNK));
            final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class,
                () -> run(set, new WorkloadWorks(workload(library), set), 100));
            assertEquals(set.tasks().stream().map(Task::name).map(name -> "task '" + name + "': its code was not opened: cuMemAlloc of "
                + "2MiB got CUDA_ERROR_OUT_OF_MEMORY: of the memory of '" + name + "', 1MiB of 1MiB are left for constants; write a larger "
                + "'footprint'; the code then failed: engine_weights answered 2").toList(), refused.getMessage().lines().toList());
        }
    }

    @Test
    void shouldReuseAndCountWhatIsFreedWhenALibraryOpens() throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true)) {
            final Workload workload = workload(library).gpu(name(0), memory -> {
                memory.adopt(library.file());
                final long all = library.call("engine_room");
                library.require("engine_weights", 0, 16, 0);
                final long address = library.call("engine_address", 0);
                assertEquals(all - 256, library.call("engine_room"), "blocks are of whole 256 B");
                assertEquals(EngineLibrary.INVALID_VALUE, library.call("engine_free", address + 8), "no block begins there");
                library.require("engine_free", address);
                assertEquals(EngineLibrary.INVALID_VALUE, library.call("engine_free", address), "freed twice");
                assertEquals(all, library.call("engine_room"));
                return open(library, 0, memory);
            });
            final TaskSet set = set();
            final RunResult result = run(set, new WorkloadWorks(workload, set), 800);
            assertEquals(List.of(), errors);
            requireAnswers(library, result);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1})
    void shouldServeOrRefuseEveryWayOfAllocatingWhenALibraryOpens(final long unscheduled) throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true)) {
            final Workload workload = workload(library).gpu(name(0), memory -> {
                memory.adopt(library.file());
                assertEquals(0, library.call("engine_ways"), "the step that failed");
                if (unscheduled >= 0) {
                    assertEquals(801, library.call("engine_unscheduled", unscheduled), "CUDA_ERROR_NOT_SUPPORTED");
                }
                return open(library, 0, memory);
            });
            final TaskSet set = set();
            if (unscheduled < 0) {
                final RunResult result = run(set, new WorkloadWorks(workload, set), 500);
                assertEquals(List.of(), errors);
                requireAnswers(library, result);
            } else {
                final String told = assertThrows(InvalidTaskSetException.class,
                    () -> run(set, new WorkloadWorks(workload, set), 100)).getMessage();
                assertTrue(told.contains((unscheduled == 1 ? "cuMemCreate of 2MiB" : "cuMemAllocManaged of 4KiB")
                    + " got CUDA_ERROR_NOT_SUPPORTED: such memory is not scheduled"), told);
            }
        }
    }

    private static String refusal(final TaskSet set, final Workload workload) {
        return assertThrows(InvalidTaskSetException.class, () -> new WorkloadWorks(workload, set)).getMessage();
    }

    @Test
    void shouldRefuseCodeForAGpuWhereItCannotRunAsTheSetSays() {
        final Workload.GpuCode.Factory none = memory -> (job, stream) -> { };
        final Workload first = new Workload().gpu(name(0), none);
        assertTrue(refusal(set(), new Workload().gpu("other", none))
            .contains("which is not there; the tasks are engine0, engine1, engine2"));
        assertTrue(refusal(set(5 * MIB, SwapProtocol.OVL, MEMORY), first).contains("write 'protocol: seq' or 'protocol: spe'"));
        assertTrue(refusal(set(), new Workload().gpu(name(0), none).code(name(0), 0, job -> { })).contains("give one of the two"));
        final DeviceMemory background = new DeviceMemory(5 * MIB, CHUNK, SwapProtocol.SEQ, US, US, US, US);
        assertTrue(refusal(TaskSet.builder("s").device(new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0,
            Optional.of(background), 0)).task(name(0), task -> task.periodNs(MS).segment("gpu0", US).memory(MEMORY)).build(), first)
            .contains("write 'background: false'"));
        assertTrue(refusal(TaskSet.builder("s").device(gpu(5 * MIB, SwapProtocol.SEQ)).task(name(0), task -> task.periodNs(MS)
            .segment("gpu0", US)).build(), first).contains("which has no memory; write its 'memory' with a 'footprint'"));
        assertTrue(refusal(TaskSet.builder("s").device(gpu(5 * MIB, SwapProtocol.SEQ)).task(name(0), task -> task.periodNs(MS)
            .segment("gpu0", US).segment("gpu0", US).memory(MEMORY)).build(), first).contains("give it one segment"));
        assertTrue(refusal(TaskSet.builder("s").device(gpu(5 * MIB, SwapProtocol.SEQ)).task(name(0), task -> task.periodNs(MS)
            .segment("gpu0", US).memory(MEMORY)).task("long", task -> task.periodNs(MS).segment("gpu0", US).segment("gpu0", US)
            .memory(MEMORY)).build(), first).contains("'long' has several segments"));
        assertTrue(refusal(TaskSet.builder("s").device(DeviceSpec.cpu("cpu0")).task(name(0), task -> task.periodNs(MS)
            .segment("cpu0", US)).build(), first).contains("which is no device of kind cuda"));
    }

    @Test
    void shouldTakeCodeForAGpuWhenTasksOfOtherDevicesHaveSeveralSegments() {
        final TaskSet set = TaskSet.builder("s").device(gpu(5 * MIB, SwapProtocol.SEQ)).device(DeviceSpec.cpu("cpu0"))
            .device(DeviceSpec.cpu("cpu1")).task(name(0), task -> task.periodNs(MS).segment("gpu0", US).memory(MEMORY))
            .task("elsewhere", task -> task.periodNs(MS).segment("cpu0", US).segment("cpu1", US)).build();
        assertDoesNotThrow(() -> new WorkloadWorks(new Workload().gpu(name(0), memory -> (job, stream) -> { }), set));
    }

    private static Task joining(final String name, final int segments) {
        return TaskSet.builder("s").device(gpu(5 * MIB, SwapProtocol.SEQ)).task(name, task -> {
            task.periodNs(150 * MS).memory(MEMORY);
            for (int i = 0; i < segments; i++) {
                task.segment("gpu0", MS);
            }
        }).build().tasks().getFirst();
    }

    /** The proof of bounds beside code that makes its dispatcher wait holds for tasks of one segment, whenever they come. */
    @Test
    void shouldRefuseATaskOfSeveralSegmentsWhenItJoinsBesideCodeOfAProgram() throws Exception {
        final TaskSet set = TaskSet.builder("s").device(gpu(5 * MIB, SwapProtocol.SEQ))
            .task(name(0), task -> task.periodNs(150 * MS).segment("gpu0", 10 * MS).memory(MEMORY)).build();
        final WorkloadWorks works = new WorkloadWorks(new Workload().gpu(name(0), memory -> (job, stream) -> { }), set);
        final RunSettings settings = RunSettings.DEFAULT.withRealTime(false).withForce(true);
        try (TaskSetRun run = TaskSetRun.open(set, settings, works, new KernelListener() { })) {
            run.start();
            assertEquals("code of the program runs on 'gpu0', which may make the dispatcher wait: 'long' has several segments, whose loads "
                + "run beside executions, for which the dispatcher must look; give each task of the device one segment",
                assertThrows(AdmissionRefusedException.class, () -> run.add(joining("long", 2), new TimedWorks())).getMessage());
            run.add(joining("short", 1), new TimedWorks());
            assertThrows(AdmissionRefusedException.class, () -> run.add(joining("long", 2), new TimedWorks()));
        }
    }

    /** Lets go of the task's chunks when its third job starts; on the dispatcher's thread, as a mover at fault would. */
    private record Forgetting(CudaWork work, CudaDevice device) implements CudaWork {
        @Override
        public void launch(final long stream, final long job) {
            if (job == 2) {
                device.region(0).unmapAll();
            }
            work.launch(stream, job);
        }

        @Override
        public void close() {
            work.close();
        }
    }

    @Test
    void shouldStopTheTaskAloneWhenItsChunksVanish() throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true)) {
            final TaskSet set = set(32 * MIB, SwapProtocol.SEQ, MEMORY);
            final WorkloadWorks works = new WorkloadWorks(workload(library), set);
            final RunResult result = run(set, (of, devices, task, seed) -> {
                final List<SegmentWork> made = works.prepare(of, devices, task, seed);
                return task.name().equals(name(0))
                    ? List.of(new Forgetting((CudaWork) made.getFirst(), (CudaDevice) devices.getFirst())) : made;
            }, 2000);
            assertEquals(1, errors.size(), errors.toString());
            assertTrue(errors.getFirst().startsWith("engine0: chunk 0 of the 9 that 'engine0' has is not in the GPU's memory"),
                errors.toString());
            assertEquals(2, result.tasks().getFirst().jobs());
            assertEquals(0, library.call("engine_result", 0, 2), "the job was not begun");
            requireAnswers(library, result);
        }
    }

    @Test
    void shouldRefuseALibraryWhenItIsNotLoadedOrAllocatesNothing() throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true)) {
            for (final Map.Entry<Path, String> file : Map.of(folder.resolve("libnone.so"), "the process has not loaded ",
                folder.resolve("libcuda.so"), "calls no function that allocates by the CUDA driver").entrySet()) {
                final Workload workload = workload(library).gpu(name(0), memory -> {
                    memory.adopt(file.getKey());
                    return (job, stream) -> { };
                });
                final TaskSet set = set();
                final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class,
                    () -> run(set, new WorkloadWorks(workload, set), 100));
                assertTrue(refused.getMessage().contains(file.getValue()), refused.getMessage());
            }
        }
    }

    @Test
    void shouldCallTheDriverAgainWhenTheRunHasEnded() throws Exception {
        try (EngineLibrary library = new EngineLibrary(folder, true, "-Wl,-z,now")) {
            final TaskSet set = set();
            run(set, new WorkloadWorks(workload(library), set), 300);
            assertEquals(List.of(), errors);
            assertEquals(100, library.call("engine_allocate", 4096), "the stand-in of the driver's library answers again");
        }
    }
}
