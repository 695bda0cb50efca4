// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * A function of one number, which a kernel applies to what it has computed before it stores it.
 *
 * @param kind which
 * @param a    its first constant, where it has any
 * @param b    its second
 */
record Activation(Kind kind, float a, float b) {
    private static final float LOG2_E = 1.44269504f;

    /** The functions; of ONNX where nothing else is said. */
    enum Kind {
        RELU, LEAKY_RELU, CLIP, SIGMOID, TANH, HARD_SIGMOID, HARD_SWISH, EXP, SQRT, NEG, ABS, ELU,
        /** a times the number. */
        SCALE
    }

    static Activation of(final Kind kind) {
        return new Activation(kind, 0, 0);
    }

    /** Applies it; what is no number stays none. */
    String apply(final PtxWriter w, final String x) {
        return switch (kind) {
            case RELU -> w.real("selp.f32", PtxWriter.number(0), x, w.predicate("setp.lt.f32", x, PtxWriter.number(0)));
            case LEAKY_RELU -> w.real("selp.f32", w.real("mul.f32", x, PtxWriter.number(a)), x,
                w.predicate("setp.lt.f32", x, PtxWriter.number(0)));
            case CLIP -> clip(w, x, a, b);
            case SIGMOID -> sigmoid(w, x);
            case TANH -> { // 2 sigmoid(2 x) - 1
                final String twice = w.real("add.f32", x, x);
                yield w.real("fma.rn.f32", sigmoid(w, twice), PtxWriter.number(2), PtxWriter.number(-1));
            }
            case HARD_SIGMOID -> clip(w, w.real("fma.rn.f32", x, PtxWriter.number(a), PtxWriter.number(b)), 0, 1);
            case HARD_SWISH -> {
                final String gate = clip(w, w.real("fma.rn.f32", x, PtxWriter.number(1 / 6f), PtxWriter.number(0.5f)), 0, 1);
                yield w.real("mul.f32", x, gate);
            }
            case EXP -> exponential(w, x);
            case SQRT -> w.real("sqrt.rn.f32", x);
            case NEG -> w.real("neg.f32", x);
            case ABS -> w.real("abs.f32", x);
            case ELU -> {
                final String below = w.real("sub.f32", exponential(w, x), PtxWriter.number(1));
                yield w.real("selp.f32", w.real("mul.f32", below, PtxWriter.number(a)), x,
                    w.predicate("setp.lt.f32", x, PtxWriter.number(0)));
            }
            case SCALE -> w.real("mul.f32", x, PtxWriter.number(a));
        };
    }

    private static String clip(final PtxWriter w, final String x, final float low, final float high) {
        String clipped = x;
        if (low > Float.NEGATIVE_INFINITY) {
            clipped = w.real("selp.f32", PtxWriter.number(low), clipped, w.predicate("setp.lt.f32", clipped, PtxWriter.number(low)));
        }
        if (high < Float.POSITIVE_INFINITY) {
            clipped = w.real("selp.f32", PtxWriter.number(high), clipped, w.predicate("setp.gt.f32", clipped, PtxWriter.number(high)));
        }
        return clipped;
    }

    private static String sigmoid(final PtxWriter w, final String x) {
        final String inverse = exponential(w, w.real("neg.f32", x));
        return w.real("rcp.rn.f32", w.real("add.f32", inverse, PtxWriter.number(1)));
    }

    /** By the GPU's power of two, whose relative error is at most 2 to the power of -22. */
    static String exponential(final PtxWriter w, final String x) {
        return w.real("ex2.approx.f32", w.real("mul.f32", x, PtxWriter.number(LOG2_E)));
    }
}
