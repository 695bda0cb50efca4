// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Platform;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** Whatever breaks while a task joins or leaves a swapped memory, none of it is lost to the others, and no later task of a slot suffers. */
@Timeout(120)
class ReturnedMemoryTest {
    private static final long MS = 1_000_000;
    private static final long HOUR_NS = 3_600_000 * MS;
    /** In each round 5 of the 40 bytes are taken, and a job needs 20. */
    private static final int ROUNDS = 8;
    private static final DeviceMemory MEMORY = new DeviceMemory(40, 10, SwapProtocol.SEQ, 50_000, 50_000, 0, 0);
    private static final DeviceSpec OTHER = DeviceSpec.modelled("other");
    private static final DeviceSpec GPU = DeviceSpec.modelled("gpu0").withMemory(MEMORY);

    private Kernel kernel;
    private List<Integer> slots;
    private volatile boolean refusesDefinitions;
    private volatile boolean refusesChunksOnce;
    private volatile CountDownLatch surrenders = new CountDownLatch(0);

    private static Task task(final String name, final long footprint, final long volume) {
        return TaskSet.builder("test").device(GPU).task(name, task -> task.periodNs(20 * MS)
            .memory(new TaskMemory(footprint, OptionalLong.of(volume), Optional.empty())).segment("gpu0", MS)).build().tasks().getFirst();
    }

