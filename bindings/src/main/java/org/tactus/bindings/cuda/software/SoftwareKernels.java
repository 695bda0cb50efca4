// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.util.List;
import org.tactus.bindings.cuda.CudaKernels;

/**
 * The kernels that the software GPU knows, by the entry names of {@link CudaKernels}; it runs their twins on the host, a slice at a
 * time. A kernel is its index in {@link #NAMES}.
 */
final class SoftwareKernels {
    static final int SPIN = 0;
    static final int FILL = 1;
    static final int CHECKSUM = 2;
    static final int MATMUL = 3;
    /** Every other kernel: its PTX is interpreted, a block of its grid at a time. */
    static final int INTERPRETED = 4;
    static final List<String> NAMES = List.of(CudaKernels.SPIN, CudaKernels.FILL, CudaKernels.CHECKSUM, CudaKernels.MATMUL);

    /** Bytes that a slice touches at most in each of its operands. */
    static final int SLICE_BYTES = 1 << 16;
    private static final int[] ARGUMENTS = {1, 3, 3, 4};

    private SoftwareKernels() {
    }

    /** Number of a kernel's arguments. */
    static int arguments(final int kernel) {
        return ARGUMENTS[kernel];
    }

    /** Reads an argument by the address that a launch was given. */
    static long argument(final int kernel, final int index, final long parameters) {
        final long at = HostMemory.getLong(parameters + 8L * index);
        return kernel == MATMUL && index == 3 ? Integer.toUnsignedLong(HostMemory.getInt(at)) : HostMemory.getLong(at);
    }
}
