// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

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

    /** Applies the functions. */
    String activate(final PtxWriter w, final String x) {
        String value = x;
        for (final Activation activation : activations) {
            value = activation.apply(w, value);
        }
        return value;
    }
}
