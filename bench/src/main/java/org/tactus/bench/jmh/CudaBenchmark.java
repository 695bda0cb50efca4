// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuCtxSynchronize_t;
import org.tactus.bindings.generated.cuda.cuStreamWriteValue32_v2_t;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * What Java adds to a GPU's job and to a chunk that is moved. With the driver {@code nothing} every call on the path but makeCurrent is
 * answered at once by a stub that does nothing but write the word that is awaited; {@code call} tells what one costs. With
 * {@code software} the software driver really does it all, on its own thread.
 * <pre>
 *   job:   makeCurrent, record, launch, record, write word -> polled -> elapsed              6 calls
 *   chunk: makeCurrent, map, set access, copy in, write word -> polled;
 *          makeCurrent, copy out, write word -> polled -> unmap                              9 calls
 * </pre>
 * Run it with {@code -prof gc}: it must allocate 0 bytes an operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class CudaBenchmark {
    private static final int CHUNK_BYTES = 1 << 12;
    private static final List<String> ANSWERED = List.of("cuEventRecord", "cuLaunchKernel", "cuMemMap",
        "cuMemSetAccess", "cuMemUnmap", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2", "cuEventElapsedTime");

    /** Who answers. */
    @Param({"nothing", "software"})
    String driver;

    private Arena arena;
    private SoftwareCuda software;
    private CudaDevice device;
    private CudaGpu gpu;
    private CudaMemory memory;
    private MemorySegment access;
    private long context;
    private long chunk;
    private long address;
    private SegmentWork work;
    private ChunkMover mover;

    /** Opens the device and gives a task one chunk. */
    @Setup
    public void setUp() {
        arena = Arena.ofShared();
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(1 << 24, CHUNK_BYTES));
        final DeviceSpec spec = new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), "software", 0,
            Optional.of(new DeviceMemory(16L * CHUNK_BYTES, CHUNK_BYTES, SwapProtocol.SEQ, 1, 1, 0, 0)), 0);
        final CudaDriver real = driver.equals("software") ? software.driver() : CudaDriver.of(answering(), "nothing");
        gpu = real.gpus().getFirst();
        device = new CudaDevice(gpu, spec, null, null);
        final Task task = TaskSet.builder("bench").device(spec).task("net", t -> t.periodNs(1_000_000).segment("gpu0", 1)
            .memory(new TaskMemory(CHUNK_BYTES, OptionalLong.of(CHUNK_BYTES), Optional.empty()))).build().tasks().getFirst();
        device.define(0, task);
        device.defined();
        work = new TimedWork(Clock.SYSTEM, task.segments().getFirst(), 0);
        mover = device.mover();
        context = gpu.retainContext();
        memory = real.memory();
        access = CudaMemory.readWrite(gpu, arena);
        chunk = memory.create(gpu, CHUNK_BYTES);
        address = memory.reserve(CHUNK_BYTES);
    }

    /** The software driver's functions, those of the path replaced by stubs that answer success at once. */
    private SymbolLookup answering() {
        final Map<String, MemorySegment> stubs = new HashMap<>();
        for (final String function : ANSWERED) {
            stubs.put(function, cuCtxSynchronize_t.allocate(() -> 0, arena));
        }
        stubs.put("cuStreamWriteValue32_v2", cuStreamWriteValue32_v2_t.allocate((stream, word, value, flags) -> {
            CudaMemory.view(word, Integer.BYTES).set(ValueLayout.JAVA_INT, 0, value);
            return 0;
        }, arena));
        return name -> Optional.ofNullable(stubs.get(name)).or(() -> software.lookup().find(name));
    }

    /** Frees what the benchmark made itself; the rest ends with the driver. */
    @TearDown
    public void tearDown() {
        software.close();
        arena.close();
    }

    /** One call, for comparison: the context is current already. */
    @Benchmark
    public void call() {
        gpu.makeCurrent(context);
    }

    /** A chunk is mapped, access is set, and it is unmapped: three calls. */
    @Benchmark
    public void mapAndUnmap() {
        final long bytes = CHUNK_BYTES;
        memory.map(address, bytes, chunk);
        memory.setAccess(address, bytes, access);
        memory.unmap(address, bytes);
    }

    /**
     * A job from its start to the completion that is polled.
     *
     * @return the device's answer
     */
    @Benchmark
    public int job() {
        device.start(work, 0, Clock.SYSTEM.nanoTime());
        int status = device.poll(Clock.SYSTEM.nanoTime());
        while (status == Device.RUNNING) {
            Thread.onSpinWait();
            status = device.poll(Clock.SYSTEM.nanoTime());
        }
        return status;
    }

    /**
     * A chunk comes in and leaves again.
     *
     * @return chunks moved
     */
    @Benchmark
    public int chunk() {
        mover.startIn(0, 0, 1, Clock.SYSTEM.nanoTime());
        int moved = await();
        mover.startOut(0, 0, 1, Clock.SYSTEM.nanoTime());
        moved += await();
        return moved;
    }

    private int await() {
        int moved = mover.poll(Clock.SYSTEM.nanoTime());
        while (mover.isMoving()) {
            Thread.onSpinWait();
            moved = mover.poll(Clock.SYSTEM.nanoTime());
        }
        return moved;
    }
}
