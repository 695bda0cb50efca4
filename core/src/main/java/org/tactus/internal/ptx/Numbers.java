// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * In which numbers kernels keep the weights of convolutions and matrix products, and multiply. Products are summed in single precision, and
 * tensors between kernels and all other constants are in single precision, too.
 */
public enum Numbers {
    /** Single precision, 32 bits. */
    SINGLE,
    /** Half precision, 16 bits, by the matrix instructions of GPUs from compute capability 8.0 on. */
    HALF;

    /** Largest of half precision. */
    static final float LARGEST_HALF = 65504;

    /** Depths that a block of threads multiplies at a time. */
    int depths() {
        return this == SINGLE ? FactorLoader.DEPTHS : HalfLoader.DEPTHS;
    }
}
