// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

/** How a layer computes on 8-bit integers. */
enum Int8Kernel {
    /** Not at all: it stays in 32-bit floating point. */
    NONE,
    /** Integer products of its inputs with weights of its own: convolution, matrix product. */
    WEIGHTED,
    /** Integer arithmetic on its inputs alone, scaled anew: sum, concatenation, average pooling. */
    SCALED,
    /** Moves or compares bytes; what goes in and what comes out share one scale: maximum pooling, reshaping. */
    BYTES
}