    private Device device() {
        final ModelledDevice modelled = new ModelledDevice(MEMORY, KernelOptions.DEFAULT.taskCapacity(), 1);
        final ClassLoader loader = Device.class.getClassLoader();
        final Object mover = Proxy.newProxyInstance(loader, new Class<?>[] {ChunkMover.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("surrender")) {
                surrenders.await();
            }
            return method.invoke(modelled.mover(), arguments);
        });
        return (Device) Proxy.newProxyInstance(loader, new Class<?>[] {Device.class}, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "mover" -> {
                    return mover;
                }
                case "define" -> {
                    if (refusesDefinitions) {
                        throw new IllegalStateException("no memory for what never leaves");
                    }
                }
                case "defined" -> {
                    if (refusesChunksOnce) {
                        refusesChunksOnce = false;
                        throw new IllegalStateException("no memory for chunks");
                    }
                }
                default -> { }
            }
            try {
                return method.invoke(modelled, arguments);
            } catch (final InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private void start() throws InterruptedException {
        final TaskSet any = TaskSet.builder("test").device(GPU).task("x", t -> t.periodNs(MS).segment("gpu0", 1)).build();
        final TaskSet set = new TaskSet("test", any.policy(), Overheads.NONE, new Platform(List.of(GPU, OTHER)),
            List.of(task("a", 20, 20), task("b", 20, 20), task("c", 20, 20)));
        final KernelOptions options = KernelOptions.DEFAULT.withLostAfterNs(HOUR_NS);
        kernel = new Kernel(set, List.of(device(), new ModelledDevice()), AlignedMemory.allocate(Kernel.requiredBytes(options, set)),
            options, candidate -> Optional.empty(), ThreadSetup.NONE, KernelListener.NONE,
            (type, timeNs, of, task, segment, job, argument) -> { },
            Clock.SYSTEM);
        kernel.start();
        slots = set.tasks().stream().map(this::add).toList();
    }

    @AfterEach
    void close() {
        surrenders.countDown();
        if (kernel != null) {
            kernel.close();
        }
    }

    private int add(final Task task) {
        final List<SegmentWork> works = List.of(new TimedWork(Clock.SYSTEM, task.segments().getFirst(), 1));
        return kernel.addAll(List.of(task), List.of(works), Clock.SYSTEM.nanoTime() + 20 * MS)[0];
    }

    private void await(final int slot) throws InterruptedException {
        final long before = kernel.completed(slot);
        while (kernel.completed(slot) < before + 2) {
            assertTrue(!kernel.isStopped(slot), "slot " + slot + " was stopped, as nobody could give it room");
            Thread.sleep(2);
        }
    }

    private void remove(final int slot) throws InterruptedException {
        kernel.remove(slot);
        while (!kernel.isStopped(slot)) {
            Thread.sleep(2);
        }
    }

    @Test
    void shouldReturnWhatAForgottenTaskLeftWhenItsChunksAreMadeLater() throws InterruptedException {
        start();
        for (int round = 0; round < ROUNDS; round++) {
            final int joined = add(task("late" + round, 15, 10));
            await(joined);
            remove(joined);
            refusesChunksOnce = true; // before the next one joins
        }
        for (final int slot : slots) {
            await(slot);
        }
    }

    @Test
    void shouldReturnWhatWasTakenForATaskWhoseMemoryCannotBeMade() throws InterruptedException {
        start();
        for (int round = 0; round < ROUNDS; round++) {
            final Task late = task("late" + round, 15, 10);
            refusesDefinitions = true;
            refusesChunksOnce = true;
            assertEquals("no memory for what never leaves", assertThrows(IllegalStateException.class, () -> add(late)).getMessage());
            refusesDefinitions = false;
        }
        final int joined = add(task("last", 15, 10));
        await(joined);
        for (final int slot : slots) {
            await(slot);
        }
    }

    @Test
    void shouldUseNoSlotAnewBeforeTheDispatcherHasForgottenWhatWasThere() throws InterruptedException {
        start();
        surrenders = new CountDownLatch(1);
        refusesDefinitions = true;
        assertThrows(IllegalStateException.class, () -> add(task("late", 15, 10)));
        refusesDefinitions = false;
        final int expected = slots.getLast() + 1;
        final TaskSet plain = TaskSet.builder("plain").device(GPU).device(OTHER)
            .task("plain", t -> t.periodNs(20 * MS).segment("other", MS)).build();
        assertNotEquals(expected, add(plain.tasks().getFirst()));
        surrenders.countDown();
        await(slots.getFirst());
        final int joined = add(task("last", 15, 10));
        assertEquals(expected, joined);
        await(joined);
    }

    /** The command is sent anew when it was not answered in time; the dispatcher may read the second when the slot has another task. */
    @Test
    void shouldForgetNoLaterTaskOfTheSlotWhenACommandComesTwice() {
        final int[] surrendered = new int[1];
        final ModelledDevice modelled = new ModelledDevice(MEMORY, 1, 1);
        final ClassLoader loader = Device.class.getClassLoader();
        final Object mover = Proxy.newProxyInstance(loader, new Class<?>[] {ChunkMover.class}, (proxy, method, arguments) -> {
            surrendered[0] += method.getName().equals("surrender") ? 1 : 0;
            return method.invoke(modelled.mover(), arguments);
        });
        final Device device = (Device) Proxy.newProxyInstance(loader, new Class<?>[] {Device.class}, (proxy, method, arguments) ->
            method.getName().equals("mover") ? mover : method.invoke(modelled, arguments));
        final Task task = task("a", 20, 20);
        final PolicyState state = PolicyState.allocate(
            TaskSet.builder("x").device(GPU).task("x", t -> t.periodNs(MS).segment("gpu0", 1)).build().policy(), 1, 1, 1);
        final Dispatcher[] dispatchers = new Dispatcher[1];
        final Dispatcher dispatcher = new Dispatcher(0, device, state, new Recorder(0, 1, new EventRing(1 << 16)), () -> 0, Long.MAX_VALUE,
            new SegmentWork[1], new Throwable[1], dispatchers, MEMORY, Overheads.NONE);
        dispatchers[0] = dispatcher;
        dispatcher.recorder.prepare(0, new Histogram(20 * MS, 3));
        final int first = state.define(0, task, 0, 0);
        dispatcher.memory.define(0, task);
        dispatcher.command(CommandDescriptor.ADMIT, 0, first, HOUR_NS);
        dispatcher.doWork(0);
        assertTrue(dispatcher.memory.isMember(0));
        state.requestStop(0, first);
        dispatcher.command(CommandDescriptor.STOP, 0, first, 0);
        dispatcher.command(CommandDescriptor.FORGET, 0, first, 0);
        for (long nowNs = 0; dispatcher.memory.isMember(0); nowNs += MS) {
            dispatcher.doWork(nowNs); // what moved in the background comes to its end
        }
        assertEquals(1, surrendered[0]);
        final int second = state.define(0, task, 0, 0);
        dispatcher.memory.define(0, task);
        dispatcher.command(CommandDescriptor.ADMIT, 0, second, HOUR_NS);
        dispatcher.command(CommandDescriptor.FORGET, 0, first, 0);
        dispatcher.doWork(0);
        assertTrue(dispatcher.memory.isMember(0), "the later task is still counted");
        assertEquals(1, surrendered[0], "and keeps its chunks");
    }
}
