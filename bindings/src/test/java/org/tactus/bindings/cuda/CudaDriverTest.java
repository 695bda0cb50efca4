// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.cuda.CUmemAccessDesc;
import org.tactus.bindings.generated.cuda.CUmemAllocationProp;
import org.tactus.bindings.generated.cuda.CUmemLocation;
import org.tactus.bindings.generated.cuda.cuda_h;

class CudaDriverTest {
    @Test
    void shouldHaveAReasonWhenThereIsNoGpu() {
        assertEquals(CudaDriver.find().isPresent(), CudaDriver.absence().isEmpty());
        CudaDriver.absence().ifPresent(reason -> assertTrue(reason.contains("libcuda"), reason));
        CudaDriver.find().ifPresent(driver -> assertFalse(driver.gpus().isEmpty(), driver.toString()));
    }

    @Test
    void shouldTellTheFileThatAFunctionIsFrom() {
        final List<String> lines = List.of("7f0000000000-7f0000001000 r--p 00000000 08:01 1 /usr/lib/libother.so",
            "7f0000002000-7f0000004000 r-xp 00001000 08:01 2                          /usr/lib/libcuda.so.535.1",
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]");
        assertEquals("/usr/lib/libcuda.so.535.1", CudaLibrary.fileAt(lines, 0x7f0000003fffL));
        assertEquals("no file", CudaLibrary.fileAt(lines, 0x7f0000004000L));
    }

    @Test
    void shouldAnswerNotSupportedWhenADriverLacksTheFunction() {
        final NativeCallException error =
            assertThrows(NativeCallException.class, () -> CudaDriver.of(name -> Optional.empty(), "an empty library"));
        assertEquals("cuInit", error.function());
        assertEquals(cuda_h.CUDA_ERROR_NOT_SUPPORTED(), error.code());
    }

    @Test
    void shouldLayStructuresOutAsTheAbiDoes() {
        assertEquals(8, CUmemLocation.sizeof());
        assertEquals(32, CUmemAllocationProp.sizeof());
        assertEquals(8, CUmemAllocationProp.location$offset());
        assertEquals(16, CUmemAllocationProp.win32HandleMetaData$offset());
        assertEquals(26, CUmemAllocationProp.usage$offset());
        assertEquals(12, CUmemAccessDesc.sizeof());
        assertEquals(8, CUmemAccessDesc.flags$offset());
    }
}
