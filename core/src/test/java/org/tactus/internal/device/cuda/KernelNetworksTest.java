// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.network.NetworkFootprint;
import org.tactus.internal.network.SegmentSession;
import org.tactus.internal.network.TensorMemory;
import org.tactus.internal.ptx.Numbers;
import org.tactus.internal.ptx.SegmentCompiler;
import org.tactus.internal.ptx.SegmentProgram;
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
 * Networks by kernels of our own on a software GPU that interprets them: the whole path of a real GPU, from the region with its chunks and
 * the graph of a segment to the answer. Answers are held against ONNX Runtime on the processor, to a tolerance, and against the same
 * kernels where nothing is swapped, bit by bit.
 */
@Timeout(600)
class KernelNetworksTest {
    private static final int CHUNK = 1 << 12;
    private static final double TOLERANCE = 1e-4;
    /** Where weights and activations are rounded to half precision. */
    private static final double HALF_TOLERANCE = 5e-3;
    private static final int TINY = 0;
    private static final int DEEP = 1;
    private static final List<String> NAMES = List.of("tiny", "deep");
    private static final int[] SEGMENTS = {1, 4};

    @TempDir
    private Path folder;
    private SoftwareCuda software;
    private CudaDevice device;
    private ChunkMover mover;
    private TaskSet set;
    private final NetworkWorks[] works = new NetworkWorks[1];
    private final TaskMemory[] memories = new TaskMemory[NAMES.size()];
    private final SegmentWork[][] segments = new SegmentWork[NAMES.size()][0];
    private final SwapRegion[] layouts = new SwapRegion[NAMES.size()];
    private byte[] last;

