// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.DriverTraits;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuCtxSynchronize_t;
import org.tactus.bindings.generated.cuda.cuEventSynchronize_t;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoHAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoH_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyHtoD_v2_t;
import org.tactus.bindings.generated.cuda.cuStreamSynchronize_t;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.network.NetworkFootprint;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.OnnxNetworks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.work.NetworkPort;

/**
 * A network is prepared on a GPU beside a kernel that does not end before the network is ready: whoever waited for it, or queued anything
 * behind it, would never return. The memory is hidden from the host, as that of a real GPU is.
 */
@Timeout(120)
class JoinBesideKernelTest {
    private static final int CHUNK = 1 << 12;
    private static final int ANY_MEMORY = 1 << 20;

    @TempDir
    private Path folder;
    private final Arena arena = Arena.ofShared();
    private final SoftwareCuda software =
        SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(1 << 26, CHUNK).withTraits(DriverTraits.NONE.withHiddenMemory()));
    /** Calls that wait, by name, since tasks run. */
    private final List<String> waits = Collections.synchronizedList(new ArrayList<>());
    private boolean running;
    /** Bytes that were copied from the GPU's memory to the host. */
    private final AtomicLong copiedOut = new AtomicLong();
    private CudaDevice device;
    private final List<SegmentWork> works = new ArrayList<>();
    private byte[] answer;

    private void note(final String call) {
        if (running) {
            waits.add(call);
        }
    }

    /** The driver, whose calls that wait are noted. */
    private CudaDriver driver() {
        final SymbolLookup all = software.lookup();
        final Map<String, MemorySegment> noted = new HashMap<>();
        final MemorySegment in = all.findOrThrow("cuMemcpyHtoD_v2");
        noted.put("cuMemcpyHtoD_v2", cuMemcpyHtoD_v2_t.allocate((to, from, bytes) -> {
            note("cuMemcpyHtoD");
            return cuMemcpyHtoD_v2_t.invoke(in, to, from, bytes);
        }, arena));
        final MemorySegment out = all.findOrThrow("cuMemcpyDtoH_v2");
        noted.put("cuMemcpyDtoH_v2", cuMemcpyDtoH_v2_t.allocate((to, from, bytes) -> {
            note("cuMemcpyDtoH");
            copiedOut.addAndGet(bytes);
            return cuMemcpyDtoH_v2_t.invoke(out, to, from, bytes);
        }, arena));
        final MemorySegment queued = all.findOrThrow("cuMemcpyDtoHAsync_v2");
        noted.put("cuMemcpyDtoHAsync_v2", cuMemcpyDtoHAsync_v2_t.allocate((to, from, bytes, stream) -> {
            copiedOut.addAndGet(bytes);
            return cuMemcpyDtoHAsync_v2_t.invoke(queued, to, from, bytes, stream);
        }, arena));
        final MemorySegment stream = all.findOrThrow("cuStreamSynchronize");
        noted.put("cuStreamSynchronize", cuStreamSynchronize_t.allocate(of -> {
            note("cuStreamSynchronize");
            return cuStreamSynchronize_t.invoke(stream, of);
        }, arena));
        final MemorySegment event = all.findOrThrow("cuEventSynchronize");
        noted.put("cuEventSynchronize", cuEventSynchronize_t.allocate(of -> {
            note("cuEventSynchronize");
            return cuEventSynchronize_t.invoke(event, of);
        }, arena));
        final MemorySegment context = all.findOrThrow("cuCtxSynchronize");
        noted.put("cuCtxSynchronize", cuCtxSynchronize_t.allocate(() -> {
            note("cuCtxSynchronize");
            return cuCtxSynchronize_t.invoke(context);
        }, arena));
        return CudaDriver.of(name -> Optional.ofNullable(noted.get(name)).or(() -> all.find(name)), CudaDriver.SOFTWARE);
    }

    @AfterEach
    void close() {
        running = false;
        NetworkSets.close(software, device, new SegmentWork[][] {works.toArray(SegmentWork[]::new)});
        arena.close();
    }

    private static DeviceSpec spec(final boolean scheduled, final DeviceSpec.Compute compute) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(
            new DeviceMemory(scheduled ? 64 * CHUNK : 1 << 24, CHUNK, SwapProtocol.SEQ, 1, 1, 0, 0)), 0).withCompute(compute);
    }

    private TaskSet set(final DeviceSpec spec, final int segments, final TaskMemory memory) {
        return NetworkSets.of(spec, List.of("late"), new int[] {segments}, new TaskMemory[] {memory});
    }

    /** What the network needs, measured as 'tactus profile' does; all weights may leave, or stream through a ring. */
    private TaskMemory needed(final DeviceSpec spec, final int segments) {
        final TaskSet set = set(spec, segments, new TaskMemory(ANY_MEMORY, OptionalLong.empty(), Optional.empty()));
        final NetworkFootprint counted = new OnnxNetworks(set, List.of(device), folder).footprint(set.tasks().getFirst()).orElseThrow();
        final long constants = counted.constantBytes().stream().mapToLong(Long::longValue).sum();
        final long scratch = counted.scratchBytes() + (segments > 1 ? 0 : counted.tensorBytes());
        final long state = segments > 1 ? counted.tensorBytes() : 0;
        final TaskMemory memory = new TaskMemory(constants + scratch + state, OptionalLong.empty(), Optional.empty(), scratch, state,
            counted.constantBytes(), OptionalLong.empty());
        return segments == 1 ? memory.withSwapBytes(OptionalLong.of(constants)) : memory.withStreamBytes(
            OptionalLong.of(2 * counted.constantBytes().stream().mapToLong(Long::longValue).max().orElseThrow()));
    }

    private NetworkWorks networks() {
        final NetworkWorks networks = new NetworkWorks(folder);
        networks.port("late", network -> new NetworkPort() {
            @Override
            public void begin(final long job) {
                // inputs stay as seeded
            }

            @Override
            public void end(final long job) {
                answer = network.tensor("output").memory().toArray(ValueLayout.JAVA_BYTE);
            }
        });
        return networks;
    }

    private void await() {
        int status = Device.RUNNING;
        while (status == Device.RUNNING) {
            status = device.poll(Clock.SYSTEM.nanoTime());
        }
        assertEquals(Device.DONE, status, () -> String.valueOf(device.failure()));
    }

    private void move(final boolean in, final int first, final int count) {
        final ChunkMover mover = device.mover();
        if (in) {
            mover.startIn(0, first, count, Clock.SYSTEM.nanoTime());
        } else {
            mover.startOut(0, first, count, Clock.SYSTEM.nanoTime());
        }
        while (mover.isMoving()) {
            assertTrue(mover.poll(Clock.SYSTEM.nanoTime()) != ChunkMover.FAILED, () -> String.valueOf(mover.failure()));
        }
    }

    /** A kernel that ends when a word is written. */
    private static final class Endless implements CudaWork {
        private final SoftwareCuda software;
        private final long word;

        Endless(final SoftwareCuda software) {
            this.software = software;
            word = software.driver().memory().allocateHost(64);
        }

        @Override
        public void launch(final long stream, final long job) {
            software.driver().streams().waitValue(stream, word, 1);
        }

        void letGo() {
            CudaMemory.view(word, Integer.BYTES).set(ValueLayout.JAVA_INT, 0, 1);
        }

        @Override
        public void close() {
            software.driver().memory().freeHost(word);
        }
    }

    @ParameterizedTest
    @CsvSource({"KERNELS, 1", "KERNELS, 4", "ANY, 1", "ANY, 4"})
    void shouldPrepareANetworkWhileAKernelOfTheTasksRuns(final DeviceSpec.Compute compute, final int segments) throws IOException {
        Files.write(folder.resolve("late.onnx"), TestModels.deep(48, 8).bytes());
        final DeviceSpec spec = spec(true, compute);
        device = new CudaDevice(driver().gpus().getFirst(), spec, null, () -> { });
        final TaskSet set = set(spec, segments, needed(spec, segments));
        final NetworkWorks networks = networks();
        final Endless kernel = new Endless(software);
        works.add(kernel);
        device.defined();
        device.start(kernel, 0, Clock.SYSTEM.nanoTime());
        running = true;
        works.addAll(networks.prepare(set, List.of(device), set.tasks().getFirst(), 5));
        device.define(0, set.tasks().getFirst());
        device.defined();
        assertEquals(Device.RUNNING, device.poll(Clock.SYSTEM.nanoTime()), "the kernel runs still");
        assertEquals(List.of(), waits);
        running = false;
        kernel.letGo();
        await();
        final SwapRegion layout = SwapRegion.of(set.tasks().getFirst(), spec.memory().orElseThrow());
        for (int segment = 0; segment < segments; segment++) {
            final int first = segments == 1 ? 0 : layout.firstChunks().get(segment).intValue();
            final int count = (int) (segments == 1 ? layout.chunks() : layout.chunksOf(segment));
            move(true, first, count);
            device.start(works.get(1 + segment), 0, Clock.SYSTEM.nanoTime());
            await();
            move(false, first, count);
        }
        assertArrayEquals(networks.offline(set, set.tasks().getFirst(), 5).get("output"), answer);
    }

    /** The host has written the constants itself, and whoever lays a task out keeps the monitor from what it removes meanwhile. */
    @ParameterizedTest
    @CsvSource({"KERNELS, false", "KERNELS, true", "ANY, false", "ANY, true"})
    void shouldReadBackStateAloneAndBeforeTheLayoutWhenANetworkJoins(final DeviceSpec.Compute compute, final boolean inFile)
        throws IOException {
        Files.write(folder.resolve("late.onnx"), TestModels.deep(48, 8).bytes());
        final DeviceSpec plain = spec(true, compute);
        final DeviceSpec spec = inFile
            ? plain.withMemory(plain.memory().orElseThrow().withWeightsIn(folder.toString(), 1)) : plain;
        device = new CudaDevice(driver().gpus().getFirst(), spec, null, () -> { });
        final TaskMemory counted = needed(spec, 1);
        final long constants = counted.swapBytes().orElseThrow();
        final TaskMemory memory = new TaskMemory(counted.footprintBytes() + 3 * CHUNK, OptionalLong.of(constants + 3 * CHUNK),
            Optional.empty(), counted.scratchBytes(), 3 * CHUNK);
        final TaskSet set = set(spec, 1, memory);
        final SwapRegion layout = SwapRegion.of(set.tasks().getFirst(), spec.memory().orElseThrow());
        assertTrue(layout.constantChunks() > 1 && layout.stateChunks() >= 3, layout.toString());
        final NetworkWorks networks = networks();
        device.defined();
        works.addAll(networks.prepare(set, List.of(device), set.tasks().getFirst(), 5));
        final long prepared = copiedOut.get();
        device.define(0, set.tasks().getFirst());
        device.defined();
        assertEquals(prepared, copiedOut.get(), "a layout reads nothing back");
        move(true, 0, (int) layout.chunks());
        device.start(works.getFirst(), 0, Clock.SYSTEM.nanoTime());
        await();
        assertArrayEquals(networks.offline(set, set.tasks().getFirst(), 5).get("output"), answer);
        assertEquals(layout.stateChunks() * CHUNK, prepared, "bytes that come back");
    }

    @ParameterizedTest
    @CsvSource({"KERNELS", "ANY"})
    void shouldPrepareANetworkWhileAKernelRunsWhereMemoryIsNotScheduled(final DeviceSpec.Compute compute) throws IOException {
        Files.write(folder.resolve("late.onnx"), TestModels.tiny().bytes());
        final DeviceSpec spec = spec(false, compute).withoutMemory();
        device = new CudaDevice(driver().gpus().getFirst(), spec, null, () -> { });
        final TaskSet set = TaskSet.builder("late").device(spec).task("late", task -> task.periodNs(1_000_000_000)
            .model(new ModelSource.OnnxFile("late.onnx", 1)).segment("gpu0", 1)).build();
        final NetworkWorks networks = networks();
        final Endless kernel = new Endless(software);
        works.add(kernel);
        device.defined();
        device.start(kernel, 0, Clock.SYSTEM.nanoTime());
        running = true;
        works.addAll(networks.prepare(set, List.of(device), set.tasks().getFirst(), 5));
        assertEquals(Device.RUNNING, device.poll(Clock.SYSTEM.nanoTime()), "the kernel runs still");
        assertEquals(List.of(), waits);
        running = false;
        kernel.letGo();
        await();
        device.start(works.getLast(), 0, Clock.SYSTEM.nanoTime());
        await();
        assertArrayEquals(networks.offline(set, set.tasks().getFirst(), 5).get("output"), answer);
    }

    /** Sizes that are not whole pieces, at places that are not aligned to them. */
    @Test
    void shouldCopyEveryByteWhenTasksRun() {
        device = new CudaDevice(driver().gpus().getFirst(), spec(true, DeviceSpec.Compute.ANY), null, () -> { });
        final long address = software.driver().memory().allocate(1 << 20);
        device.defined();
        final ControlCopies copies = device.networks().copies();
        for (final long bytes : new long[] {1, 4095, 65_536, 65_537, 300_001}) {
            final MemorySegment written = arena.allocate(bytes + 2);
            for (long i = 0; i < bytes + 2; i++) {
                written.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + bytes));
            }
            copies.clear(address, bytes + 9);
            copies.write(address + 7, written.asSlice(1, bytes));
            final MemorySegment read = arena.allocate(bytes + 9);
            copies.read(read, address);
            assertEquals(-1, written.asSlice(1, bytes).mismatch(read.asSlice(7, bytes)), bytes + " bytes");
            assertEquals(-1, read.asSlice(0, 7).mismatch(arena.allocate(7)), "before " + bytes + " bytes");
            assertEquals(-1, read.asSlice(7 + bytes, 2).mismatch(arena.allocate(2)), "behind " + bytes + " bytes");
        }
        software.driver().memory().freeDevice(address);
    }
}
