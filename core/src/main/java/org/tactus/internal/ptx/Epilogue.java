// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.Arrays;
import java.util.List;

/**
 * What a kernel does with a sum before it stores it: add a bias, add another tensor of the output's shape, apply functions.
 *
 * @param bias        what is added
 * @param residual    whether another tensor is added
 * @param activations functions, in their order
 */
record Epilogue(Bias bias, boolean residual, List<Activation> activations) {
    static final Epilogue NONE = new Epilogue(Bias.NONE, false, List.of());

    /** Which of a product's biases an element takes. */
    enum Bias { NONE, ROW, COLUMN }

    Epilogue {
        activations = List.copyOf(activations);
    }

    /**
     * Adds what is added, and applies the functions.
     *
     * @param w        takes the instructions
     * @param x        the register of the sum
     * @param bias     register of the address of the sum's bias; null without one
     * @param residual register of the address of what is added to the sum; null without it
     * @return the register of the result
     */
    String finish(final PtxWriter w, final String x, final String bias, final String residual) {
        String value = x;
        for (final String address : Arrays.asList(bias, residual)) {
            value = address == null ? value : w.real("add.f32", value, w.real("ld.global.nc.f32", '[' + address + ']'));
        }
        return activate(w, value);
    }

    /** Applies the functions. */
    String activate(final PtxWriter w, final String x) {
        String value = x;
        for (final Activation activation : activations) {
            value = activation.apply(w, value);
        }
        return value;
    }
}
