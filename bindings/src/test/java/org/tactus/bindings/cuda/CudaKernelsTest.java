// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.cuda.ptx.PtxKernel;
import org.tactus.bindings.cuda.ptx.PtxLaunch;
import org.tactus.bindings.cuda.ptx.PtxMemory;

class CudaKernelsTest {
    private static final int WORDS = 1_000;

    @TempDir
    private Path folder;

    @Test
    void shouldFillWithTheSequenceOfSplitMix() {
        for (final long seed : new long[] {0, 1, -7, Long.MAX_VALUE}) {
            final SplittableRandom oracle = new SplittableRandom(seed);
            try (Arena arena = Arena.ofConfined()) {
                final MemorySegment memory = arena.allocate(WORDS * 8L, 8);
                CudaKernels.fill(memory, seed);
                for (int i = 0; i < WORDS; i++) {
                    assertEquals(oracle.nextLong(), memory.getAtIndex(ValueLayout.JAVA_LONG, i), "word " + i + " of seed " + seed);
                }
                assertEquals(CudaKernels.checksumOfFill(seed, WORDS), CudaKernels.checksum(memory));
            }
        }
    }

    @Test
    void shouldTellMemoryApartWhenOneBitOrTwoPlacesDiffer() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(WORDS * 8L, 8);
            CudaKernels.fill(memory, 5);
            final long sum = CudaKernels.checksum(memory);
            final long first = memory.getAtIndex(ValueLayout.JAVA_LONG, 0);
            memory.setAtIndex(ValueLayout.JAVA_LONG, 0, first ^ 1L << 63);
            assertNotEquals(sum, CudaKernels.checksum(memory));
            memory.setAtIndex(ValueLayout.JAVA_LONG, 0, memory.getAtIndex(ValueLayout.JAVA_LONG, 9));
            memory.setAtIndex(ValueLayout.JAVA_LONG, 9, first);
            assertNotEquals(sum, CudaKernels.checksum(memory));
        }
    }

    @Test
    void shouldMultiplyAsDoublesDo() {
        final int n = 17;
        final SplittableRandom random = new SplittableRandom(3);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment a = arena.allocate(ValueLayout.JAVA_FLOAT, n * n);
            final MemorySegment b = arena.allocate(ValueLayout.JAVA_FLOAT, n * n);
            final MemorySegment c = arena.allocate(ValueLayout.JAVA_FLOAT, n * n);
            for (int i = 0; i < n * n; i++) {
                a.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
                b.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
            }
            CudaKernels.matmul(a, b, c, n);
            for (int row = 0; row < n; row++) {
                for (int column = 0; column < n; column++) {
                    double sum = 0;
                    for (int k = 0; k < n; k++) {
                        sum += (double) a.getAtIndex(ValueLayout.JAVA_FLOAT, row * n + k)
                            * b.getAtIndex(ValueLayout.JAVA_FLOAT, k * n + column);
                    }
                    assertEquals(sum, c.getAtIndex(ValueLayout.JAVA_FLOAT, row * n + column), 1e-5);
                }
            }
        }
    }

    @Test
    void shouldHoldTheEntriesThatTheClassNames() {
        final byte[] ptx = CudaKernels.ptx();
        assertEquals(0, ptx[ptx.length - 1]);
        final String text = new String(ptx, StandardCharsets.US_ASCII);
        for (final String entry : List.of("tactus_spin(.param .u64 durationNs)",
            "tactus_fill(.param .u64 address, .param .u64 words, .param .u64 seed)",
            "tactus_checksum(.param .u64 address, .param .u64 words, .param .u64 result)",
            "tactus_matmul(.param .u64 a, .param .u64 b, .param .u64 c, .param .u32 n)")) {
            assertTrue(text.contains(".visible .entry " + entry), entry);
        }
    }

    @Test
    void shouldComputeInPtxWhatTheHostComputes() {
        final String ptx = new String(CudaKernels.ptx(), StandardCharsets.US_ASCII);
        final int[][] grids = {{1, 1}, {3, 7}, {2, 64}, {200, 8}}; // fewer threads than words, and more
        for (final int words : new int[] {1, 20, 777}) {
            for (final int[] grid : grids) {
                try (Arena arena = Arena.ofConfined()) {
                    final MemorySegment memory = arena.allocate((words + 2) * 8L, 8);
                    final MemorySegment expected = arena.allocate(words * 8L, 8);
                    memory.setAtIndex(ValueLayout.JAVA_LONG, words, 5); // the checksum is added to it
                    CudaKernels.fill(expected, -3);
                    launch(ptx, CudaKernels.FILL, memory, grid[0], grid[1], memory.address(), words, -3);
                    launch(ptx, CudaKernels.CHECKSUM, memory, grid[0], grid[1], memory.address(), words, memory.address() + words * 8L);
                    assertEquals(-1, memory.asSlice(0, words * 8L).mismatch(expected));
                    assertEquals(5 + CudaKernels.checksum(expected), memory.getAtIndex(ValueLayout.JAVA_LONG, words));
                    assertEquals(0, memory.getAtIndex(ValueLayout.JAVA_LONG, words + 1));
                }
            }
        }
        for (final int n : new int[] {1, 4, 9}) {
            try (Arena arena = Arena.ofConfined()) {
                final long bytes = n * n * 4L;
                final MemorySegment memory = arena.allocate(4 * bytes, 8);
                for (int i = 0; i < 2 * n * n; i++) {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (int) CudaKernels.word(1, i) * 0x1p-31f);
                }
                final int blocks = (n + 3) / 4;
                new PtxLaunch(PtxKernel.parse(ptx, CudaKernels.MATMUL), new int[] {blocks, blocks, 1}, new int[] {4, 4, 1}, n,
                    memory.address(), memory.address() + bytes, memory.address() + 2 * bytes, n).run(PtxMemory.of(memory));
                final MemorySegment product = memory.asSlice(3 * bytes, bytes);
                CudaKernels.matmul(memory.asSlice(0, bytes), memory.asSlice(bytes, bytes), product, n);
                assertEquals(-1, memory.asSlice(2 * bytes, bytes).mismatch(product));
            }
        }
        launch(ptx, CudaKernels.SPIN, MemorySegment.NULL, 1, 2, 50); // ends
    }

    private static void launch(
        final String ptx, final String entry, final MemorySegment memory, final int blocks, final int threads, final long... arguments) {
        new PtxLaunch(PtxKernel.parse(ptx, entry), new int[] {blocks, 1, 1}, new int[] {threads, 1, 1}, threads, arguments)
            .run(PtxMemory.of(memory));
    }

    @Test
    void shouldBeAssembledForEveryDeviceThatTheToolkitKnows() throws IOException, InterruptedException {
        final Path ptxas = Toolkit.program("ptxas").orElse(null);
        assumeTrue(ptxas != null, "no CUDA toolkit here (ptxas); set CUDA_HOME to check the kernels against the devices it knows");
        final byte[] ptx = CudaKernels.ptx();
        final Path source = Files.write(folder.resolve("kernels.ptx"), Arrays.copyOf(ptx, ptx.length - 1));
        final TreeSet<String> devices = new TreeSet<>();
        final Matcher names = Pattern.compile("'(sm_\\d+)'").matcher(Toolkit.run(folder, List.of(ptxas.toString(), "--help")).text());
        while (names.find()) {
            devices.add(names.group(1));
        }
        assertTrue(devices.contains("sm_90"), devices.toString());
        for (final String device : devices) {
            final Toolkit.Output output = Toolkit.run(folder,
                List.of(ptxas.toString(), "-arch=" + device, source.toString(), "-o", "kernels.cubin"));
            assertEquals(0, output.status(), device + ": " + output.text());
        }
    }
}
