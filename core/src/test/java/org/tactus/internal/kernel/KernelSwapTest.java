// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventType;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Platform;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Deadlines are far longer than any hiccup of a test machine. */
@Timeout(60)
class KernelSwapTest {
    private static final long MS = 1_000_000;
    private static final DeviceMemory MEMORY = new DeviceMemory(40, 10, SwapProtocol.SEQ, 50_000, 50_000, 0, 0);

    /** Slow enough that a chunk which comes in is there while another one goes. */
    private static final DeviceMemory BOTH = new DeviceMemory(40, 10, SwapProtocol.SEQ, MS, MS, 0, 0)
        .withDuplex(new DeviceMemory.Duplex(2 * MS, 2 * MS, 2 * MS));

    private static TaskSet set(final int segments) {
        final TaskMemory own = new TaskMemory(20, OptionalLong.of(20), Optional.empty());
        final var builder = TaskSet.builder("swapping").device(DeviceSpec.modelled("gpu0").withMemory(MEMORY));
        for (final String name : List.of("a", "b", "c")) {
            builder.task(name, task -> {
                task.periodNs(20 * MS).memory(own);
                for (int i = 0; i < segments; i++) {
                    task.segment("gpu0", MS);
                }
            });
        }
        return builder.build();
    }

    /** Breaks the second move of one slot, and every later one. */
    private record BreakingMover(ChunkMover mover, int slot, int[] moves) implements ChunkMover {
        @Override
        public void startOut(final int task, final int firstChunk, final int count, final long nowNs) {
            moves[0] += task == slot ? 1 : 0;
            mover.startOut(task, firstChunk, count, nowNs);
        }

        @Override
        public void startIn(final int task, final int firstChunk, final int count, final long nowNs) {
            moves[0] += task == slot ? 1 : 0;
            mover.startIn(task, firstChunk, count, nowNs);
        }

        @Override
        public void allow(final int chunks, final long nowNs) {
            mover.allow(chunks, nowNs);
        }

        @Override
        public int poll(final long nowNs) {
            final int done = mover.poll(nowNs);
            if (moves[0] > 1 && !mover.isMoving()) {
                moves[0] = 1;
                return FAILED;
            }
            return done;
        }

        @Override
        public boolean isMoving() {
            return mover.isMoving();
        }

        @Override
        public void cancel() {
            mover.cancel();
        }

        @Override
        public Throwable failure() {
            return new IllegalStateException("the copy broke");
        }
    }

    /** A modelled device with such a mover. */
    private record BreakingDevice(ModelledDevice device, ChunkMover mover, ChunkMover secondMover) implements Device {
        @Override
        public void define(final int slot, final Task task) {
            device.define(slot, task);
        }

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            device.start(work, job, startNs);
        }

        @Override
        public int poll(final long nowNs) {
            return device.poll(nowNs);
        }

        @Override
        public long elapsedNs(final long startNs, final long observedNs) {
            return device.elapsedNs(startNs, observedNs);
        }

        @Override
        public Throwable failure() {
            return new IllegalStateException("an error of a segment");
        }

        @Override
        public boolean isSynchronous() {
            return false;
        }

        @Override
        public String driver() {
            return "breaking";
        }

