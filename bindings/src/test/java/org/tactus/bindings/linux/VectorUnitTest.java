// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class VectorUnitTest {
    @Test
    void shouldTellExactSumsByTheFlags() throws IOException {
        assertTrue(VectorUnit.exact(List.of("model name\t: x", "flags\t\t: fpu avx2 avx512_vnni avx512f")));
        assertTrue(VectorUnit.exact(List.of("flags\t\t: fpu avx2 avx_vnni")));
        assertFalse(VectorUnit.exact(List.of("flags\t\t: fpu avx2 avx512f")));
        assertTrue(VectorUnit.exact(List.of("Features\t: fp asimd asimddp")), "AArch64");
        assertEquals(VectorUnit.exact(Files.readAllLines(Path.of("/proc/cpuinfo"))), VectorUnit.addsPairsExactly());
    }
}
