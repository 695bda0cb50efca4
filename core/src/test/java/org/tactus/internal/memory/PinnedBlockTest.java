// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuMemHostRegister_v2_t;
import org.tactus.bindings.generated.cuda.cuda_h;

class PinnedBlockTest {
    private static final long BYTES = PinnedBlock.LARGE_BYTES + 4096;

    private static CudaDriver real(final SoftwareCuda software, final Map<String, MemorySegment> own) {
        final CudaDriver driver =
            CudaDriver.of(name -> Optional.ofNullable(own.get(name)).or(() -> software.lookup().find(name)), "libcuda");
        driver.gpus().getFirst().makeCurrent(driver.gpus().getFirst().retainContext());
        return driver;
    }

    @Test
    void shouldGiveZeroedMemoryThatCopiesReachWhenMuchIsPinned() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            final CudaDriver driver = real(software, Map.of());
            final long device = driver.memory().allocate(4096);
            final PinnedBlock block = PinnedBlock.of(driver, BYTES);
            final MemorySegment all = CudaMemory.view(block.address(), BYTES);
            assertEquals(0, all.get(ValueLayout.JAVA_LONG, BYTES - 8));
            all.fill((byte) 7);
            driver.streams().copyInNow(device, block.address() + BYTES - 4096, 4096);
            driver.streams().copyOutNow(block.address(), device, 4096);
            assertEquals(0x0707070707070707L, all.get(ValueLayout.JAVA_LONG, 0));
            assertEquals(block.address() + 8, driver.memory().devicePointer(block.address() + 8));
            block.close();
            driver.memory().freeDevice(device);
            driver.gpus().getFirst().releaseContext();
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldLetTheDriverAllocateWhenItCannotRegister() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT); Arena arena = Arena.ofShared()) {
            final AtomicInteger asked = new AtomicInteger();
            final AtomicInteger status = new AtomicInteger(cuda_h.CUDA_ERROR_NOT_SUPPORTED());
            final CudaDriver driver = real(software, Map.of("cuMemHostRegister_v2",
                cuMemHostRegister_v2_t.allocate((address, bytes, flags) -> {
                    asked.incrementAndGet();
                    return status.get();
                }, arena)));
            PinnedBlock.of(driver, BYTES).close();
            assertEquals(1, asked.get());
            PinnedBlock.of(driver, 4096).close(); // little is not worth threads
            assertEquals(1, asked.get());
            status.set(cuda_h.CUDA_ERROR_INVALID_VALUE()); // as a sandbox may say
            PinnedBlock.of(driver, BYTES).close();
            assertEquals(2, asked.get());
            status.set(cuda_h.CUDA_ERROR_NOT_PERMITTED()); // as another one says
            PinnedBlock.of(driver, BYTES).close();
            assertEquals(3, asked.get());
            status.set(cuda_h.CUDA_ERROR_LAUNCH_FAILED());
            assertEquals(cuda_h.CUDA_ERROR_LAUNCH_FAILED(),
                assertThrows(NativeCallException.class, () -> PinnedBlock.of(driver, BYTES)).code());
            driver.gpus().getFirst().releaseContext();
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }
}
