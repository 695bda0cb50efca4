// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.generated.cuda.CUhostFn;
import org.tactus.bindings.generated.cuda.cuda_h;

/** What streams call on the host. */
@Timeout(60)
class HostFunctionTest {
    private static final int BYTES = 1 << 16;

    private final Arena arena = Arena.ofShared();
    private SoftwareCuda software;
    private CudaStreams streams;
    private CudaMemory memory;
    private long stream;
    private long host;
    private long device;

    @BeforeEach
    void open() {
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(64L * BYTES, BYTES));
        final var gpu = software.driver().gpus().getFirst();
        gpu.makeCurrent(gpu.retainContext());
        streams = software.driver().streams();
        memory = software.driver().memory();
        stream = streams.create(0);
        host = memory.allocateHost(BYTES);
        device = memory.allocate(BYTES);
    }

    @AfterEach
    void close() {
        assertEquals(Optional.empty(), software.defect());
        software.close();
        arena.close();
    }

    private long function(final LongConsumer body) {
        return CUhostFn.allocate(body::accept, arena).address();
    }

    @Test
    void shouldCallBetweenTheCopiesWhenAFunctionIsQueuedBetweenThem() {
        final MemorySegment words = CudaMemory.view(host, BYTES);
        final MemorySegment onDevice = CudaMemory.view(SoftwareCuda.onHost(device), BYTES);
        final long twice = function(times -> {
            for (long i = 0; i < BYTES / Integer.BYTES; i++) {
                onDevice.setAtIndex(ValueLayout.JAVA_INT, i, (int) times * onDevice.getAtIndex(ValueLayout.JAVA_INT, i));
            }
        });
        for (int round = 1; round <= 50; round++) {
            for (int i = 0; i < BYTES / Integer.BYTES; i++) {
                words.setAtIndex(ValueLayout.JAVA_INT, i, i);
            }
            streams.copyIn(device, host, BYTES, stream);
            streams.callHost(stream, twice, round);
            streams.callHost(stream, twice, 2);
            streams.copyOut(host, device, BYTES, stream);
            streams.synchronize(stream);
            for (int i = 0; i < BYTES / Integer.BYTES; i++) {
                assertEquals(2 * round * i, words.getAtIndex(ValueLayout.JAVA_INT, i), "word " + i + " of round " + round);
            }
        }
    }

    @Test
    void shouldLetOtherStreamsGoOnWhenAFunctionTakesLong() throws InterruptedException {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch may = new CountDownLatch(1);
        final AtomicInteger calls = new AtomicInteger();
        final long other = streams.create(0);
        final long waits = function(word -> {
            begun.countDown();
            try {
                may.await();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            calls.incrementAndGet();
        });
        final long event = streams.createEvent(true);
        streams.callHost(stream, waits, 0);
        streams.record(event, stream);
        begun.await();
        streams.copyIn(device, host, BYTES, other);
        streams.synchronize(other);
        streams.callHost(other, function(word -> calls.addAndGet(10)), 0);
        assertFalse(streams.isDone(stream) || streams.hasHappened(event) || streams.isDone(other), "one function at a time");
        may.countDown();
        streams.synchronizeEvent(event);
        streams.synchronize(other);
        assertEquals(11, calls.get());
        assertTrue(streams.isDone(stream));
    }

    @Test
    void shouldForgetWhoCalledWhenTheContextBreaksUnderAFunction() throws InterruptedException {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch may = new CountDownLatch(1);
        streams.callHost(stream, function(word -> {
            begun.countDown();
            try {
                may.await();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }), 0);
        begun.await();
        software.inject(Fault.DEVICE_LOST, 0);
        assertThrows(NativeCallException.class, () -> streams.isDone(stream));
        may.countDown();
    }

    @Test
    void shouldRefuseWhenThereIsNoFunctionOrNoStream() {
        assertEquals(cuda_h.CUDA_ERROR_INVALID_VALUE(),
            assertThrows(NativeCallException.class, () -> streams.callHost(stream, 0, 0)).code());
        final long nothing = function(word -> { });
        assertEquals(cuda_h.CUDA_ERROR_INVALID_HANDLE(),
            assertThrows(NativeCallException.class, () -> streams.callHost(1234, nothing, 0)).code());
    }
}
