// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.CudaModules;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.cuda.software.Fault;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Random steps of allocate, free, swap in, swap out (some cancelled), run and check on the software driver, with injected faults, beside
 * a model that is nothing but a number a chunk: the seed of the bytes that it must hold. The number of steps is
 * {@code -Dtactus.property.swapSteps} (5,000 without it), the seed {@code -Dtactus.property.seed}; the long mode is
 * {@code mvn -pl core -am test -Dtest=SwapStressTest -Dsurefire.failIfNoSpecifiedTests=false -Dtactus.property.swapSteps=1000000}.
 */
class SwapStressTest {
    private static final int STEPS = Integer.getInteger("tactus.property.swapSteps", 5_000);
    private static final long SEED = Long.getLong("tactus.property.seed", 4);
    private static final int SLOTS = 6;
    private static final int CHUNK = 4096;
    private static final int WORDS = CHUNK / 8;
    private static final int CAPACITY = 24;
    private static final int MAX_CLASS = 5;
    private static final int FAULT_EVERY = 50;
    private static final DeviceMemory MEMORY = new DeviceMemory((long) CAPACITY * CHUNK, CHUNK, SwapProtocol.SEQ, 1, 1, 0, 0);
    private static final DeviceSpec SPEC =
        new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(MEMORY), 0);

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Slot[] slots = new Slot[SLOTS];
    private SoftwareCuda software;
    private CudaDevice device;
    private ChunkMover mover;
    private CudaKernelWork fill;
    private Check check;
    private long module;
    private int step;
    private long nextSeed = 1;
    private int resident;
    private long moved;
    private int cancelled;
    private int checked;
    private final int[] struck = new int[Fault.values().length];

    /** What the model knows of a task: of each chunk the seed of its bytes, and how many chunks are out. */
    private static final class Slot {
        int constant;
        int chunks;
        int scratch;
        int out;
        long[] seeds;
    }

    /** A segment that sums a chunk and brings the sum to the host. */
    private static final class Check implements CudaWork {
        private final CudaStreams streams;
        private final CudaKernelWork sum;
        private final long result;
        private final MemorySegment host;

        Check(final SoftwareCuda software, final long module, final Arena arena) {
            streams = software.driver().streams();
            result = software.driver().memory().allocate(Long.BYTES);
            host = arena.allocate(ValueLayout.JAVA_LONG);
            final CudaModules modules = software.driver().modules();
            sum = new CudaKernelWork(modules, modules.kernel(module, CudaKernels.CHECKSUM), 1, 1, 0, WORDS, result);
        }

        @Override
        public void launch(final long stream, final long job) {
            streams.fillBytes(result, (byte) 0, Long.BYTES, stream);
            sum.launch(stream, job);
            streams.copyOut(host.address(), result, Long.BYTES, stream);
        }

        @Override
        public void close() {
            sum.close();
        }
    }

    private final Arena arena = Arena.ofShared();

    private void open() {
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(4L * CAPACITY * CHUNK, CHUNK).withVariation(0.5, SEED));
        openDevice();
    }

    private void openDevice() {
        device = new CudaDevice(software.driver().gpus().getFirst(), SPEC, null, null);
        mover = device.mover();
        final CudaModules modules = software.driver().modules();
        module = modules.load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx()));
        fill = new CudaKernelWork(modules, modules.kernel(module, CudaKernels.FILL), 1, 1, 0, WORDS, 0);
        check = new Check(software, module, arena);
    }

    /** Closes the device; what the driver holds afterwards is a leak. */
    private void closeDevice(final boolean broken) {
        fill.close();
        check.close();
        if (!broken) {
            software.driver().memory().freeDevice(check.result);
            software.driver().modules().unload(module);
        }
        device.close();
        assertEquals(Inventory.NOTHING, software.inventory());
        assertEquals(Optional.empty(), software.defect());
        Arrays.fill(slots, null);
        resident = 0;
    }

    @Test
    void shouldHoldEveryByteAndLeakNothingAndReportEveryErrorOverRandomSteps() {
        final int files = openFiles();
        open();
        try {
            for (step = 0; step < STEPS; step++) {
                final int slot = random.nextInt(SLOTS);
                if (random.nextInt(FAULT_EVERY) == 0) {
                    fault(slot);
                } else {
                    ordinary(slot);
                }
            }
            for (int slot = 0; slot < SLOTS; slot++) {
                checkAll(slot);
            }
            closeDevice(false);
        } catch (final Throwable e) {
            throw new AssertionError("step " + step + " of -Dtactus.property.seed=" + SEED + " -Dtactus.property.swapSteps=" + STEPS, e);
        }
        software.close();
        arena.close();
        assertEquals(files, openFiles(), "file descriptors are left");
        for (final Fault fault : Fault.values()) {
            assertTrue(STEPS < 5_000 || struck[fault.ordinal()] > 0, fault + " never struck");
        }
        assertTrue(checked > STEPS / 10 && moved > STEPS / 2 && cancelled > STEPS / 100,
            checked + " checks, " + moved + " moved, " + cancelled + " cancelled");
    }

    private static int openFiles() {
        return new File("/proc/self/fd").list().length;
    }

    private void ordinary(final int slot) {
        final Slot task = slots[slot];
        if (task == null) {
            define(slot);
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> forget(slot);
            case 1, 2 -> swapOut(slot, random.nextInt(4) == 0);
            case 3, 4 -> swapIn(slot, random.nextInt(4) == 0);
            case 5, 6 -> run(slot);
            default -> checkOne(slot, random.nextInt(task.chunks));
        }
    }

    /** Draws a task that leaves room in the capacity for one region besides the scratch. */
    private Slot draw() {
        final Slot task = new Slot();
        task.constant = random.nextInt(MAX_CLASS);
        task.chunks = task.constant + random.nextInt(task.constant == 0 ? 1 : 0, MAX_CLASS);
        task.scratch = random.nextInt(3);
        task.out = task.chunks;
        task.seeds = new long[task.chunks];
        return task;
    }

    private static Task task(final Slot of) {
        final long own = (long) of.chunks * CHUNK;
        final long state = (long) (of.chunks - of.constant) * CHUNK;
        final long scratch = (long) of.scratch * CHUNK;
        return TaskSet.builder("stress").device(SPEC).task("net", t -> t.periodNs(1_000_000_000).segment("gpu0", 1)
            .memory(new TaskMemory(own + scratch, OptionalLong.of(own), Optional.empty(), scratch, state))).build().tasks().getFirst();
    }

    private void define(final int slot) {
        final Slot task = draw();
        device.define(slot, task(task));
        device.defined();
        final MemorySegment backing = device.region(slot).backing();
        for (int i = 0; i < task.chunks; i++) { // the weights, and the first state
            task.seeds[i] = nextSeed++;
            CudaKernels.fill(backing.asSlice((long) i * CHUNK, CHUNK), task.seeds[i]);
        }
        slots[slot] = task;
    }

    private void forget(final int slot) {
        checkAll(slot);
        resident -= slots[slot].chunks - slots[slot].out;
        slots[slot] = null;
        device.forget(slot);
    }

    private int await() {
        int done = mover.poll(System.nanoTime());
        while (mover.isMoving()) {
            Thread.onSpinWait();
            done = mover.poll(System.nanoTime());
        }
        return done;
    }

    private void swapOut(final int slot, final boolean cancel) {
        final Slot task = slots[slot];
        if (task.out == task.chunks) {
            return;
        }
        final int count = 1 + random.nextInt(task.chunks - task.out);
        mover.startOut(slot, task.out, count, System.nanoTime());
        commitSome();
        finish(task, count, cancel, 1);
    }

    private void swapIn(final int slot, final boolean cancel) {
        final Slot task = slots[slot];
        final int most = Math.min(task.out, CAPACITY - 2 - resident); // the scratch arena is two chunks at most
        if (most <= 0) {
            return;
        }
        final int count = 1 + random.nextInt(most);
        mover.startIn(slot, task.out - count, count, System.nanoTime());
        commitSome();
        finish(task, count, cancel, -1);
    }

    /** Every other move is one that is not to be cancelled; the end of a run cancels it nevertheless. */
    private void commitSome() {
        if (random.nextBoolean()) {
            mover.commit(random.nextBoolean());
        }
    }

    private void finish(final Slot task, final int count, final boolean cancel, final int sign) {
        if (cancel) {
            for (int polls = random.nextInt(20); polls > 0 && mover.isMoving(); polls--) {
                mover.poll(System.nanoTime());
            }
            mover.cancel();
            cancelled++;
        }
        final int done = await();
        if (done < 0 || !cancel && done != count || done > count) {
            fail(done + " of " + count + " chunks were moved: " + mover.failure());
        }
        task.out += sign * done;
        resident -= sign * done;
        moved += done;
    }

    private int segment(final CudaWork work) {
        device.start(work, step, System.nanoTime());
        int status = device.poll(System.nanoTime());
        while (status == Device.RUNNING) {
            Thread.onSpinWait();
            status = device.poll(System.nanoTime());
        }
        return status;
    }

    /** Writes a chunk of state, as a job does, and scribbles over the scratch. */
    private void run(final int slot) {
        final Slot task = slots[slot];
        if (task.out > 0 || task.constant == task.chunks) {
            return;
        }
        final int chunk = task.constant + random.nextInt(task.chunks - task.constant);
        task.seeds[chunk] = nextSeed++;
        fill(device.addresses(slot)[1] + (long) chunk * CHUNK, task.seeds[chunk]);
        for (int i = 0; i < task.scratch; i++) {
            fill(device.addresses(slot)[2] + (long) i * CHUNK, -nextSeed);
        }
    }

    private void fill(final long address, final long seed) {
        fill.argument(0, address);
        fill.argument(2, seed);
        assertEquals(Device.DONE, segment(fill), () -> "a fill broke: " + device.failure());
    }

    private void checkAll(final int slot) {
        for (int chunk = 0; slots[slot] != null && chunk < slots[slot].chunks; chunk++) {
            checkOne(slot, chunk);
        }
    }

    /** Sums a chunk where it is: by a kernel on the device, or on the host when it is out. */
    private void checkOne(final int slot, final int chunk) {
        final Slot task = slots[slot];
        final boolean in = chunk >= task.out;
        assertEquals(in, device.region(slot).isIn(chunk), () -> "chunk " + chunk + " of slot " + slot);
        final long sum;
        if (in) {
            check.sum.argument(0, device.addresses(slot)[1] + (long) chunk * CHUNK);
            assertEquals(Device.DONE, segment(check), () -> "a check broke: " + device.failure());
            sum = check.host.get(ValueLayout.JAVA_LONG, 0);
        } else {
            sum = CudaKernels.checksum(device.region(slot).backing().asSlice((long) chunk * CHUNK, CHUNK));
        }
        assertEquals(CudaKernels.checksumOfFill(task.seeds[chunk], WORDS), sum,
            () -> "bytes of chunk " + chunk + (chunk < task.constant ? " (constant)" : " (state)") + " of slot " + slot);
        checked++;
    }

    /** Lets something go wrong, and holds it to its report. */
    private void fault(final int slot) {
        final Slot task = slots[slot];
        switch (random.nextInt(8)) {
            case 0, 1 -> outOfMemory(slot);
            case 2, 3 -> mapFailure(slot);
            case 4, 5 -> {
                if (task != null && task.out > 0) {
                    software.inject(Fault.SLOW_COPY, 0);
                    struck[Fault.SLOW_COPY.ordinal()]++;
                    swapIn(slot, false); // late, but right
                    software.inject(Fault.SLOW_COPY, -1);
                }
            }
            case 6 -> broken(Fault.LAUNCH_FAILURE, cuda_h.CUDA_ERROR_LAUNCH_FAILED());
            default -> broken(Fault.DEVICE_LOST, cuda_h.CUDA_ERROR_UNKNOWN());
        }
    }

    private void outOfMemory(final int slot) {
        if (slots[slot] != null) {
            forget(slot);
        }
        final Slot task = draw();
        task.scratch = 3; // larger than the arena may be: something must be created
        final Inventory before = software.inventory();
        software.inject(Fault.OUT_OF_MEMORY, 0);
        try {
            device.define(slot, task(task));
            device.defined();
            device.forget(slot); // the arena had grown before
        } catch (final NativeCallException e) {
            assertEquals(cuda_h.CUDA_ERROR_OUT_OF_MEMORY(), e.code());
            struck[Fault.OUT_OF_MEMORY.ordinal()]++;
            assertEquals(before.reservations(), software.inventory().reservations(), "a failed allocation left addresses");
            assertEquals(before.pieces(), software.inventory().pieces(), "a failed allocation left mappings");
        }
        software.inject(Fault.OUT_OF_MEMORY, -1);
    }

    private void mapFailure(final int slot) {
        final Slot task = slots[slot];
        final int most = task == null ? 0 : Math.min(task.out, CAPACITY - 3 - resident);
        if (most > 0) {
            final int count = 1 + random.nextInt(most);
            final Inventory before = software.inventory();
            software.inject(Fault.MAP_FAILURE, random.nextInt(count));
            mover.startIn(slot, task.out - count, count, System.nanoTime());
            commitSome();
            assertEquals(ChunkMover.FAILED, await());
            assertEquals(cuda_h.CUDA_ERROR_OUT_OF_MEMORY(), ((NativeCallException) mover.failure()).code());
            assertEquals(before.pieces(), software.inventory().pieces(), "a failed swap left mappings");
            struck[Fault.MAP_FAILURE.ordinal()]++;
            checkAll(slot);
        }
    }

    /** The context breaks: the segment fails, and so does everything after it, until the device is opened anew. */
    private void broken(final Fault fault, final int code) {
        final int victim = random.nextInt(SLOTS);
        for (int slot = 0; slot < SLOTS; slot++) {
            checkAll(slot);
        }
        software.inject(fault, 0);
        fill.argument(0, 0);
        assertEquals(Device.FAILED, segment(fill));
        assertEquals(code, ((NativeCallException) device.failure()).code());
        struck[fault.ordinal()]++;
        assertEquals(Device.FAILED, segment(check));
        assertEquals(code, ((NativeCallException) device.failure()).code());
        if (slots[victim] != null && slots[victim].out > 0 && CAPACITY - 2 - resident > 0) {
            mover.startIn(victim, slots[victim].out - 1, 1, System.nanoTime());
            assertEquals(ChunkMover.FAILED, await());
        }
        closeDevice(true);
        if (fault == Fault.DEVICE_LOST) {
            final var gone = software.driver().gpus().getFirst();
            assertEquals(code, assertThrows(NativeCallException.class, gone::retainContext).code());
            software.close();
            open();
        } else {
            openDevice();
        }
    }
}
