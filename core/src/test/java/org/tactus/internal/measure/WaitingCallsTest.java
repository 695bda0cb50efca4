// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuCtxSynchronize_t;
import org.tactus.bindings.generated.cuda.cuLaunchKernel_t;
import org.tactus.bindings.generated.cuda.cuMemUnmap_t;
import org.tactus.format.GpuCalibration;

class WaitingCallsTest {
    private static final long MEBI = 1 << 20;
    private static final long WORK_NS = 300_000_000;
    private static final long WAIT_NS = 5_000_000;

    private static CudaDriver driver(final SoftwareCuda software, final Map<String, MemorySegment> own) {
        return CudaDriver.of(name -> Optional.ofNullable(own.get(name)).or(() -> software.lookup().find(name)), CudaDriver.SOFTWARE);
    }

    private static List<String> waiting(final List<WaitingCalls.Call> calls) {
        return calls.stream().filter(call -> !call.ranOn()).map(WaitingCalls.Call::name).toList();
    }

    @Test
    void shouldSayThatNoCallWaitsWhenTheDriverDoesNot() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4)) {
            try (GpuRig rig = new GpuRig(software.driver().gpus().getFirst());
                WaitingCalls calls = new WaitingCalls(rig, 2 * MEBI, WORK_NS)) {
                assertEquals(List.of(), waiting(calls.besideSpin()));
                assertEquals(List.of(), waiting(calls.besideCopies()));
            }
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldNameTheCallThatWaitsForKernelsAndForCopies() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4); Arena arena = Arena.ofShared()) {
            final MemorySegment unmap = software.lookup().find("cuMemUnmap").orElseThrow();
            final MemorySegment synchronize = software.lookup().find("cuCtxSynchronize").orElseThrow();
            final CudaDriver waits = driver(software, Map.of("cuMemUnmap", cuMemUnmap_t.allocate((address, bytes) -> {
                cuCtxSynchronize_t.invoke(synchronize);
                return cuMemUnmap_t.invoke(unmap, address, bytes);
            }, arena)));
            try (GpuRig rig = new GpuRig(waits.gpus().getFirst()); WaitingCalls calls = new WaitingCalls(rig, 2 * MEBI, 20_000_000)) {
                assertTrue(waiting(calls.besideSpin()).contains("unmap"));
                assertTrue(waiting(calls.besideCopies()).contains("unmap"));
            }
        }
    }

    @Test
    void shouldChargeAChunkForTheWaitWhenUnmappingWaitsForKernels() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.PCIE4); Arena arena = Arena.ofShared()) {
            final MemorySegment unmap = software.lookup().find("cuMemUnmap").orElseThrow();
            final MemorySegment synchronize = software.lookup().find("cuCtxSynchronize").orElseThrow();
            final MemorySegment launch = software.lookup().find("cuLaunchKernel").orElseThrow();
            final AtomicBoolean launched = new AtomicBoolean();
            final CudaDriver waits = driver(software, Map.of(
                "cuLaunchKernel", cuLaunchKernel_t.allocate((kernel, x, y, z, blockX, blockY, blockZ, shared, stream, parameters, more) -> {
                    launched.set(true);
                    return cuLaunchKernel_t.invoke(launch, kernel, x, y, z, blockX, blockY, blockZ, shared, stream, parameters, more);
                }, arena),
                "cuMemUnmap", cuMemUnmap_t.allocate((address, bytes) -> {
                    if (launched.getAndSet(false)) { // the first one after a launch waits, the others find nothing that runs
                        cuCtxSynchronize_t.invoke(synchronize);
                        for (final long untilNs = System.nanoTime() + WAIT_NS; System.nanoTime() < untilNs;) {
                            LockSupport.parkNanos(untilNs - System.nanoTime());
                        }
                    }
                    return cuMemUnmap_t.invoke(unmap, address, bytes);
                }, arena)));
            try (GpuRig rig = new GpuRig(waits.gpus().getFirst())) {
                final GpuCalibration measured =
                    new GpuCalibrator(rig, List.of(2 * MEBI), 8 * MEBI, 5, 100).measure(part -> { });
                assertTrue(measured.chunks().getFirst().dropNs() >= WAIT_NS, measured.toString());
                assertTrue(measured.chunks().getFirst().outNs() >= WAIT_NS, measured.toString());
                assertTrue(measured.swapOutOverheadNs() >= WAIT_NS, measured.toString());
            }
        }
    }

    @Test
    void shouldComputeUntilTheClocksAreWarmBeforeLoadIsSizedOnAGpuWhoseTimesAreItsOwn() {
        try (SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT); Arena arena = Arena.ofShared()) {
            final MemorySegment launch = software.lookup().find("cuLaunchKernel").orElseThrow();
            final AtomicInteger large = new AtomicInteger();
            final AtomicInteger others = new AtomicInteger();
            final Map<String, MemorySegment> own = Map.of("cuLaunchKernel",
                cuLaunchKernel_t.allocate((kernel, x, y, z, blockX, blockY, blockZ, shared, stream, parameters, extra) -> {
                    (x == 32 && y == 32 ? large : others).incrementAndGet(); // 32 by 32 tiles of 16 are the warming product's
                    return cuLaunchKernel_t.invoke(launch, kernel, x, y, z, blockX, blockY, blockZ, shared, stream, parameters, extra);
                }, arena));
            final CudaDriver real =
                CudaDriver.of(name -> Optional.ofNullable(own.get(name)).or(() -> software.lookup().find(name)), "libcuda");
            try (GpuRig rig = new GpuRig(real.gpus().getFirst())) {
                final AtomicLong nowNs = new AtomicLong();
                rig.warmClocks(() -> nowNs.addAndGet(WORK_NS)); // each look at the clock is 300 ms later
                assertEquals(4, large.get(), "products before one and a half seconds are over");
                assertEquals(1, others.get(), "the fill");
            }
            try (GpuRig rig = new GpuRig(driver(software, own).gpus().getFirst())) {
                large.set(0);
                others.set(0);
                rig.warmClocks();
                assertEquals(0, large.get() + others.get());
            }
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }
}
