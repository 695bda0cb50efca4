// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the processor's vector unit can do with bytes. */
public final class VectorUnit {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final List<String> EXACT = List.of("avx512_vnni", "avx_vnni");

    private VectorUnit() {
    }

    /**
     * Tells whether sums of products of bytes are exact. x86 processors without VNNI add two products in 16 bits and saturate, so weights
     * must be a bit shorter there; they also gain little from bytes.
     *
     * @return false on an x86 processor without VNNI
     */
    public static boolean addsPairsExactly() {
        try {
            return exact(Files.readAllLines(CPU));
        } catch (final IOException e) {
            return false;
        }
    }

    static boolean exact(final List<String> lines) {
        for (final String line : lines) {
            if (line.startsWith("flags")) {
                return Arrays.stream(line.split("\\s+")).anyMatch(EXACT::contains);
            }
        }
        return true; // other processors list no flags: they have no such instruction
    }
}
