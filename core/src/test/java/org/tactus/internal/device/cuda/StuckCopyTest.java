// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.DriverTraits;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoHAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyHtoDAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuStreamQuery_t;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.PreparationRefusedException;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.kernel.Admission;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;

/** A copy that prepares a network beside tasks does not end before the test lets it: whoever waits for it gives up, and frees nothing. */
@Timeout(60)
class StuckCopyTest {
    private static final long MS = 1_000_000;
    private static final long PATIENCE_NS = 50 * MS;

    @TempDir
    private Path folder;
    private final Arena arena = Arena.ofShared();
    private final SoftwareCuda software =
        SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(1 << 26, 1 << 12).withTraits(DriverTraits.NONE.withHiddenMemory()));
    private volatile boolean tasksRun;
    private final AtomicInteger outs = new AtomicInteger();
    /** Which copy to the host, from 1 up, waits for the word. */
    private volatile int stuckOut;
    private long context;
    private long word;
    private final AtomicInteger looks = new AtomicInteger();
    private final CountDownLatch queued = new CountDownLatch(1);
    private final CudaDriver driver = driver();
    private final DeviceSpec spec = new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.empty(), 0)
        .withCompute(DeviceSpec.Compute.KERNELS);

    /** The driver, whose copies to the GPU wait for a word since tasks run, and which counts the looks at a stream. */
    private CudaDriver driver() {
        final SymbolLookup all = software.lookup();
        final MemorySegment copy = all.findOrThrow("cuMemcpyHtoDAsync_v2");
        final MemorySegment copyOut = all.findOrThrow("cuMemcpyDtoHAsync_v2");
        final MemorySegment query = all.findOrThrow("cuStreamQuery");
        final Map<String, MemorySegment> own = Map.of(
            "cuMemcpyHtoDAsync_v2", cuMemcpyHtoDAsync_v2_t.allocate((to, from, bytes, stream) -> {
                if (tasksRun) {
                    software.driver().streams().waitValue(stream, word, 1);
                    queued.countDown();
                }
                return cuMemcpyHtoDAsync_v2_t.invoke(copy, to, from, bytes, stream);
            }, arena),
            "cuMemcpyDtoHAsync_v2", cuMemcpyDtoHAsync_v2_t.allocate((to, from, bytes, stream) -> {
                if (outs.incrementAndGet() == stuckOut) {
                    software.driver().streams().waitValue(stream, word, 1);
                }
                return cuMemcpyDtoHAsync_v2_t.invoke(copyOut, to, from, bytes, stream);
            }, arena),
            "cuStreamQuery", cuStreamQuery_t.allocate(stream -> {
                looks.incrementAndGet();
                return cuStreamQuery_t.invoke(query, stream);
            }, arena));
        return CudaDriver.of(name -> Optional.ofNullable(own.get(name)).or(() -> all.find(name)), CudaDriver.SOFTWARE);
    }

    private void letGo() {
        CudaMemory.view(word, Integer.BYTES).set(ValueLayout.JAVA_INT, 0, 1);
    }

    @BeforeEach
    void open() {
        context = driver.gpus().getFirst().retainContext();
        driver.gpus().getFirst().makeCurrent(context);
        word = driver.memory().allocateHost(64);
    }

    @AfterEach
    void close() {
        letGo();
        driver.gpus().getFirst().makeCurrent(context);
        driver.memory().freeHost(word);
        driver.gpus().getFirst().releaseContext();
        NetworkSets.closeDriver(software);
        arena.close();
    }

    private TaskSet set() throws IOException {
        Files.write(folder.resolve("late.onnx"), TestModels.tiny().bytes());
        return TaskSet.builder("late").device(spec).task("late", task -> task.periodNs(1000 * MS)
            .model(new ModelSource.OnnxFile("late.onnx", 1)).segment("gpu0", 1)).build();
    }

    private Throwable prepared(final CudaDevice device) {
        try {
            final TaskSet set = set();
            new NetworkWorks(folder).prepare(set, List.of(device), set.tasks().getFirst(), 5).forEach(SegmentWork::close);
            return null;
        } catch (final Throwable e) {
            return e;
        }
    }

    private static void assertRefused(final String message, final boolean lost, final Throwable seen) {
        final PreparationRefusedException refused = assertInstanceOf(PreparationRefusedException.class, seen);
        assertEquals(message, refused.getMessage());
        assertEquals(lost, refused.isOfLostDevice());
    }

    /** Runs the copies of a stream of their own, with a short patience. */
    @Test
    void shouldRefuseWhenACopyDoesNotEndInTimeAndGoOnWhenItHasEnded() {
        final long address = driver.memory().allocate(1 << 17);
        final long tasks = driver.streams().create(0);
        final AtomicInteger freed = new AtomicInteger();
        final ControlCopies copies = new ControlCopies("gpu0", driver, tasks, 0, PATIENCE_NS);
        copies.tasksRun();
        tasksRun = true;
        try {
            final String said = "nothing could be prepared on device 'gpu0', where a copy beside its tasks did not end in 50ms;"
                + " try again later";
            final MemorySegment bytes = arena.allocate(70_000).fill((byte) 7);
            assertRefused(said, false, assertThrows(RuntimeException.class, () -> copies.write(address, bytes)));
            copies.whenDone(freed::incrementAndGet);
            assertRefused(said, false, assertThrows(RuntimeException.class, () -> copies.write(address, bytes)));
            assertEquals(0, freed.get(), "the copy uses it still");
            letGo();
            copies.write(address, bytes);
            assertEquals(1, freed.get());
            final MemorySegment read = arena.allocate(70_000);
            copies.read(read, address);
            assertEquals(-1, bytes.mismatch(read));
            copies.whenDone(freed::incrementAndGet);
            assertEquals(2, freed.get());
        } finally {
            letGo();
            assertTrue(copies.isDoneIn(30_000 * MS));
            copies.close();
        }
        driver.memory().freeDevice(address);
        driver.streams().destroy(tasks);
    }

    @Test
    void shouldRefuseWhenTheDeviceIsLost() throws InterruptedException {
        final CudaDevice device = new CudaDevice(driver.gpus().getFirst(), spec, null, () -> { });
        device.defined();
        tasksRun = true;
        final AtomicReference<Throwable> seen = new AtomicReference<>();
        final Thread preparing = Thread.ofPlatform().start(() -> seen.set(prepared(device)));
        queued.await();
        device.abandon();
        preparing.join();
        assertRefused("nothing could be prepared on device 'gpu0', which is lost", true, seen.get());
        letGo();
        device.close();
    }

    /** Each look is followed by a rest, also when the thread was interrupted before, and the interrupt stays pending. */
    @Test
    void shouldRestBetweenLooksWhenInterrupted() throws InterruptedException {
        final CudaDevice device = new CudaDevice(driver.gpus().getFirst(), spec, null, () -> { });
        device.defined();
        tasksRun = true;
        final AtomicReference<Boolean> pending = new AtomicReference<>();
        final Thread preparing = Thread.ofPlatform().start(() -> {
            prepared(device);
            pending.set(Thread.currentThread().isInterrupted());
        });
        queued.await();
        preparing.interrupt();
        final long fromNs = System.nanoTime();
        final int before = looks.get();
        Thread.sleep(200);
        final int seen = looks.get() - before;
        final long tookNs = System.nanoTime() - fromNs;
        device.endJoining();
        preparing.join();
        assertTrue(seen > 0 && seen <= tookNs / ControlCopies.LOOK_NS + 2, seen + " looks in " + tookNs + " ns");
        assertEquals(true, pending.get());
        letGo();
        device.close();
    }

    /** The first copy to the host is one of a segment, the second one that of a fetch in a stream of its own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldEndARehearsalWhoseCopyDoesNotEndAndLeaveItsMemory(final int stuck) {
        final CudaDevice device = new CudaDevice(driver.gpus().getFirst(), spec, null, () -> { });
        stuckOut = outs.get() + stuck;
        device.rehearse();
        assertEquals(stuckOut, outs.get(), "it ended at the copy that did not");
        letGo();
        device.close();
    }

    /** The one that adds holds what the one that stops waits for. */
    @Test
    void shouldStopWhileANetworkIsPreparedWhoseCopyDoesNotEnd() throws Exception {
        final CudaDevice device = new CudaDevice(driver.gpus().getFirst(), spec, null, () -> { });
        final TaskSet base = TaskSet.builder("base").device(spec).task("first", task -> task.periodNs(20 * MS).segment("gpu0", MS)).build();
        final KernelOptions options = KernelOptions.DEFAULT;
        final Kernel kernel = new Kernel(base, List.<Device>of(device),
            AlignedMemory.allocate(Kernel.requiredBytes(options, 1)), options, Admission.ALL, ThreadSetup.NONE, new KernelListener() { },
            EventHandler.NONE, Clock.SYSTEM);
        kernel.start();
        device.defined();
        tasksRun = true;
        final AtomicReference<Throwable> seen = new AtomicReference<>();
        final Object lock = new Object();
        final Thread preparing = Thread.ofPlatform().start(() -> {
            synchronized (lock) {
                seen.set(prepared(device));
            }
        });
        queued.await();
        kernel.endJoining();
        synchronized (lock) {
            assertTrue(kernel.stop(0));
        }
        preparing.join();
        assertRefused("nothing could be prepared on device 'gpu0', since the run ends", false, seen.get());
        final String left = assertThrows(IllegalStateException.class, kernel::close).getMessage();
        assertTrue(left.contains("does not end; what the device has is left to the process"), left);
        letGo();
        device.close();
    }
}
