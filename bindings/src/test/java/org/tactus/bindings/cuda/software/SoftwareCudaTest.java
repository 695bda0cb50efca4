// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaModules;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.generated.cuda.cuda_h;

class SoftwareCudaTest {
    private static final int UNIT = 1 << 16;
    private static final SoftwareSettings SLOW =
        SoftwareSettings.INSTANT.withBandwidth(1_000_000_000L, 500_000_000L).withMemory(64L * UNIT, UNIT);

    private final Arena arena = Arena.ofConfined();
    private SoftwareCuda software;
    private CudaDriver driver;
    private CudaGpu gpu;
    private CudaMemory memory;
    private CudaStreams streams;
    private CudaModules modules;
    private MemorySegment access;
    private MemorySegment host;
    private long stream;

    @BeforeEach
    void open() {
        open(SoftwareSettings.INSTANT.withMemory(64L * UNIT, UNIT));
    }

    private void open(final SoftwareSettings settings) {
        software = SoftwareCuda.open(settings);
        driver = software.driver();
        gpu = driver.gpus().getFirst();
        memory = driver.memory();
        streams = driver.streams();
        modules = driver.modules();
        gpu.makeCurrent(gpu.retainContext());
        access = CudaMemory.readWrite(gpu, arena);
        host = MemorySegment.ofAddress(memory.allocateHost(8L * UNIT)).reinterpret(8L * UNIT);
        stream = streams.create(0);
    }

    @AfterEach
    void close() {
        assertEquals(Optional.empty(), software.defect());
        software.close();
        arena.close();
    }

    private void reopen(final SoftwareSettings settings) {
        software.close();
        open(settings);
    }

    private static void assertFails(final int code, final Executable call) {
        final NativeCallException error = assertThrows(NativeCallException.class, call);
        assertEquals(code, error.code(), error.getMessage());
    }

    /** Reserves addresses for chunks, all of them mapped and accessible. */
    private long region(final int chunks) {
        final long address = memory.reserve((long) chunks * UNIT);
        for (int i = 0; i < chunks; i++) {
            final long chunk = memory.create(gpu, UNIT);
            memory.map(address + (long) i * UNIT, UNIT, chunk);
            memory.release(chunk); // it lives while it is mapped
        }
        memory.setAccess(address, (long) chunks * UNIT, access);
        return address;
    }

