// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaKernels;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.generated.cuda.cuEventElapsedTime_t;
import org.tactus.bindings.generated.cuda.cuEventQuery_t;
import org.tactus.bindings.generated.cuda.cuda_h;

/** Times here are least ones: a loaded machine makes everything longer, and nothing shorter than the model says. */
class DriverTraitsTest {
    private static final int UNIT = 1 << 16;
    private static final long LONG_NS = 20_000_000;

    private final Arena arena = Arena.ofConfined();
    private SoftwareCuda software;
    private CudaDriver driver;
    private CudaGpu gpu;
    private CudaMemory memory;
    private CudaStreams streams;
    private long stream;
    private long spin;

    private void open(final DriverTraits traits) {
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(64L * UNIT, UNIT).withTraits(traits));
        driver = software.driver();
        gpu = driver.gpus().getFirst();
        memory = driver.memory();
        streams = driver.streams();
        gpu.makeCurrent(gpu.retainContext());
        stream = streams.create(0);
        spin = driver.modules().kernel(driver.modules().load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx())),
            CudaKernels.SPIN);
    }

    @AfterEach
    void close() {
        assertEquals(Optional.empty(), software.defect());
        software.close();
        arena.close();
    }

    private void spin(final long ns) {
        final MemorySegment argument = arena.allocateFrom(ValueLayout.JAVA_LONG, ns);
        driver.modules().launch(spin, 1, 1, stream, arena.allocateFrom(ValueLayout.JAVA_LONG, argument.address()).address());
    }

    private static long took(final Runnable call) {
        final long beginNs = System.nanoTime();
        call.run();
        return System.nanoTime() - beginNs;
    }

    @Test
    void shouldTakeLongerToMapWhenMoreChunksAreMapped() {
        open(DriverTraits.NONE.withMappedChunkNs(LONG_NS));
        final long address = memory.reserve(3L * UNIT);
        for (int i = 0; i < 3; i++) {
            final long at = address + (long) i * UNIT;
            final long chunk = memory.create(gpu, UNIT);
            final long tookNs = took(() -> memory.map(at, UNIT, chunk));
            assertTrue(tookNs >= (i + 1) * LONG_NS, i + ": " + tookNs);
        }
        assertTrue(took(() -> memory.setAccess(address, UNIT, CudaMemory.readWrite(gpu, arena))) >= 3 * LONG_NS);
        assertTrue(took(() -> memory.unmap(address, UNIT)) >= 2 * LONG_NS);
    }

    @Test
    void shouldKeepALaunchOutWhenAnotherThreadsCallOnChunksHoldsTheLock() throws InterruptedException {
        open(DriverTraits.NONE.withDriverLock().withMappedChunkNs(10 * LONG_NS));
        final long address = memory.reserve(UNIT);
        final long chunk = memory.create(gpu, UNIT);
        final long[] mappedNs = new long[1];
        final Thread maps = Thread.ofPlatform().start(() -> {
            memory.map(address, UNIT, chunk);
            mappedNs[0] = System.nanoTime();
        });
        while (software.inventory().pieces() == 0) { // it is mapped, and the call spends its time now
            Thread.onSpinWait();
        }
        Thread.sleep(LONG_NS / 1_000_000); // long enough for the thread to take the lock
        spin(1);
        final long launchedNs = System.nanoTime();
        maps.join();
        assertTrue(launchedNs >= mappedNs[0] - LONG_NS, "the launch came back " + (mappedNs[0] - launchedNs) + " ns before the call");
    }

    @Test
    void shouldWaitForTheKernelWhenUnmappingDoesSo() {
        open(DriverTraits.NONE.withWaitsForKernels());
        final long begun = streams.createEvent(false);
        final long address = memory.reserve(UNIT);
        memory.map(address, UNIT, memory.create(gpu, UNIT));
        final long allocated = memory.allocate(UNIT);
        for (final Runnable call : List.<Runnable>of(() -> memory.unmap(address, UNIT), () -> memory.freeDevice(allocated))) {
            streams.record(begun, stream);
            final long beginNs = System.nanoTime();
            spin(10 * LONG_NS);
            streams.synchronizeEvent(begun);
            call.run();
            assertTrue(System.nanoTime() - beginNs >= 10 * LONG_NS);
            streams.synchronize(stream);
        }
    }

    @Test
    void shouldFailWithAContextMadeAnewWhenErrorsStayWithTheProcess() {
        open(DriverTraits.NONE.withStickyErrors());
        software.inject(Fault.LAUNCH_FAILURE, 0);
        spin(1);
        assertEquals(cuda_h.CUDA_ERROR_LAUNCH_FAILED(),
            assertThrows(NativeCallException.class, () -> streams.synchronize(stream)).code());
        gpu.releaseContext();
        gpu.makeCurrent(gpu.retainContext());
        assertEquals(cuda_h.CUDA_ERROR_LAUNCH_FAILED(), assertThrows(NativeCallException.class, () -> streams.create(0)).code());
    }

    @Test
    void shouldStageCopiesOnTheCallersTimeWhenHostMemoryIsNotPinned() {
        open(DriverTraits.NONE.withStaging(UNIT * 1_000_000_000L / LONG_NS));
        final long device = memory.allocate(UNIT);
        final MemorySegment pageable = arena.allocate(UNIT, 8);
        pageable.fill((byte) 3);
        assertTrue(took(() -> streams.copyIn(device, pageable.address(), UNIT, stream)) >= LONG_NS);
        streams.synchronize(stream);
        pageable.fill((byte) 0);
        assertTrue(took(() -> streams.copyOut(pageable.address(), device, UNIT, stream)) >= LONG_NS);
        assertEquals(3, pageable.get(ValueLayout.JAVA_BYTE, UNIT - 1)); // it was there when the call came back
        final long pinned = memory.allocateHost(UNIT);
        long leastNs = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            leastNs = Math.min(leastNs, took(() -> streams.copyIn(device, pinned, UNIT, stream)));
        }
        assertTrue(leastNs < LONG_NS, leastNs + " ns");
    }

    @Test
    void shouldTellAnEventAsNotReadyAtFirstWhenTheDriverKnowsOfItLate() {
        open(DriverTraits.NONE.withNotReady(2));
        final long begin = streams.createEvent(true);
        final long end = streams.createEvent(true);
        streams.record(begin, stream);
        spin(1_000_000);
        streams.record(end, stream);
        streams.synchronize(stream);
        final MemorySegment out = arena.allocate(ValueLayout.JAVA_FLOAT);
        final MemorySegment elapsed = software.lookup().find("cuEventElapsedTime").orElseThrow();
        for (int i = 0; i < 2; i++) {
            assertEquals(cuda_h.CUDA_ERROR_NOT_READY(), cuEventElapsedTime_t.invoke(elapsed, out.address(), begin, end));
        }
        assertEquals(0, cuEventElapsedTime_t.invoke(elapsed, out.address(), begin, end));
        streams.record(end, stream);
        streams.synchronize(stream);
        final MemorySegment query = software.lookup().find("cuEventQuery").orElseThrow();
        assertEquals(cuda_h.CUDA_ERROR_NOT_READY(), cuEventQuery_t.invoke(query, end));
        assertFalse(streams.hasHappened(end));
        assertTrue(streams.hasHappened(end));
        streams.record(end, stream);
        assertTrue(streams.awaitElapsedNs(begin, end, out) >= 1_000_000);
    }

    @Test
    void shouldTakeLongerToLaunchAKernelTheFirstTime() {
        open(DriverTraits.NONE.withFirstLaunchNs(LONG_NS));
        assertTrue(took(() -> spin(1)) >= LONG_NS);
        long leastNs = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            leastNs = Math.min(leastNs, took(() -> spin(1)));
        }
        assertTrue(leastNs < LONG_NS, leastNs + " ns");
    }

    /** A program that reads and writes device memory from the host. */
    static final class Touch {
        public static void main(final String[] arguments) {
            final SoftwareCuda opened = SoftwareCuda.open(SoftwareSettings.INSTANT.withTraits(DriverTraits.NONE.withHiddenMemory()));
            final CudaGpu of = opened.driver().gpus().getFirst();
            of.makeCurrent(of.retainContext());
            final long device = switch (arguments[0]) {
                case "allocated" -> opened.driver().memory().allocate(UNIT);
                case "reserved" -> opened.driver().memory().reserve(UNIT);
                default -> {
                    final long mapped = opened.driver().memory().reserve(UNIT);
                    opened.driver().memory().map(mapped, UNIT, opened.driver().memory().create(of, UNIT));
                    opened.driver().memory().setAccess(mapped, UNIT, CudaMemory.readWrite(of, Arena.global()));
                    yield mapped;
                }
            };
            final MemorySegment seen =
                CudaMemory.view(arguments[1].equals("played") ? SoftwareCuda.onHost(device) : device, UNIT);
            System.out.println("begun");
            if (arguments[1].equals("loads")) {
                System.out.println("done " + seen.get(ValueLayout.JAVA_LONG, 8));
            } else {
                seen.set(ValueLayout.JAVA_LONG, 8, 5);
                System.out.println("done " + seen.get(ValueLayout.JAVA_LONG, 8));
            }
        }
    }

    private static String touch(final Path folder, final String memory, final String how) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + folder.resolve("crash.log"), "-cp", System.getProperty("java.class.path"), Touch.class.getName(), memory,
            how).redirectErrorStream(true).start();
        final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + printed;
    }

    @ParameterizedTest
    @ValueSource(strings = {"allocated", "mapped"})
    void shouldEndTheProcessWhenTheHostTouchesHiddenMemory(final String kind, @TempDir final Path folder) throws Exception {
        open(DriverTraits.NONE);
        assertEquals("0 begun\ndone 5\n", touch(folder, kind, "played"), "what plays the device sees it");
        for (final String how : List.of("stores", "loads")) {
            final String ended = touch(folder, kind, how);
            assertTrue(ended.contains("begun\n") && !ended.contains("done") && ended.contains("SIGSEGV"), ended);
        }
    }

    @Test
    void shouldCopyFillAndComputeWhenMemoryIsHidden() {
        open(DriverTraits.NONE.withHiddenMemory());
        final long allocated = memory.allocate(2L * UNIT);
        final long mapped = memory.reserve(2L * UNIT);
        for (int i = 0; i < 2; i++) {
            memory.map(mapped + (long) i * UNIT, UNIT, memory.create(gpu, UNIT));
        }
        memory.setAccess(mapped, 2L * UNIT, CudaMemory.readWrite(gpu, arena));
        final long sums = memory.allocate(64);
        final MemorySegment host = CudaMemory.view(memory.allocateHost(2L * UNIT), 2L * UNIT);
        final MemorySegment expected = arena.allocate(2L * UNIT, 8);
        for (final long device : new long[] {allocated, mapped}) {
            expected.fill((byte) 9);
            expected.asSlice(8, 2 * UNIT - 8).fill((byte) 3);
            streams.fillBytes(device, (byte) 9, 8, stream);
            streams.fillBytes(device + 8, (byte) 3, 2L * UNIT - 8, stream); // across two chunks
            streams.copyOut(host.address(), device, 2L * UNIT, stream);
            streams.synchronize(stream);
            assertEquals(-1, expected.mismatch(host));
            streams.fillBytes(sums, (byte) 0, 8, stream);
            final long module = driver.modules().load(arena.allocateFrom(ValueLayout.JAVA_BYTE, CudaKernels.ptx()));
            final MemorySegment arguments = arena.allocateFrom(ValueLayout.JAVA_LONG, device, 2L * UNIT / Long.BYTES, sums);
            driver.modules().launch(driver.modules().kernel(module, CudaKernels.CHECKSUM), 1, 1, stream, arena.allocateFrom(
                ValueLayout.JAVA_LONG, arguments.address(), arguments.address() + 8, arguments.address() + 16).address());
            streams.copyOut(host.address(), sums, 8, stream);
            streams.synchronize(stream);
            assertEquals(CudaKernels.checksum(expected, 0, 0, 2L * UNIT / Long.BYTES), host.get(ValueLayout.JAVA_LONG, 0));
            streams.writeValue(stream, device + 4, 77);
            streams.waitValue(stream, device + 4, 77);
            streams.copyOut(host.address(), device, 8, stream);
            streams.synchronize(stream);
            assertEquals(77, host.get(ValueLayout.JAVA_INT, 4));
        }
        memory.freeDevice(allocated);
        memory.unmap(mapped, 2L * UNIT);
        assertEquals(cuda_h.CUDA_ERROR_INVALID_VALUE(),
            assertThrows(NativeCallException.class, () -> streams.copyIn(sums, sums, 8, stream)).code(), "the host has no such memory");
    }

    @Test
    void shouldRefuseTraitsThatItDoesNotKnow() {
        final String before = System.getProperty(DriverTraits.PROPERTY);
        try {
            System.setProperty(DriverTraits.PROPERTY, "foo");
            assertEquals("-Dtactus.software.traits=foo: there are no such traits; write none, hidden-memory or real",
                assertThrows(IllegalStateException.class, () -> SoftwareCuda.open(SoftwareSettings.INSTANT)).getMessage());
        } finally {
            if (before == null) {
                System.clearProperty(DriverTraits.PROPERTY);
            } else {
                System.setProperty(DriverTraits.PROPERTY, before);
            }
        }
        open(DriverTraits.NONE);
    }
}