        @Override
        public void close() {
            device.close();
        }
    }

    private RunSettings options() {
        return RunSettings.DEFAULT.withRealTime(false).withForce(true);
    }

    private static List<SegmentWork> timed(final Task task) {
        return List.of(new TimedWork(Clock.SYSTEM, task.segments().getFirst(), 1));
    }

    /** What is looked at once the third task has stopped and the others have gone on. */
    @FunctionalInterface
    private interface Look {
        void at(Kernel kernel, int... slots) throws InterruptedException;
    }

    /** Runs three tasks until moves of the third one's chunks have broken and the two others have run on. */
    private static void runUntilCBreaks(final TaskSet set, final Device device, final Look look) throws InterruptedException {
        final List<String> heard = new CopyOnWriteArrayList<>();
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(KernelOptions.DEFAULT, 1));
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                heard.add(task + ": " + cause.getMessage());
            }
        };
        try (Kernel kernel = new Kernel(
            set, List.of(device), memory, KernelOptions.DEFAULT, candidate -> Optional.empty(), ThreadSetup.NONE,
            listener, (type, timeNs, of, task, segment, job, argument) -> { }, Clock.SYSTEM)) {
            kernel.start();
            final int[] slots = kernel.addAll(
                set.tasks(), set.tasks().stream().map(KernelSwapTest::timed).toList(), Clock.SYSTEM.nanoTime() + 20 * MS);
            while (!kernel.isStopped(slots[2]) || kernel.completed(slots[0]) < 5 || kernel.completed(slots[1]) < 5) {
                Thread.sleep(5);
            }
            assertEquals(List.of("c: the copy broke"), heard);
            look.at(kernel, slots);
        }
    }

    @Test
    void shouldStopOneTaskWhenAMoveBreaks() throws InterruptedException {
        final TaskSet set = set(1);
        final ModelledDevice modelled = new ModelledDevice(MEMORY, KernelOptions.DEFAULT.taskCapacity(), 1);
        final ChunkMover breaking = new BreakingMover(modelled.mover(), 2, new int[1]);
        final Device device = new BreakingDevice(modelled, breaking, breaking);
        runUntilCBreaks(set, device, (kernel, slots) -> {
            kernel.remove(slots[2]);
            final TaskSet later = TaskSet.builder("later").device(DeviceSpec.modelled("gpu0"))
                .task("d", task -> task.periodNs(20 * MS).segment("gpu0", MS)).build();
            final int[] reused = kernel.addAll(
                later.tasks(), List.of(timed(later.tasks().getFirst())), Clock.SYSTEM.nanoTime() + 20 * MS);
            assertEquals(slots[2], reused[0]);
            while (kernel.completed(reused[0]) < 3) {
                Thread.sleep(5);
            }
            assertTrue(kernel.stop(0));
            assertTrue(kernel.swapCounts(0).orElseThrow().chunksOut() > 0);
        });
    }

    /** The same tasks on a device that moves both ways at once. */
    private static TaskSet both(final TaskSet set) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), new Platform(List.of(set.platform().devices().getFirst()
            .withMemory(BOTH))), set.tasks());
    }

    @Test
    void shouldBringChunksInWhileOthersGoOutWhenTheMemoryIsDuplex() throws InterruptedException {
        final AtomicInteger beside = new AtomicInteger();
        final boolean[] moving = new boolean[2];
        try (TaskSetRun tactus = TaskSetRun.open(both(set(1)), options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> {
            if (t == EventType.SWAP_IN || t == EventType.SWAP_OUT) { // of one thread
                final int in = t == EventType.SWAP_IN ? 1 : 0;
                beside.addAndGet(moving[1 - in] ? 1 : 0);
                moving[in] = true;
            } else if (t == EventType.SWAP_END) { // which of them does not matter: what begins beside the other one counts once less
                moving[0] = false;
                moving[1] = false;
            }
        })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 10 || beside.get() < 5) {
                Thread.sleep(5);
            }
            final RunResult result = tactus.stop();
            final var swaps = result.devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.chunksIn() > 10 && swaps.chunksOut() > 10 && swaps.mostUsedBytes() == 40, swaps.toString());
            assertEquals(List.of(), result.tasks().stream().filter(task -> task.aborted() > 0).toList());
        }
    }

    /** What goes out meanwhile goes to its end, and the others run on. */
    @Test
    void shouldStopOneTaskWhenItsChunksBreakWhileOthersGoOut() throws InterruptedException {
        final TaskSet set = both(set(1));
        final ModelledDevice modelled = new ModelledDevice(BOTH, KernelOptions.DEFAULT.taskCapacity(), 1);
        final Device device = new BreakingDevice(modelled, modelled.mover(), new BreakingMover(modelled.secondMover(), 2, new int[1]));
        runUntilCBreaks(set, device, (kernel, slots) -> {
            assertTrue(kernel.stop(0));
            assertTrue(kernel.swapCounts(0).orElseThrow().mostUsedBytes() <= 40);
        });
    }

    /** A move that never ends is one whose poll says so. */
    private static Device neverDone(final ModelledDevice modelled) {
        final ClassLoader loader = Device.class.getClassLoader();
        final Object mover = Proxy.newProxyInstance(loader, new Class<?>[] {ChunkMover.class}, (proxy, method, arguments) ->
            switch (method.getName()) {
                case "poll" -> 0;
                case "isMoving" -> true;
                default -> method.invoke(modelled.mover(), arguments);
            });
        return (Device) Proxy.newProxyInstance(loader, new Class<?>[] {Device.class}, (proxy, method, arguments) ->
            method.getName().equals("mover") ? mover : method.invoke(modelled, arguments));
    }

    @Test
    void shouldLoseTheDeviceWhenAMoveNeverEnds() throws InterruptedException {
        final TaskSet set = set(1);
        final List<String> heard = new CopyOnWriteArrayList<>();
        final KernelOptions options = KernelOptions.DEFAULT.withLostAfterNs(50 * MS);
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(options, 1));
        final Device device = neverDone(new ModelledDevice(MEMORY, options.taskCapacity(), 1));
        final KernelListener listener = new KernelListener() {
            @Override
            public void onDeviceLost(final String name) {
                heard.add("lost " + name);
            }
        };
        try (Kernel kernel = new Kernel(
            set, List.of(device), memory, options, candidate -> Optional.empty(), ThreadSetup.NONE,
            listener, (type, timeNs, of, task, segment, job, argument) -> { }, Clock.SYSTEM)) {
            kernel.start();
            final int[] slots = kernel.addAll(
                set.tasks(), set.tasks().stream().map(KernelSwapTest::timed).toList(), Clock.SYSTEM.nanoTime() + 20 * MS);
            while (heard.isEmpty()) {
                Thread.sleep(5);
            }
            assertEquals(List.of("lost gpu0"), heard);
            assertTrue(kernel.isLost(0));
            assertEquals(0, kernel.completed(slots[0]));
            assertFalse(kernel.stop(0), "the copy may still be under way");
        }
    }

    @Test
    void shouldRunWhatDoesNotFitAtOnceWhenItIsSwapped() throws InterruptedException {
        try (TaskSetRun tactus = TaskSetRun.open(set(1), options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 10) {
                Thread.sleep(5);
            }
            final var late = TaskSet.builder("late").device(DeviceSpec.modelled("gpu0").withMemory(MEMORY)).task("d", task ->
                task.periodNs(MS).memory(new TaskMemory(10, OptionalLong.empty(), Optional.empty())).segment("gpu0", 1)).build();
            final var refused = assertThrows(AdmissionRefusedException.class, () -> tactus.add(late.tasks().getFirst()));
            assertTrue(refused.getMessage().startsWith("task 'd' cannot join 'gpu0': one chunk that leaves to make room for it takes"),
                refused.getMessage());
            final RunResult result = tactus.stop();
            final var swaps = result.devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.chunksIn() > 10 && swaps.chunksOut() > 10 && swaps.mostUsedBytes() == 40, swaps.toString());
        }
    }

    /** 5 of the 40 bytes never leave of what joins, so one of the four chunks that are in must go first; then it leaves, and again. */
    @Test
    void shouldMakeRoomWhenATaskJoinsAndGiveItBackWhenItLeaves() throws InterruptedException {
        try (TaskSetRun tactus = TaskSetRun.open(set(1), options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 3) {
                Thread.sleep(5);
            }
            for (int round = 0; round < 3; round++) {
                final String name = "joins" + round;
                final Task task = TaskSet.builder("late").device(DeviceSpec.modelled("gpu0").withMemory(MEMORY)).task(name, late ->
                    late.periodNs(20 * MS).memory(new TaskMemory(15, OptionalLong.of(10), Optional.empty())).segment("gpu0", MS)).build()
                    .tasks().getFirst();
                final var handle = tactus.add(task);
                while (tactus.completed(handle) < 3) {
                    Thread.sleep(5);
                }
                tactus.remove(handle);
            }
            final RunResult result = tactus.stop();
            final var swaps = result.devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.mostUsedBytes() <= 40, swaps.toString());
            assertEquals(6, result.tasks().size());
            assertEquals(List.of(), result.tasks().subList(0, 3).stream().filter(task -> task.aborted() > 0).toList());
        }
    }

    private static Task joins(final long footprint) {
        return TaskSet.builder("late").device(DeviceSpec.modelled("gpu0").withMemory(MEMORY)).task("joins", late ->
            late.periodNs(20 * MS).memory(new TaskMemory(footprint, OptionalLong.of(10), Optional.empty())).segment("gpu0", MS)).build()
            .tasks().getFirst();
    }

    @Test
    void shouldRefuseATaskThatTheOthersCannotGiveRoomToWhateverTheForce() throws InterruptedException {
        try (TaskSetRun tactus = TaskSetRun.open(set(1), options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            final var refused = assertThrows(AdmissionRefusedException.class, () -> tactus.add(joins(60)));
            assertTrue(refused.getMessage().startsWith("memory condition MC1 fails"), refused.getMessage());
            final long before = tactus.completed(tactus.handle("a"));
            while (tactus.completed(tactus.handle("a")) < before + 3) {
                Thread.sleep(5);
            }
        }
    }

    /** The first task of the set is on another device, so the set as a whole has no test of its memory. */
    @Test
    void shouldRefuseATaskThatTheOthersCannotGiveRoomToWhereOtherTasksAreElsewhere() throws InterruptedException {
        final TaskSet swapped = set(1);
        final TaskSet other = TaskSet.builder("other").device(swapped.platform().devices().getFirst()).device(DeviceSpec.modelled("other"))
            .task("other", task -> task.periodNs(20 * MS).segment("other", MS)).build();
        final List<Task> tasks = new ArrayList<>(other.tasks());
        tasks.addAll(swapped.tasks());
        final TaskSet mixed = new TaskSet(swapped.name(), swapped.policy(), swapped.overheads(), other.platform(), tasks);
        try (TaskSetRun tactus = TaskSetRun.open(mixed, options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            final var refused = assertThrows(AdmissionRefusedException.class, () -> tactus.add(joins(60)));
            assertTrue(refused.getMessage().startsWith("memory condition MC1 fails"), refused.getMessage());
            final var joined = tactus.add(joins(15));
            while (tactus.completed(joined) < 3) {
                Thread.sleep(5);
            }
        }
    }

    /** 24 ms of work in 20 ms: there is always a job that waits. What was taken until the caller lost patience is given back. */
    @Test
    void shouldSayWhyWhenNoRoomIsMadeBecauseTheDeviceIsNeverQuiet() throws InterruptedException {
        final TaskSet calm = set(1);
        final TaskSet busy = new TaskSet(calm.name(), calm.policy(), calm.overheads(), calm.platform(), calm.tasks().stream().map(task ->
            task.withSegments(List.of(new org.tactus.model.Segment(0, 8 * MS, org.tactus.model.ActualTime.WCET)))).toList());
        try (TaskSetRun tactus = TaskSetRun.open(busy, options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 2) {
                Thread.sleep(5);
            }
            final var refused = assertThrows(AdmissionRefusedException.class, () -> tactus.add(joins(15)));
            final String begin = "no room was made for 'joins' on device 'gpu0', which was not without a live job for";
            assertTrue(refused.getMessage().startsWith(begin), refused.getMessage());
            final long before = tactus.completed(tactus.handle("a"));
            while (tactus.completed(tactus.handle("a")) < before + 3) {
                Thread.sleep(5);
            }
        }
    }

    /** A best-effort task without a period is in the run, though on a processor: it says nothing of how long a device is never quiet. */
    @Test
    void shouldMakeRoomWhenATaskThatIsAlwaysReadyRunsOnAnotherDevice() throws InterruptedException {
        final TaskSet swapped = set(1);
        final TaskSet other = TaskSet.builder("other").device(swapped.platform().devices().getFirst()).device(DeviceSpec.modelled("other"))
            .task("always", task -> task.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("other", MS)).build();
        final List<Task> tasks = new ArrayList<>(swapped.tasks());
        tasks.addAll(other.tasks());
        final TaskSet beside = new TaskSet(swapped.name(), swapped.policy(), swapped.overheads(), other.platform(), tasks);
        try (TaskSetRun tactus = TaskSetRun.open(beside, options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 3) {
                Thread.sleep(5);
            }
            final var joined = tactus.add(joins(15));
            while (tactus.completed(joined) < 3) {
                Thread.sleep(5);
            }
        }
    }

    @Test
    void shouldWaitForTwiceTheLongestPeriodAndASecondWhateverHasNone() {
        final TaskSet some = TaskSet.builder("some").device(DeviceSpec.modelled("gpu0"))
            .task("short", task -> task.periodNs(20 * MS).segment("gpu0", MS))
            .task("long", task -> task.periodNs(300 * MS).segment("gpu0", MS))
            .task("always", task -> task.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("gpu0", 2 * MS)).build();
        assertEquals(1_600 * MS, TaskLayout.patienceNs(some.tasks()));
        assertEquals(1_000 * MS, TaskLayout.patienceNs(List.of()));
        final TaskSet rare = TaskSet.builder("rare").device(DeviceSpec.modelled("gpu0"))
            .task("rare", task -> task.periodNs(org.tactus.model.Limits.MAX_TIME_NS).segment("gpu0", MS)).build();
        assertTrue(TaskLayout.patienceNs(rare.tasks()) >= org.tactus.model.Limits.MAX_TIME_NS - MS, "does not overflow");
    }

    /** Nobody makes room for hours, as the longest period is one; whoever ends the run does not wait for that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseWhatWaitsForRoomWhenTheRunEnds(final boolean byClose) throws Exception {
        final TaskSet calm = set(1);
        final List<Task> tasks = new ArrayList<>(calm.tasks().stream().map(task ->
            task.withSegments(List.of(new org.tactus.model.Segment(0, 8 * MS, org.tactus.model.ActualTime.WCET)))).toList());
        tasks.addAll(TaskSet.builder("rare").device(calm.platform().devices().getFirst()).task("rare", task -> task.periodNs(3_600_000 * MS)
            .memory(new TaskMemory(10, OptionalLong.of(10), Optional.empty())).segment("gpu0", MS)).build().tasks());
        final TaskSet busy = new TaskSet(calm.name(), calm.policy(), calm.overheads(), calm.platform(), tasks);
        try (TaskSetRun tactus = TaskSetRun.open(busy, options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 2) {
                Thread.sleep(5);
            }
            final var refused = new AtomicReference<Throwable>();
            final Thread adder = Thread.ofPlatform().daemon().start(() -> refused.set(
                assertThrows(AdmissionRefusedException.class, () -> tactus.add(joins(15)))));
            Thread.sleep(200); // by then it waits; if not, it is refused all the same
            assertTrue(adder.isAlive());
            final AutoCloseable end = byClose ? tactus : tactus::stop;
            end.close();
            adder.join();
            assertEquals("no room was made for 'joins' on device 'gpu0', since the run ends", refused.get().getMessage());
        }
    }

    /** The removal is what the room waits for: without it the device is never quiet, and the patience lasts for hours. */
    @Test
    void shouldLetARemovalThroughWhileATaskWaitsForRoom() throws Exception {
        final TaskSet calm = set(1);
        final List<Task> tasks = new ArrayList<>(calm.tasks().stream().map(task ->
            task.withSegments(List.of(new org.tactus.model.Segment(0, 8 * MS, org.tactus.model.ActualTime.WCET)))).toList());
        tasks.addAll(TaskSet.builder("rare").device(calm.platform().devices().getFirst()).task("rare", task -> task.periodNs(3_600_000 * MS)
            .memory(new TaskMemory(10, OptionalLong.of(10), Optional.empty())).segment("gpu0", MS)).build().tasks());
        final TaskSet busy = new TaskSet(calm.name(), calm.policy(), calm.overheads(), calm.platform(), tasks);
        try (TaskSetRun tactus = TaskSetRun.open(busy, options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 2) {
                Thread.sleep(5);
            }
            final Thread adder = Thread.ofPlatform().daemon().start(() -> tactus.add(joins(15)));
            Thread.sleep(200); // by then it waits; if not, the removals come before it
            assertTrue(adder.isAlive());
            final Thread remover = Thread.ofPlatform().daemon().start(() -> {
                tactus.remove("c");
                tactus.remove("b");
            });
            remover.join(20_000);
            assertFalse(remover.isAlive(), "a removal waits for a task that waits for room");
            adder.join(20_000);
            assertFalse(adder.isAlive(), "the device is quiet now, so that room is made");
            while (tactus.completed(tactus.handle("joins")) < 3) {
                Thread.sleep(5);
            }
        }
    }

    private static TaskSet underProtocol(final SwapProtocol protocol) {
        final TaskSet seq = set(2);
        return new TaskSet(seq.name(), seq.policy(), seq.overheads(), new org.tactus.model.Platform(List.of(
            DeviceSpec.modelled("gpu0").withMemory(MEMORY.withProtocol(protocol)))), seq.tasks());
    }

    @Test
    void shouldRefuseSeveralSegmentsWhereTasksAreSwappedBesideExecutions() {
        final var refused = assertThrows(InvalidTaskSetException.class, () -> TaskSetRun.open(
            underProtocol(SwapProtocol.OVL), options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { }));
        assertEquals("tasks[0].segments", refused.field());
        assertTrue(refused.getMessage().contains("2 segments a job on 'gpu0'"), refused.getMessage());
    }

    @Test
    void shouldRunSeveralSegmentsWhenSwappingIsPreempted() throws InterruptedException {
        try (TaskSetRun tactus = TaskSetRun.open(
            underProtocol(SwapProtocol.SPE), options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("c")) < 10) {
                Thread.sleep(5);
            }
            final RunResult result = tactus.stop();
            final var swaps = result.devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.chunksIn() > 10 && swaps.mostUsedBytes() == 40, swaps.toString());
            assertEquals(List.of(), result.tasks().stream().filter(task -> task.aborted() > 0).toList());
        }
    }

    /** 7 chunks of constants through a ring of 3 beside two tasks of two segments, on 4 chunks of memory. */
    @Test
    void shouldStreamThroughARingWhenATaskIsLargerThanTheMemory() throws Exception {
        final TaskMemory large = new TaskMemory(70, OptionalLong.empty(), Optional.empty(), 0, 0, List.of(20L, 10L, 30L, 10L),
            OptionalLong.of(30));
        final TaskMemory small = new TaskMemory(20, OptionalLong.of(20), Optional.empty(), 0, 0, List.of(10L, 10L), OptionalLong.empty());
        final TaskSet set = TaskSet.builder("streaming").device(DeviceSpec.modelled("gpu0").withMemory(MEMORY))
            .task("large", task -> {
                task.periodNs(20 * MS).memory(large);
                for (int k = 0; k < 4; k++) {
                    task.segment("gpu0", MS);
                }
            })
            .task("a", task -> task.periodNs(20 * MS).memory(small).segment("gpu0", MS).segment("gpu0", MS))
            .task("b", task -> task.periodNs(20 * MS).memory(small).segment("gpu0", MS).segment("gpu0", MS)).build();
        try (TaskSetRun tactus = TaskSetRun.open(set, options(), new TimedWorks(), KernelListener.NONE, (t, n, d, k, s, j, a) -> { })) {
            tactus.start();
            while (tactus.completed(tactus.handle("large")) < 10) {
                Thread.sleep(5);
            }
            final RunResult result = tactus.stop();
            final var swaps = result.devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.chunksIn() >= 10 * 7 && swaps.mostUsedBytes() <= 40, swaps.toString());
            assertEquals(List.of(), result.tasks().stream().filter(task -> task.aborted() > 0).toList());
        }
    }
}
