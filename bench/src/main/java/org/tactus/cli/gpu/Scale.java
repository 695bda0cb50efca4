// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.util.ArrayList;
import java.util.List;

/**
 * How much is checked and measured.
 *
 * @param sizes       sizes of chunks, bytes, ascending
 * @param spanBytes   how much is moved at a time, at least the largest size
 * @param repetitions how often it is moved
 * @param launches    launches that are measured
 * @param steps       random steps of the check of swapping
 * @param product     rows and columns of the matrix product that is checked
 * @param workNs      how long work runs under which calls are made, nanoseconds
 * @param pinnedBytes how much host memory is pinned to time it, at least the span
 */
public record Scale(
    List<Long> sizes, long spanBytes, int repetitions, int launches, int steps, int product, long workNs, long pinnedBytes) {
    private static final long MEBI = 1 << 20;

    public Scale {
        sizes = List.copyOf(sizes);
    }

    /**
     * For a GPU: some minutes.
     *
     * @return chunks of 2 to 256 MiB
     */
    public static Scale full() {
        return new Scale(powers(2 * MEBI, 256 * MEBI), 512 * MEBI, 5, 20_000, 2_000, 512, 200_000_000, 2048 * MEBI);
    }

    /**
     * For the software driver, whose costs are a model: under a minute.
     *
     * @return chunks of 2 to 16 MiB
     */
    public static Scale software() {
        return new Scale(powers(2 * MEBI, 16 * MEBI), 32 * MEBI, 3, 5_000, 300, 96, 200_000_000, 64 * MEBI);
    }

    /**
     * For a trial, on the software driver too: seconds.
     *
     * @return chunks of 2 and 4 MiB
     */
    public static Scale quick() {
        return new Scale(powers(2 * MEBI, 4 * MEBI), 8 * MEBI, 2, 2_000, 100, 48, 50_000_000, 64 * MEBI);
    }

    private static List<Long> powers(final long least, final long most) {
        final List<Long> sizes = new ArrayList<>();
        for (long size = least; size <= most; size *= 2) {
            sizes.add(size);
        }
        return sizes;
    }
}
