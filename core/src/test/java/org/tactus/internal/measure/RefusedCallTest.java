// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.memory.ChunkReader;

/** What measures a GPU holds nothing of it when a call is refused while it is made, whichever call that is. */
@Timeout(120)
@SuppressWarnings("restricted") // functions of a driver, in front of those of the software driver
class RefusedCallTest {
    private static final long MEBI = 1 << 20;
    private static final int MOST_CALLS = 40;
    private static final List<String> REFUSABLE = List.of("cuStreamCreateWithPriority", "cuEventCreate", "cuMemCreate",
        "cuMemAddressReserve", "cuMemHostAlloc", "cuMemAlloc_v2", "cuModuleLoadData",
        "cuModuleGetFunction", "cuLaunchKernel", "cuMemcpyHtoDAsync_v2");

    private final SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT);
    private final Arena arena = Arena.ofShared();
    private final Map<String, MemorySegment> own = REFUSABLE.stream().collect(Collectors.toMap(name -> name, this::counted));
    /** Calls until one is refused. */
    private int left;

    @AfterEach
    void close() {
        software.close();
        arena.close();
    }

    private boolean isRefused() {
        left--;
        return left == 0;
    }

    private MemorySegment counted(final String name) {
        try {
            final FunctionDescriptor type = (FunctionDescriptor) Class.forName(cuda_h.class.getPackageName() + "." + name + "_t")
                .getMethod("descriptor").invoke(null);
            final MethodHandle call = Linker.nativeLinker().downcallHandle(software.lookup().find(name).orElseThrow(), type);
            final MethodHandle refused = MethodHandles.lookup().findVirtual(RefusedCallTest.class, "isRefused",
                MethodType.methodType(boolean.class)).bindTo(this);
            final List<Class<?>> arguments = call.type().parameterList();
            return Linker.nativeLinker().upcallStub(MethodHandles.guardWithTest(MethodHandles.dropArguments(refused, 0, arguments),
                MethodHandles.dropArguments(MethodHandles.constant(int.class, cuda_h.CUDA_ERROR_OUT_OF_MEMORY()), 0, arguments), call),
                type, arena);
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(name, e);
        }
    }

    private CudaDriver driver(final String library) {
        return CudaDriver.of(name -> Optional.ofNullable(own.get(name)).or(() -> software.lookup().find(name)), library);
    }

    /** Makes something, each time with another call refused, until none is. */
    private <T extends AutoCloseable> void refuseEach(final Function<GpuRig, T> making, final GpuRig rig) throws Exception {
        final Inventory before = software.inventory();
        int refused = 0;
        for (boolean complete = false; !complete && refused < MOST_CALLS;) {
            left = refused + 1;
            try {
                final T made = making.apply(rig);
                complete = left > 0;
                made.close();
                assertTrue(complete, "the refused call was not told");
            } catch (final NativeCallException e) {
                refused++;
            }
            left = 0;
            assertEquals(before, software.inventory(), "call " + refused + " was refused");
        }
        assertTrue(refused > 0);
    }

    @Test
    void shouldHoldNothingWhenACallIsRefusedWhileARigIsMade() throws Exception {
        final CudaDriver driver = driver(CudaDriver.SOFTWARE);
        refuseEach(none -> new GpuRig(driver.gpus().getFirst()), null);
    }

    @Test
    void shouldHoldNothingWhenACallIsRefusedWhileChunksAreTimed() throws Exception {
        try (GpuRig rig = new GpuRig(driver(CudaDriver.SOFTWARE).gpus().getFirst())) {
            refuseEach(on -> new ChunkTimer(on, 4 * MEBI), rig);
        }
    }

    @Test
    void shouldHoldNothingWhenACallIsRefusedWhileWaitingCallsArePrepared() throws Exception {
        try (GpuRig rig = new GpuRig(driver(CudaDriver.SOFTWARE).gpus().getFirst())) {
            refuseEach(on -> new WaitingCalls(on, 2 * MEBI, 1000), rig);
        }
    }

    @Test
    void shouldHoldNothingWhenACallIsRefusedWhileAReaderIsMade() throws Exception {
        try (GpuRig rig = new GpuRig(driver(CudaDriver.SOFTWARE).gpus().getFirst())) {
            refuseEach(on -> new ChunkReader(on.memory(), MEBI, () -> { }), rig);
        }
    }

    @Test
    void shouldHoldNothingWhenALaunchIsRefusedWhileClocksAreWarmed() {
        try (GpuRig rig = new GpuRig(driver("libcuda").gpus().getFirst())) {
            final Inventory before = software.inventory();
            for (int refused = 1; refused <= 3; refused++) { // the allocation, the fill, the first product
                left = refused;
                assertThrows(NativeCallException.class, rig::warmClocks);
                assertEquals(before, software.inventory(), "call " + refused + " was refused");
            }
        }
    }
}