    private MemorySegment parameters(final long... values) {
        final MemorySegment words = arena.allocateFrom(ValueLayout.JAVA_LONG, values);
        final MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, values.length);
        for (int i = 0; i < values.length; i++) {
            pointers.setAtIndex(ValueLayout.JAVA_LONG, i, words.address() + 8L * i);
        }
        return pointers;
    }

    private long kernel(final String name) {
        return modules.kernel(modules.load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx())), name);
    }

    @Test
    void shouldSayWhoAnswers() {
        assertTrue(driver.toString().contains("software"), driver.toString());
        assertEquals(List.of(), driver.absentFunctions());
        assertEquals(64L * UNIT, gpu.totalBytes());
        assertEquals("Tactus software GPU", gpu.name());
        assertEquals(1, gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED()));
        assertEquals(UNIT, memory.granularityBytes(gpu));
    }

    @Test
    void shouldBringBackWhatWasCopiedInAcrossChunks() {
        final long address = region(4);
        CudaKernels.fill(host.asSlice(0, 4L * UNIT), 7);
        streams.copyIn(address, host.address(), 4L * UNIT, stream);
        streams.copyOut(host.address() + 4L * UNIT, address, 4L * UNIT, stream);
        streams.synchronize(stream);
        assertEquals(-1, host.asSlice(0, 4L * UNIT).mismatch(host.asSlice(4L * UNIT, 4L * UNIT)));
    }

    @Test
    void shouldShowOneChunkAtTwoAddresses() {
        final long chunk = memory.create(gpu, UNIT);
        final long address = memory.reserve(2L * UNIT);
        memory.map(address, UNIT, chunk);
        memory.map(address + UNIT, UNIT, chunk);
        memory.setAccess(address, 2L * UNIT, access);
        streams.fillWords(address, 0x12345678, UNIT / 4, stream);
        streams.copyOut(host.address(), address + UNIT, UNIT, stream);
        streams.synchronize(stream);
        assertEquals(0x12345678, host.getAtIndex(ValueLayout.JAVA_INT, UNIT / 4 - 1));
        memory.release(chunk);
        memory.unmap(address, UNIT);
        assertEquals(1, software.inventory().chunks());
        memory.unmap(address + UNIT, UNIT);
        assertEquals(0, software.inventory().chunks());
    }

    @Test
    void shouldKeepAChunksBytesWhenItMovesToAnotherAddress() {
        final long chunk = memory.create(gpu, UNIT);
        final long address = memory.reserve(2L * UNIT);
        memory.map(address, UNIT, chunk);
        memory.setAccess(address, UNIT, access);
        streams.fillBytes(address, (byte) 0x5A, UNIT, stream);
        streams.synchronize(stream);
        memory.unmap(address, UNIT);
        memory.map(address + UNIT, UNIT, chunk);
        memory.setAccess(address + UNIT, UNIT, access);
        streams.copyOut(host.address(), address + UNIT, UNIT, stream);
        streams.synchronize(stream);
        assertEquals((byte) 0x5A, host.get(ValueLayout.JAVA_BYTE, UNIT - 1));
    }

    @Test
    void shouldRefuseMisuseAsTheRealDriverDoes() {
        final long address = memory.reserve(4L * UNIT);
        final long chunk = memory.create(gpu, 2L * UNIT);
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.reserve(UNIT + 1));
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.create(gpu, UNIT / 2));
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.map(address + 1, 2L * UNIT, chunk));
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.map(address, UNIT, chunk)); // not the whole chunk
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.map(address + 3L * UNIT, 2L * UNIT, chunk)); // beyond the range
        memory.map(address, 2L * UNIT, chunk);
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.map(address + UNIT, 2L * UNIT, chunk)); // something lies there
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.unmap(address, UNIT)); // half a mapping
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.setAccess(address, 3L * UNIT, access)); // partly unmapped
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.free(address, 4L * UNIT)); // still mapped
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.release(chunk + 1));
        memory.unmap(address, 2L * UNIT);
        memory.release(chunk);
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.release(chunk));
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> memory.map(address, 2L * UNIT, chunk));
        memory.free(address, 4L * UNIT);
        assertFails(cuda_h.CUDA_ERROR_INVALID_HANDLE(), () -> streams.synchronize(stream + 1));
        assertFails(cuda_h.CUDA_ERROR_NOT_FOUND(), () -> kernel("tactus_nothing"));
        assertFails(cuda_h.CUDA_ERROR_INVALID_IMAGE(), () -> modules.loadPtx("what"));
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> modules.launch(kernel(CudaKernels.SPIN), 0, 1, stream, 8));
        assertFails(cuda_h.CUDA_ERROR_INVALID_VALUE(), () -> streams.copyIn(8, host.address(), 8, stream)); // no device means it
        assertFails(cuda_h.CUDA_ERROR_NOT_SUPPORTED(), () -> memory.create(cuda_h.CU_MEM_LOCATION_TYPE_HOST_NUMA(), 0, UNIT));
    }

    @Test
    void shouldRefuseWhenMemoryIsFull() {
        final long[] chunks = new long[64];
        for (int i = 0; i < 64; i++) {
            chunks[i] = memory.create(gpu, UNIT);
        }
        assertFails(cuda_h.CUDA_ERROR_OUT_OF_MEMORY(), () -> memory.create(gpu, UNIT));
        assertFails(cuda_h.CUDA_ERROR_OUT_OF_MEMORY(), () -> memory.allocate(1));
        assertEquals(0, memory.info()[0]);
        memory.release(chunks[0]);
        memory.freeDevice(memory.allocate(UNIT));
        assertEquals(UNIT, memory.info()[0]);
    }

    @Test
    void shouldStickToAnIllegalAddressUntilTheContextIsGivenBack() {
        final long address = memory.reserve(UNIT);
        final long chunk = memory.create(gpu, UNIT);
        memory.map(address, UNIT, chunk); // no access was set
        streams.copyIn(address, host.address(), UNIT, stream);
        assertFails(cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS(), () -> streams.synchronize(stream));
        assertFails(cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS(), () -> streams.create(0));
        assertFails(cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS(), () -> memory.allocateHost(UNIT));
        memory.unmap(address, UNIT); // what is not the context's can be given back
        memory.release(chunk);
        memory.free(address, UNIT);
        gpu.releaseContext();
        assertFails(cuda_h.CUDA_ERROR_INVALID_CONTEXT(), () -> streams.create(0));
        gpu.makeCurrent(gpu.retainContext());
        assertFails(cuda_h.CUDA_ERROR_INVALID_HANDLE(), () -> streams.synchronize(stream)); // it was the old context's
        streams.synchronize(streams.create(0));
    }

    @Test
    void shouldFaultWhenMemoryIsUnmappedUnderACopy() {
        reopen(SLOW);
        final long address = region(8);
        final long word = host.address();
        host.set(ValueLayout.JAVA_INT, 0, 0);
        streams.waitValue(stream, word, 1); // holds the copy back
        streams.copyIn(address, host.address(), 8L * UNIT, stream);
        memory.unmap(address + 4L * UNIT, UNIT);
        ValueLayout.JAVA_INT.varHandle().setRelease(host, 0L, 1);
        assertFails(cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS(), () -> streams.synchronize(stream));
    }

    @Test
    void shouldTakeTheTimeOfTheModelForCopiesAndKernels() {
        reopen(SLOW);
        final long address = region(8);
        final long begin = streams.createEvent(true);
        final long in = streams.createEvent(true);
        final long out = streams.createEvent(true);
        final long end = streams.createEvent(true);
        final long spin = kernel(CudaKernels.SPIN);
        host.set(ValueLayout.JAVA_INT, 0, 0);
        streams.waitValue(stream, host.address(), 1); // so that all is queued before anything begins
        streams.record(begin, stream);
        streams.copyIn(address, host.address(), 8L * UNIT, stream);
        streams.record(in, stream);
        streams.copyOut(host.address(), address, 8L * UNIT, stream);
        streams.record(out, stream);
        modules.launch(spin, 1, 1, stream, parameters(2_000_000).address());
        streams.record(end, stream);
        final long startNs = System.nanoTime();
        ValueLayout.JAVA_INT.varHandle().setRelease(host, 0L, 1);
        streams.synchronizeEvent(end);
        final MemorySegment milliseconds = arena.allocate(ValueLayout.JAVA_FLOAT);
        assertEquals(8L * UNIT, streams.elapsedNs(begin, in, milliseconds), 2); // 1 GB/s, but for what a float holds
        assertEquals(16L * UNIT, streams.elapsedNs(in, out, milliseconds), 2);
        assertEquals(2_000_000, streams.elapsedNs(out, end, milliseconds), 2);
        assertTrue(System.nanoTime() - startNs >= 2_000_000 + 24L * UNIT, "a completion was shown before its time");
    }

    @Test
    void shouldCopyBothWaysAtOnceButOneWayInTurn() {
        reopen(SLOW.withBandwidth(500_000_000L, 500_000_000L));
        final long address = region(4);
        final long other = streams.create(0);
        final long third = streams.create(1); // less urgent than the first one
        final long[] events = {streams.createEvent(true), streams.createEvent(true), streams.createEvent(true), streams.createEvent(true)};
        final long bytes = 2L * UNIT; // 262 us
        host.set(ValueLayout.JAVA_INT, 0, 0);
        streams.waitValue(stream, host.address(), 1);
        streams.record(events[0], stream);
        streams.waitFor(other, events[0]); // not for the word, which each stream could see at a time of its own
        streams.waitFor(third, events[0]);
        streams.copyIn(address, host.address() + UNIT, bytes, stream);
        streams.record(events[1], stream);
        streams.copyOut(host.address() + 4L * UNIT, address + bytes, bytes, other);
        streams.record(events[2], other);
        streams.copyIn(address, host.address(), bytes, third);
        streams.record(events[3], third);
        ValueLayout.JAVA_INT.varHandle().setRelease(host, 0L, 1);
        for (final long event : events) {
            streams.synchronizeEvent(event);
        }
        final MemorySegment out = arena.allocate(ValueLayout.JAVA_FLOAT);
        final long one = 2 * bytes;
        assertEquals(one, streams.elapsedNs(events[0], events[1], out), 2);
        assertEquals(one, streams.elapsedNs(events[0], events[2], out), 2);
        assertEquals(2 * one, streams.elapsedNs(events[0], events[3], out), 2);
    }

    @Test
    void shouldComputeWhatTheTwinsDo() {
        final int n = 24;
        final long address = region(4);
        final long words = UNIT / 8 * 2;
        modules.launch(kernel(CudaKernels.FILL), 4, 64, stream, parameters(address, words, 99).address());
        streams.fillBytes(address + 2L * UNIT, (byte) 0, 8, stream);
        modules.launch(kernel(CudaKernels.CHECKSUM), 4, 64, stream, parameters(address, words, address + 2L * UNIT).address());
        streams.copyOut(host.address(), address + 2L * UNIT, 8, stream);
        streams.synchronize(stream);
        assertEquals(CudaKernels.checksumOfFill(99, words), host.get(ValueLayout.JAVA_LONG, 0));
        for (int i = 0; i < 2 * n * n; i++) {
            host.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 37 % 101 - 50) / 8f);
        }
        final long factor = 4L * n * n;
        streams.copyIn(address, host.address(), 2 * factor, stream);
        modules.launch(kernel(CudaKernels.MATMUL), 2, 2, 16, 16, stream,
            parameters(address, address + factor, address + 2 * factor, n).address());
        streams.copyOut(host.address() + 2 * factor, address + 2 * factor, factor, stream);
        streams.synchronize(stream);
        final MemorySegment twin = arena.allocate(factor, 4);
        CudaKernels.matmul(host, host.asSlice(factor), twin, n);
        assertEquals(-1, twin.mismatch(host.asSlice(2 * factor, factor)));
    }

    @Test
    void shouldFailWhenAKernelTouchesWhatIsNotThere() {
        final long address = region(1);
        modules.launch(kernel(CudaKernels.FILL), 1, 1, stream, parameters(address, UNIT / 8 + 1, 1).address());
        assertFails(cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS(), () -> streams.synchronize(stream));
    }

    @Test
    void shouldWriteTheWordAfterWhatWasQueuedBefore() {
        final long address = region(2);
        final long words = UNIT / 8;
        final long fill = kernel(CudaKernels.FILL);
        for (int i = 1; i <= 200; i++) {
            modules.launch(fill, 1, 1, stream, parameters(address, words, i).address());
            streams.copyOut(host.address() + UNIT, address, UNIT, stream);
            streams.writeValue(stream, memory.devicePointer(host.address()), i);
            while ((int) ValueLayout.JAVA_INT.varHandle().getAcquire(host, 0L) != i) {
                Thread.onSpinWait();
            }
            assertEquals(CudaKernels.word(i, words - 1), host.get(ValueLayout.JAVA_LONG, 2L * UNIT - 8));
        }
    }

    @Test
    void shouldOrderStreamsByEvents() {
        final long other = streams.create(0);
        final long event = streams.createEvent(false);
        final long address = region(1);
        host.set(ValueLayout.JAVA_INT, 0, 0);
        streams.waitValue(stream, host.address(), 1);
        streams.fillBytes(address, (byte) 3, UNIT, stream);
        streams.record(event, stream);
        streams.waitFor(other, event);
        streams.copyOut(host.address() + UNIT, address, UNIT, other);
        assertFalse(streams.hasHappened(event));
        assertFalse(streams.isDone(other));
        ValueLayout.JAVA_INT.varHandle().setRelease(host, 0L, 1);
        streams.synchronize(other);
        assertEquals(3, host.get(ValueLayout.JAVA_BYTE, UNIT));
    }

    @Test
    void shouldReplayAGraph() {
        final long address = region(1);
        final long fill = kernel(CudaKernels.FILL);
        streams.synchronize(stream);
        modules.beginCapture(stream);
        modules.launch(fill, 1, 1, stream, parameters(address, UNIT / 8, 5).address());
        streams.copyOut(host.address(), address, UNIT, stream);
        assertFails(cuda_h.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED(), () -> streams.isDone(stream));
        final long graph = modules.endCapture(stream);
        assertTrue(streams.isDone(stream)); // nothing ran
        host.fill((byte) 0);
        modules.launchGraph(graph, stream);
        streams.synchronize(stream);
        assertEquals(CudaKernels.word(5, 0), host.get(ValueLayout.JAVA_LONG, 0));
        modules.destroyGraph(graph);
        assertEquals(0, software.inventory().graphs());
    }

    @Test
    void shouldBreakAsInjected() {
        final long address = region(1);
        software.inject(Fault.OUT_OF_MEMORY, 1);
        memory.release(memory.create(gpu, UNIT));
        assertFails(cuda_h.CUDA_ERROR_OUT_OF_MEMORY(), () -> memory.create(gpu, UNIT));
        memory.release(memory.create(gpu, UNIT));
        software.inject(Fault.LAUNCH_FAILURE, 0);
        modules.launch(kernel(CudaKernels.FILL), 1, 1, stream, parameters(address, 1, 1).address());
        assertFails(cuda_h.CUDA_ERROR_LAUNCH_FAILED(), () -> streams.synchronize(stream));
        gpu.releaseContext();
        gpu.makeCurrent(gpu.retainContext());
        final long next = streams.create(0);
        software.inject(Fault.DEVICE_LOST, 0);
        assertFails(cuda_h.CUDA_ERROR_UNKNOWN(), () -> streams.synchronize(next));
        gpu.releaseContext();
        assertFails(cuda_h.CUDA_ERROR_UNKNOWN(), gpu::retainContext); // it does not come back
    }

    @Test
    void shouldEndItsThreadWhenTheClosingThreadIsInterrupted() {
        final SoftwareCuda other = SoftwareCuda.open(SoftwareSettings.INSTANT);
        final List<Thread> threads = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("software-gpu")).toList();
        assertEquals(2, threads.size());
        Thread.currentThread().interrupt();
        other.close();
        assertTrue(Thread.interrupted(), "the interruption is the caller's to see");
        assertEquals(1, threads.stream().filter(Thread::isAlive).count());
    }

    @Test
    void shouldHoldNothingWhenEverythingWasGivenBack() {
        final long address = region(3);
        final long event = streams.createEvent(true);
        final long module = modules.load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx()));
        assertNotEquals(Inventory.NOTHING, software.inventory());
        modules.unload(module);
        streams.destroyEvent(event);
        streams.destroy(stream);
        memory.unmap(address, 3L * UNIT);
        memory.free(address, 3L * UNIT);
        memory.freeHost(host.address());
        assertEquals(Inventory.NOTHING, software.inventory());
    }

    @Test
    void shouldAllocateNothingWhenItIsWarm() {
        final long address = memory.reserve(UNIT);
        final long chunk = memory.create(gpu, UNIT);
        final long spin = kernel(CudaKernels.SPIN);
        final long fill = kernel(CudaKernels.FILL);
        final MemorySegment spinParameters = parameters(0);
        final MemorySegment fillParameters = parameters(address, UNIT / 8, 1);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long gpuThread = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("software-gpu"))
            .findFirst().orElseThrow().threadId();
        long bytes = Long.MAX_VALUE;
        for (int window = 0; window < 40 && bytes > 500; window++) { // until compiled; what allocates every round never passes
            final long before = threads.getCurrentThreadAllocatedBytes() + threads.getThreadAllocatedBytes(gpuThread);
            for (int i = 1; i <= 500; i++) {
                memory.map(address, UNIT, chunk);
                memory.setAccess(address, UNIT, access);
                streams.copyIn(address, host.address() + UNIT, 4096, stream);
                modules.launch(spin, 1, 1, stream, spinParameters.address());
                modules.launch(fill, 1, 1, stream, fillParameters.address());
                streams.copyOut(host.address() + UNIT, address, 4096, stream);
                streams.writeValue(stream, host.address(), i);
                while ((int) ValueLayout.JAVA_INT.varHandle().getAcquire(host, 0L) != i) {
                    Thread.onSpinWait();
                }
                memory.unmap(address, UNIT);
            }
            bytes = threads.getCurrentThreadAllocatedBytes() + threads.getThreadAllocatedBytes(gpuThread) - before;
        }
        assertTrue(bytes <= 500, bytes + " bytes in 500 rounds");
    }

    private static final String DOUBLE = """
        .version 6.0
        .target sm_50
        .address_size 64
        .visible .entry doubled(.param .u64 at)
        {
            .reg .u32 %t, %x;
            .reg .u64 %at;
            ld.param.u64 %at, [at];
            mov.u32 %t, %tid.x;
            mad.wide.u32 %at, %t, 4, %at;
            ld.global.u32 %x, [%at];
            add.u32 %x, %x, %x;
            st.global.u32 [%at], %x;
            ret;
        }
        """;

    private void doubled(final long kernel, final long address) {
        final MemorySegment argument = arena.allocateFrom(ValueLayout.JAVA_LONG, address);
        modules.launch(kernel, 1, 64, stream, arena.allocateFrom(ValueLayout.JAVA_LONG, argument.address()).address());
    }

    @Test
    void shouldSayWhichLineOfAKernelItDoesNotKnow() {
        final long module = modules.loadPtx(DOUBLE.replace("add.u32 %x, %x, %x", "vadd.u32 %x, %x, %x"));
        final NativeCallException odd = assertThrows(NativeCallException.class, () -> modules.kernel(module, "doubled"));
        assertEquals(cuda_h.CUDA_ERROR_INVALID_PTX(), odd.code(), odd.getMessage());
        assertTrue(odd.getMessage().contains("CUDA_ERROR_INVALID_PTX") && odd.getMessage().contains("'vadd.u32 %x, %x, %x'"),
            odd.getMessage());
        final long cut = modules.loadPtx(DOUBLE.substring(0, DOUBLE.indexOf("(.param")) + " ");
        assertFails(cuda_h.CUDA_ERROR_INVALID_PTX(), () -> modules.kernel(cut, "doubled"));
        final long empty = modules.loadPtx(DOUBLE.substring(0, DOUBLE.indexOf(" doubled")));
        assertFails(cuda_h.CUDA_ERROR_NOT_FOUND(), () -> modules.kernel(empty, "doubled"));
        final long right = modules.kernel(modules.loadPtx(DOUBLE), "doubled");
        final long at = region(1);
        doubled(right, at);
        streams.synchronize(stream);
    }

    @Test
    void shouldFailTheLaunchAndNameTheLineWhenAKernelDividesByZero() {
        final long kernel = modules.kernel(modules.loadPtx(DOUBLE.replace("add.u32 %x, %x, %x", "div.u32 %x, %x, %x")), "doubled");
        final long at = region(1);
        streams.fillWords(at, 0, 64, stream);
        doubled(kernel, at);
        final NativeCallException zero = assertThrows(NativeCallException.class, () -> streams.synchronize(stream));
        assertEquals(cuda_h.CUDA_ERROR_LAUNCH_FAILED(), zero.code(), zero.getMessage());
        assertTrue(zero.getMessage().contains("'div.u32 %x, %x, %x' of doubled divides by zero"), zero.getMessage());
    }

    @Test
    void shouldSayWhatAKernelDidWhenItTouchesWhatItMayNot() {
        final long kernel = modules.kernel(modules.loadPtx(DOUBLE), "doubled");
        final long at = region(1);
        doubled(kernel, at + 2);
        final NativeCallException odd = assertThrows(NativeCallException.class, () -> streams.synchronize(stream));
        assertTrue(odd.getMessage().contains("CUDA_ERROR_MISALIGNED_ADDRESS")
            && odd.getMessage().contains("'ld.global.u32 %x, [%at]' of doubled"), odd.getMessage());
        reopen(SoftwareSettings.INSTANT.withMemory(64L * UNIT, UNIT));
        final long other = modules.kernel(modules.loadPtx(DOUBLE), "doubled");
        doubled(other, memory.reserve(UNIT));
        final NativeCallException away = assertThrows(NativeCallException.class, () -> streams.synchronize(stream));
        assertTrue(away.getMessage().contains("CUDA_ERROR_ILLEGAL_ADDRESS") && away.getMessage().contains("is not the device's"),
            away.getMessage());
    }

    @Test
    void shouldInterpretTheKernelsOfAnotherModuleInChunksAndGraphs() {
        final long module = modules.loadPtx(DOUBLE);
        final long kernel = modules.kernel(module, "doubled");
        final long at = memory.reserve(2L * UNIT);
        final long chunk = memory.create(gpu, UNIT);
        memory.map(at, UNIT, chunk);
        memory.setAccess(at, UNIT, access);
        streams.fillWords(at, 3, 64, stream);
        modules.beginCapture(stream);
        doubled(kernel, at);
        doubled(kernel, at);
        final long graph = modules.endCapture(stream);
        streams.synchronize(stream);
        doubled(kernel, at);
        modules.launchGraph(graph, stream);
        modules.launchGraph(graph, stream);
        streams.copyOut(host.address(), at, 256, stream);
        streams.synchronize(stream);
        for (int i = 0; i < 64; i++) {
            assertEquals(3 << 5, host.getAtIndex(ValueLayout.JAVA_INT, i), "thread " + i);
        }
        modules.destroyGraph(graph);
        memory.unmap(at, UNIT);
        doubled(kernel, at);
        assertFails(cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS(), () -> streams.synchronize(stream));
    }
}
