// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.Optional;
import org.tactus.format.Quantiles;

/**
 * Measured times of one layer alone on the CPU, conversions not included, and of the conversions of the tensor that it writes.
 *
 * @param layer      its name
 * @param operator   what it computes
 * @param operations estimated cost, multiply-accumulate operations
 * @param fp32       in 32-bit floating point
 * @param int8       on 8-bit integers; empty where there is no such kernel
 * @param quantise   from floating point to bytes; empty where the layer's output is no tensor of floats
 * @param dequantise from bytes to floating point; empty as above
 */
public record LayerTimes(
    String layer, String operator, double operations, Quantiles fp32, Optional<Quantiles> int8, Optional<Quantiles> quantise,
    Optional<Quantiles> dequantise) {

    /**
     * Tells whether bytes are worth it.
     *
     * @return true when the median on bytes is the smaller one; a layer that is not faster stays in floating point
     */
    public boolean int8IsFaster() {
        return int8.isPresent() && int8.get().p50Ns() < fp32.p50Ns();
    }
}
