// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.interposed.LibraryMemoryCalls;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** What libraries get that call the driver, as they call: by the stubs' methods, on threads of their own. */
@Timeout(60)
class DriverCallsTest {
    private static final int CHUNK = 1 << 16;
    private static final DeviceSpec SPEC = new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0,
        Optional.of(new DeviceMemory(64L * CHUNK, CHUNK, SwapProtocol.SEQ, 100_000, 100_000, 0, 0)), 0);
    private static final Task TASK = TaskSet.builder("set").device(SPEC).task("net", task -> task.periodNs(100_000_000)
        .segment("gpu0", 1_000_000).memory(new TaskMemory(4L * CHUNK, OptionalLong.of(4L * CHUNK), Optional.empty(), 0, 2L * CHUNK)))
        .build().tasks().getFirst();
    private static final CudaLibraries.Body NOTHING = new CudaLibraries.Body() {
        @Override
        public void run(final long job, final long stream) {
            // nothing is queued
        }

        @Override
        public void close() {
            // nothing was opened
        }
    };

    private final SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(96L * CHUNK, 1 << 12));
    private final AtomicBoolean isBroken = new AtomicBoolean();
    private CudaDevice device;

    @BeforeEach
    void open() {
        final SymbolLookup lookup = name -> {
            if (isBroken.get() && name.equals("cuMemsetD32Async")) { // nothing but the calls of libraries asks for it
                throw new IllegalStateException("no function of ours may be made here");
            }
            return software.lookup().find(name);
        };
        device = new CudaDevice(CudaDriver.of(lookup, CudaDriver.SOFTWARE).gpus().getFirst(), SPEC, null, null);
    }

    @AfterEach
    void close() {
        device.close();
        assertEquals(Inventory.NOTHING, software.inventory());
        software.close();
    }

    @Test
    void shouldHoldNoMemoryWhenTheCallsOfLibrariesCannotBeLedHere() {
        isBroken.set(true);
        assertThrows(IllegalStateException.class, () -> device.libraries().prepare(TASK, memory -> NOTHING));
        isBroken.set(false);
        device.libraries().prepare(TASK, memory -> NOTHING).close(); // the task's name is free, and all of its memory
    }

    private static LibraryMemory memory(final DriverCalls calls, final String task, final long address) {
        final TaskHolding holding = new TaskHolding(task, SwapRegion.NONE);
        holding.fixedAddress = address;
        holding.fixedBytes = CHUNK;
        final LibraryMemory memory = new LibraryMemory(calls, holding, CHUNK / 2);
        calls.add(memory);
        return memory;
    }

    /** The dispatcher's thread copies and frees in a job, while another one tells of a refusal and is not let run. */
    @Test
    void shouldNotWaitForTheMonitorWhenAJobCopiesAsksAndFrees() throws Exception {
        final DriverCalls calls = new DriverCalls(software.driver(), true);
        memory(calls, "other", 16L * CHUNK);
        final LibraryMemory memory = memory(calls, "net", 8L * CHUNK);
        calls.enter(memory);
        final long block = calls.allocate("cuMemAlloc", 256);
        calls.enter(null);
        memory.opened();
        synchronized (calls) {
            CompletableFuture.runAsync(() -> {
                calls.enter(memory);
                assertEquals(0, calls.check("cuMemcpyHtoD", block, 256, true));
                assertEquals(0, calls.check("cuMemcpyDtoH", block, 256, false));
                assertEquals(0, calls.check("cuMemcpyDtoH", CHUNK, 256, false), "not ours");
                assertEquals(0, calls.leftBytes());
                assertEquals(CHUNK, calls.totalBytes());
                assertEquals(cuda_h.CUDA_SUCCESS(), calls.free(block));
                assertEquals(cuda_h.CUDA_ERROR_INVALID_VALUE(), calls.free(block), "freed twice");
                assertEquals(LibraryMemoryCalls.NOT_OURS, calls.free(CHUNK));
                calls.enter(null);
            }).get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldFreeEachBlockOnceWhenThreadsFreeTheSameOnesAtOnce() {
        final DriverCalls calls = new DriverCalls(software.driver(), true);
        final LibraryMemory memory = memory(calls, "net", 8L * CHUNK);
        calls.enter(memory);
        memory.asksForConstants(); // the last blocks find no room there, and lie among the state
        final long[] blocks = LongStream.range(0, 200).map(i -> calls.allocate("cuMemAlloc", 256)).toArray();
        calls.enter(null);
        memory.opened();
        assertTrue(LongStream.of(blocks).allMatch(block -> block != 0));
        final AtomicInteger freed = new AtomicInteger();
        CompletableFuture.allOf(LongStream.range(0, 4).mapToObj(thread -> CompletableFuture.runAsync(() -> {
            for (final long block : blocks) {
                freed.addAndGet(calls.free(block) == cuda_h.CUDA_SUCCESS() ? 1 : 0);
            }
        })).toArray(CompletableFuture[]::new)).join();
        assertEquals(blocks.length, freed.get());
        assertEquals(0, memory.heap.takenBytes());
    }
}
