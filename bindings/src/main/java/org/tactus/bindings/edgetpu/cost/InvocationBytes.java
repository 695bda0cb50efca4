// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.cost;

/**
 * What one invocation of a compiled network moves, in bytes.
 *
 * @param cached       parameters that stay in the device's memory; they move only when the device does not hold them
 * @param streamed     parameters that move with every invocation
 * @param instructions the instruction stream, which moves with every invocation
 * @param input        input tensors, padded as the device wants them
 * @param output       output tensors, padded as the device gives them
 */
public record InvocationBytes(long cached, long streamed, long instructions, long input, long output) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException for a negative one
     */
    public InvocationBytes {
        if (cached < 0 || streamed < 0 || instructions < 0 || input < 0 || output < 0) {
            throw new IllegalArgumentException("cached " + cached + ", streamed " + streamed + ", instructions " + instructions
                + ", input " + input + ", output " + output + ": a size is at least 0");
        }
    }
}