    private static DeviceSpec spec(final long chunks, final DeviceSpec.Compute compute) {
        return new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(
            new DeviceMemory(chunks * CHUNK, CHUNK, SwapProtocol.SEQ, 1, 1, 0, 0)), 0).withCompute(compute);
    }

    private void open(final DeviceSpec spec, final Runnable hostSetup) {
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(1 << 26, CHUNK));
        device = new CudaDevice(software.driver().gpus().getFirst(), spec, null, hostSetup);
        mover = device.mover();
    }

    private TaskSet set(final DeviceSpec spec) {
        return NetworkSets.of(spec, NAMES, SEGMENTS, memories);
    }

    /** What a network needs, measured as 'tactus profile' does. */
    private TaskMemory needed(final int task) {
        final NetworkFootprint counted =
            new OnnxNetworks(set, List.of(device), folder).footprint(set.tasks().get(task)).orElseThrow();
        final boolean lives = SEGMENTS[task] > 1;
        final long constants = counted.constantBytes().stream().mapToLong(Long::longValue).sum();
        final long scratch = counted.scratchBytes() + (lives ? 0 : counted.tensorBytes());
        final long state = lives ? counted.tensorBytes() : 0;
        return new TaskMemory(constants + scratch + state, OptionalLong.empty(), Optional.empty(), scratch, state,
            counted.constantBytes(), OptionalLong.empty());
    }

    @BeforeEach
    void measure() throws IOException {
        measure(DeviceSpec.Compute.KERNELS);
    }

    private void turnToHalfPrecision() throws IOException {
        device.close();
        software.close();
        measure(DeviceSpec.Compute.KERNELS_FP16);
    }

    private void measure(final DeviceSpec.Compute compute) throws IOException {
        Files.write(folder.resolve("tiny.onnx"), TestModels.tiny().bytes());
        Files.write(folder.resolve("deep.onnx"), TestModels.deep(48, 8).bytes());
        Arrays.fill(memories, new TaskMemory(1, OptionalLong.empty(), Optional.empty()));
        final DeviceSpec spec = spec(64, compute);
        set = set(spec);
        open(spec, () -> { });
        final TaskMemory tiny = needed(TINY);
        final TaskMemory deep = needed(DEEP);
        final long most = deep.segmentConstantBytes().stream().mapToLong(Long::longValue).max().orElseThrow();
        memories[TINY] = tiny.withSwapBytes(OptionalLong.of(tiny.constantBytes()));
        memories[DEEP] = deep.withStreamBytes(OptionalLong.of(2 * most));
        set = set(spec);
        works[0] = new NetworkWorks(folder);
        for (final String name : NAMES) {
            works[0].port(name, network -> new NetworkPort() {
                @Override
                public void begin(final long job) {
                    // inputs stay as seeded
                }

                @Override
                public void end(final long job) {
                    last = network.tensor("output").memory().toArray(ValueLayout.JAVA_BYTE);
                }
            });
        }
    }

    private void prepare() {
        for (int i = 0; i < NAMES.size(); i++) {
            segments[i] = works[0].prepare(set, List.of(device), set.tasks().get(i), 5).toArray(SegmentWork[]::new);
            layouts[i] = SwapRegion.of(set.tasks().get(i), set.platform().devices().getFirst().memory().orElseThrow());
        }
        for (int i = 0; i < NAMES.size(); i++) {
            device.define(i, set.tasks().get(i));
        }
        device.defined();
    }

    @AfterEach
    void close() {
        NetworkSets.close(software, device, segments);
    }

    private void move(final boolean in, final int slot, final int first, final int count) {
        if (in) {
            mover.startIn(slot, first, count, Clock.SYSTEM.nanoTime());
        } else {
            mover.startOut(slot, first, count, Clock.SYSTEM.nanoTime());
        }
        mover.commit(true);
        while (mover.isMoving()) {
            assertTrue(mover.poll(Clock.SYSTEM.nanoTime()) != ChunkMover.FAILED, () -> String.valueOf(mover.failure()));
        }
    }

    private int run(final int slot, final int segment) {
        device.start(segments[slot][segment], 0, Clock.SYSTEM.nanoTime());
        int status = Device.RUNNING;
        while (status == Device.RUNNING) {
            status = device.poll(Clock.SYSTEM.nanoTime());
        }
        return status;
    }

    private byte[] answerOfTiny() {
        final int chunks = (int) layouts[TINY].chunks();
        move(true, TINY, 0, chunks);
        assertEquals(Device.DONE, run(TINY, 0), () -> String.valueOf(device.failure()));
        move(false, TINY, 0, chunks);
        return last;
    }

    private byte[] answerOfDeep() {
        for (int segment = 0; segment < SEGMENTS[DEEP]; segment++) { // a ring of one segment
            final int first = layouts[DEEP].firstChunks().get(segment).intValue();
            final int count = (int) layouts[DEEP].chunksOf(segment);
            move(true, DEEP, first, count);
            assertEquals(Device.DONE, run(DEEP, segment), () -> String.valueOf(device.failure()));
            move(false, DEEP, first, count);
        }
        return last;
    }

    /** What ONNX Runtime answers on the processor. */
    private byte[] processor(final int task) {
        final TaskSet plain = set(spec(64, DeviceSpec.Compute.ANY));
        return new NetworkWorks(folder).offline(plain, plain.tasks().get(task), 5).get("output");
    }

    private static void assertClose(final byte[] expected, final byte[] answer) {
        assertClose(expected, answer, TOLERANCE);
    }

    private static void assertClose(final byte[] expected, final byte[] answer, final double tolerance) {
        final float[] should = floats(expected);
        final float[] is = floats(answer);
        double largest = 0;
        for (final float value : should) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertTrue(largest > 0);
        for (int i = 0; i < should.length; i++) {
            assertEquals(should[i], is[i], tolerance * largest, "output " + i);
        }
    }

    private static float[] floats(final byte[] bytes) {
        final float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
        return values;
    }

    @Test
    void shouldAnswerAsUnswappedWhenWeightsLeaveAndComeBack() {
        answerAsUnswapped(TOLERANCE);
    }

    @Test
    void shouldAnswerAsUnswappedWhenWeightsInHalfPrecisionLeaveAndComeBack() throws IOException {
        final long[] single = bytes();
        turnToHalfPrecision();
        final long[] half = bytes();
        for (int i = 0; i < half.length; i++) { // biases stay, and segments fill whole chunks
            assertTrue(half[i] < 0.75 * single[i], NAMES.get(i) + " has constants of " + half[i] + " in place of " + single[i]);
        }
        answerAsUnswapped(HALF_TOLERANCE);
        assertThrows(AssertionError.class, () -> assertClose(processor(DEEP), last, TOLERANCE / 100), "single precision computed");
        assertTrue(works[0].driver().endsWith(", kernels of Tactus in fp16"), works[0].driver());
    }

    private long[] bytes() {
        return Arrays.stream(memories).mapToLong(TaskMemory::constantBytes).toArray();
    }

    private void answerAsUnswapped(final double tolerance) {
        prepare();
        final byte[] tiny = works[0].offline(set, set.tasks().get(TINY), 5).get("output");
        final byte[] deep = works[0].offline(set, set.tasks().get(DEEP), 5).get("output");
        for (int turn = 0; turn < 3; turn++) { // the chunks of one lie where those of the other did
            assertArrayEquals(tiny, answerOfTiny(), "turn " + turn);
            assertArrayEquals(deep, answerOfDeep(), "turn " + turn);
        }
        assertClose(processor(TINY), tiny, tolerance);
        assertClose(processor(DEEP), deep, tolerance);
    }

    @Test
    void shouldComputeWithWhatStandsInTheChunks() {
        computeWithChunks();
    }

    @Test
    void shouldComputeWithWhatStandsInTheChunksWhenItIsInHalfPrecision() throws IOException {
        turnToHalfPrecision();
        computeWithChunks();
    }

    @Test
    void shouldRefuseHalfPrecisionWhenItChangesNoNetworkOfTheSet() throws IOException {
        turnToHalfPrecision();
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("input", 1, 2, 3))
            .addNode(TestModels.node("Relu", List.of("input"), "output")).addOutput(TestModels.value("output", 1, 2, 3));
        Files.write(folder.resolve("tiny.onnx"), TestModels.model(graph).toByteArray());
        works[0].load(set, List.of(device), set.tasks().get(TINY)).close(); // the other one has convolutions
        Files.write(folder.resolve("deep.onnx"), TestModels.model(graph).toByteArray());
        final String message = assertThrows(InvalidModelException.class, this::prepare).getMessage();
        assertEquals("task 'tiny': no network on 'gpu0' has a convolution over several channels or a matrix product, so "
            + "'compute: kernels-fp16' changes nothing; write 'compute: kernels'", message);
    }

    private void computeWithChunks() {
        prepare();
        final byte[] right = answerOfTiny();
        int changed = 0;
        for (int chunk = 0; chunk < layouts[TINY].chunks(); chunk++) {
            final MemorySegment kept = device.region(TINY).backing().asSlice((long) chunk * CHUNK, CHUNK);
            final byte[] before = kept.toArray(ValueLayout.JAVA_BYTE);
            kept.fill((byte) 0x3F);
            changed += Arrays.equals(right, answerOfTiny()) ? 0 : 1;
            MemorySegment.copy(before, 0, kept, ValueLayout.JAVA_BYTE, 0, CHUNK);
        }
        assertEquals(layouts[TINY].constantChunks(), changed, "chunks of weights whose content changes the answer");
        assertArrayEquals(right, answerOfTiny());
    }

    @Test
    void shouldFailBeforeAnythingIsTouchedWhenAChunkIsOut() {
        prepare();
        answerOfTiny();
        final int chunks = (int) layouts[TINY].chunks();
        move(true, TINY, 0, chunks - 1);
        assertEquals(Device.FAILED, run(TINY, 0));
        assertTrue(device.failure().getMessage().contains("chunk " + (chunks - 1)), device.failure().getMessage());
        move(true, TINY, chunks - 1, 1);
        assertEquals(Device.DONE, run(TINY, 0), () -> String.valueOf(device.failure()));
    }

    @Test
    void shouldAllocateNothingWhenASegmentIsLaunched() {
        prepare();
        move(true, TINY, 0, (int) layouts[TINY].chunks());
        for (int i = 0; i < 50; i++) {
            run(TINY, 0);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) { // compilers of the JVM may allocate on this thread
            final long before = threads.getCurrentThreadAllocatedBytes();
            device.start(segments[TINY][0], 0, 0);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            int status = Device.RUNNING;
            while (status == Device.RUNNING) {
                status = device.poll(Clock.SYSTEM.nanoTime());
            }
            assertEquals(Device.DONE, status);
        }
        assertEquals(0, least);
    }

    private static WeakReference<Object> openSession(final CudaDevice on, final List<KernelSession> sessions) {
        final SegmentProgram program = SegmentCompiler.compile(TestModels.tiny(), Numbers.SINGLE);
        sessions.add(new KernelSession(on.networks(), 0, program, 0, 0, closed -> { }));
        return new WeakReference<>(program.weights());
    }

    @Test
    void shouldKeepNoWeightsOnTheHeapWhenASessionIsOpen() {
        final List<KernelSession> sessions = new ArrayList<>();
        final WeakReference<Object> weights = openSession(device, sessions);
        for (int i = 0; i < 20 && weights.get() != null; i++) {
            System.gc();
        }
        assertNull(weights.get(), "the device and the host's copy have them; the heap would hold them a third time");
        assertEquals("output", sessions.getFirst().outputs().getFirst().name());
        sessions.getFirst().close();
    }

    @Test
    void shouldLaunchOneByOneWhenTheDriverHasNoGraphs() {
        prepare();
        final byte[] right = answerOfTiny();
        final SymbolLookup all = software.lookup();
        final CudaDriver old = CudaDriver.of(name -> name.contains("Graph") ? Optional.empty() : all.find(name), "driver without graphs");
        final NetworkWorks plain = new NetworkWorks(folder);
        final DeviceSpec spec = spec(64, DeviceSpec.Compute.KERNELS).withoutMemory();
        final TaskSet one = TaskSet.builder("one").device(spec).task("tiny", task ->
            task.periodNs(1_000_000_000).model(new ModelSource.OnnxFile("tiny.onnx", 1)).segment("gpu0", 1)).build();
        final CudaDevice other = new CudaDevice(old.gpus().getFirst(), spec, null, null);
        assertTrue(other.capabilities().absentFunctions().contains("cuGraphLaunch"));
        final SegmentWork work = plain.prepare(one, List.of(other), one.tasks().getFirst(), 5).getFirst();
        other.execute(work);
        work.close();
        assertArrayEquals(right, plain.answers().get("tiny").get("output"));
        other.close();
        device.makeCurrent();
    }

    @Test
    void shouldComputeByKernelsWhenOnnxRuntimeCannotUseTheGpu() {
        device.close();
        software.close();
        open(spec(64, DeviceSpec.Compute.ANY), null); // as a real GPU: nothing computes on the host
        assertFalse(device.networks().computesOnHost());
        assertTrue(device.networks().computesByKernels());
        assertFalse(device.networks().holdsNetworks(), "a task set must ask for kernels where their memory is to be swapped");
        prepare();
        assertClose(processor(TINY), answerOfTiny());
        assertClose(processor(DEEP), answerOfDeep());
    }

    @Test
    void shouldRefuseOnnxRuntimeWhenItIsAskedForAndCannotUseTheGpu() {
        device.close();
        software.close();
        open(spec(64, DeviceSpec.Compute.ONNX_RUNTIME), null);
        final String message = assertThrows(InvalidModelException.class, this::prepare).getMessage();
        assertTrue(message.contains("or write 'compute: kernels' or 'driver: software'"), message);
    }

    @Test
    void shouldNameTheOperatorAtLoadingWhenItHasNoKernel() throws IOException {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("input", 1, 2, 3))
            .addNode(TestModels.node("Erf", List.of("input"), "output")).addOutput(TestModels.value("output", 1, 2, 3));
        Files.write(folder.resolve("tiny.onnx"), TestModels.model(graph).toByteArray());
        final String message = assertThrows(InvalidModelException.class, this::prepare).getMessage();
        assertTrue(message.contains("there is no kernel for node 'node_output' (Erf)"), message);
    }

    /** A preparation that breaks off closes its sessions: nothing keeps their programs then. */
    @Test
    void shouldForgetASessionWhenItIsClosedBeforeItIsHandedOver() {
        final KernelSegments opener = new KernelSegments(device.networks(), 0, Numbers.SINGLE);
        final TensorMemory memory = device.networks().tensors();
        final OnnxModel tiny = OnnxModel.of(new ModelSource.OnnxFile("tiny.onnx", 1), folder, 1);
        final SegmentSession broken = opener.open(0, tiny, memory);
        final SegmentSession good = opener.open(0, tiny, memory);
        assertEquals(2, opener.waiting());
        broken.close();
        assertEquals(1, opener.waiting());
        opener.handOver();
        assertEquals(0, opener.waiting());
        good.close();
        memory.close();
    }

    @Test
    void shouldTakeNoGpuWhenTheDevicesAreNotOpen() {
        final TaskSet plain = set(spec(64, DeviceSpec.Compute.ANY));
        assertEquals(Optional.empty(),
            new OnnxNetworks(plain, List.of(new ModelledDevice()), folder).footprint(plain.tasks().get(TINY)));
    }
}
