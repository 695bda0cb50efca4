// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The kernels that Tactus brings along ({@code kernels.ptx}), and what each computes, on the host: an oracle for the device, and
 * what the software driver runs under these names. Results are the same to the bit on both sides.
 *
 * <pre>
 *   entry             parameters                                what it does
 *   tactus_spin       u64 durationNs                            each thread spins for the time
 *   tactus_fill       u64 address, u64 words, u64 seed          words of 8 bytes from the seed; grid of one dimension
 *   tactus_checksum   u64 address, u64 words, u64 result        adds the checksum to the u64 at result; grid of one dimension
 *   tactus_matmul     u64 a, u64 b, u64 c, u32 n                c = a * b, row-major n x n floats; grid of two dimensions
 * </pre>
 *
 * <p>All methods may be called by any thread.
 */
public final class CudaKernels {
    /** Entry name of the kernel that takes a time. */
    public static final String SPIN = "tactus_spin";
    /** Entry name of the kernel that writes words. */
    public static final String FILL = "tactus_fill";
    /** Entry name of the kernel that sums words. */
    public static final String CHECKSUM = "tactus_checksum";
    /** Entry name of the matrix product. */
    public static final String MATMUL = "tactus_matmul";

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private CudaKernels() {
    }

    /**
     * Reads the kernels as a driver takes them.
     *
     * @return PTX text with a zero byte at its end
     */
    public static byte[] ptx() {
        try (InputStream in = CudaKernels.class.getResourceAsStream("kernels.ptx")) {
            return (new String(in.readAllBytes(), StandardCharsets.US_ASCII) + '\0').getBytes(StandardCharsets.US_ASCII);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What {@link #FILL} writes at one place; the sequence from i = 0 is SplitMix64's (Steele, Lea, Flood, OOPSLA 2014).
     *
     * @param seed  the seed
     * @param index place of the word from 0
     * @return the word
     */
    public static long word(final long seed, final long index) {
        return mix(seed + (index + 1) * GOLDEN);
    }

    /**
     * Writes as {@link #FILL} does.
     *
     * @param memory filled as far as whole words of 8 bytes reach
     * @param seed   the seed
     */
    public static void fill(final MemorySegment memory, final long seed) {
        fill(memory, 0, seed, 0, memory.byteSize() >>> 3);
    }

    /**
     * Writes some of the words that {@link #FILL} does. Allocates nothing.
     *
     * @param memory holds them
     * @param offset bytes from its begin to word 0
     * @param seed   the seed
     * @param from   the first word that is written
     * @param to     the word after the last one
     */
    public static void fill(final MemorySegment memory, final long offset, final long seed, final long from, final long to) {
        for (long i = from; i < to; i++) {
            memory.set(WORD, offset + (i << 3), word(seed, i));
        }
    }

    /**
     * Sums as {@link #CHECKSUM} does: the place of a word counts, the order of the summing does not.
     *
     * @param memory summed as far as whole words of 8 bytes reach
     * @return the checksum
     */
    public static long checksum(final MemorySegment memory) {
        return checksum(memory, 0, 0, memory.byteSize() >>> 3);
    }

    /**
     * What some of the words add to the checksum. Allocates nothing.
     *
     * @param memory holds them
     * @param offset bytes from its begin to word 0
     * @param from   the first word that is summed
     * @param to     the word after the last one
     * @return a part of the checksum; parts are added
     */
    public static long checksum(final MemorySegment memory, final long offset, final long from, final long to) {
        long sum = 0;
        for (long i = from; i < to; i++) {
            sum += mix(memory.get(WORD, offset + (i << 3)) ^ (i + 1) * GOLDEN);
        }
        return sum;
    }

    /**
     * The checksum of memory that {@link #FILL} wrote.
     *
     * @param seed  the seed
     * @param words number of words of 8 bytes
     * @return as {@link #checksum(MemorySegment)} of that memory
     */
    public static long checksumOfFill(final long seed, final long words) {
        long sum = 0;
        for (long i = 0; i < words; i++) {
            sum += mix(word(seed, i) ^ (i + 1) * GOLDEN);
        }
        return sum;
    }

    /**
     * Multiplies as {@link #MATMUL} does.
     *
     * @param a left factor, row-major n x n floats
     * @param b right factor
     * @param c the product
     * @param n rows and columns
     */
    public static void matmul(final MemorySegment a, final MemorySegment b, final MemorySegment c, final int n) {
        for (int row = 0; row < n; row++) {
            matmulRow(a, 0, b, 0, c, 0, n, row);
        }
    }

    /**
     * Computes one row of the product. Allocates nothing.
     *
     * @param a       memory of the left factor
     * @param aOffset bytes from its begin to the factor
     * @param b       memory of the right factor
     * @param bOffset bytes from its begin to the factor
     * @param c       memory of the product
     * @param cOffset bytes from its begin to the product
     * @param n       rows and columns
     * @param row     the row
     */
    public static void matmulRow(
        final MemorySegment a, final long aOffset, final MemorySegment b, final long bOffset, final MemorySegment c,
        final long cOffset, final long n, final long row) {
        for (long column = 0; column < n; column++) {
            float sum = 0;
            for (long k = 0; k < n; k++) {
                sum = Math.fma(a.get(FLOAT, aOffset + (row * n + k << 2)), b.get(FLOAT, bOffset + (k * n + column << 2)), sum);
            }
            c.set(FLOAT, cOffset + (row * n + column << 2), sum);
        }
    }

    private static long mix(final long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
