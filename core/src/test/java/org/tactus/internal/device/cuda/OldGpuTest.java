// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;

/** A GPU whose driver says that it is of compute capability 7.5. */
@SuppressWarnings("restricted") // a function of a driver, in front of that of the software driver
class OldGpuTest {
    static int attribute(final MemorySegment value, final int attribute, final int gpu) {
        value.reinterpret(Integer.BYTES).set(ValueLayout.JAVA_INT, 0,
            attribute == cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR() ? 7
                : attribute == cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR() ? 5 : 1);
        return 0;
    }

    private static CudaDevice open(final SoftwareCuda software, final MemorySegment attribute, final DeviceSpec.Compute compute) {
        final SymbolLookup all = software.lookup();
        final CudaDriver driver = CudaDriver.of(name ->
            name.equals("cuDeviceGetAttribute") ? Optional.of(attribute) : all.find(name), "driver of an old GPU");
        return new CudaDevice(driver.gpus().getFirst(),
            new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), "", 0, Optional.empty(), 0).withCompute(compute), null, null);
    }

    @Test
    void shouldRefuseHalfPrecisionAndNameWhatWouldBeRight() throws ReflectiveOperationException {
        try (Arena arena = Arena.ofConfined(); SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT)) {
            final MemorySegment attribute = Linker.nativeLinker().upcallStub(MethodHandles.lookup().findStatic(OldGpuTest.class,
                "attribute", MethodType.methodType(int.class, MemorySegment.class, int.class, int.class)), FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), arena);
            try (CudaDevice gpu = open(software, attribute, DeviceSpec.Compute.KERNELS_FP16)) {
                final CudaNetworks networks = gpu.networks();
                final String message =
                    assertThrows(InvalidModelException.class, () -> networks.place(networks.tensors())).getMessage();
                assertEquals("'compute: kernels-fp16' needs a GPU of compute capability 8.0 or later, but " + gpu.capabilities().name()
                    + " has 7.5; write 'compute: kernels'", message);
            }
            try (CudaDevice gpu = open(software, attribute, DeviceSpec.Compute.KERNELS)) {
                assertTrue(gpu.networks().place(gpu.networks().tensors()).opener().isPresent(), "single precision needs no new GPU");
            }
        }
    }
}
