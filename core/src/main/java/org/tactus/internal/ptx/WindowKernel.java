// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.List;

/**
 * What looks at the pixels of one channel through a window: depthwise convolutions, maximum and average pooling. A thread computes one
 * pixel; neighbouring threads compute neighbouring pixels, so they read side by side, and what their windows share comes from the cache.
 */
final class WindowKernel {
    private static final int MOST_TAPS = 256;
    private static final int THREADS = 256;
    private static final int LEAST_THREADS = 32;

    /** What is made of a window. */
    enum Kind { CONVOLUTION, MAXIMUM, AVERAGE, AVERAGE_WITH_PADDING }

    private WindowKernel() {
    }

    /**
     * Writes the kernel. Arguments: input, output; of a convolution also weights (by channel, dense), bias and residual, as far as the
     * epilogue has them.
     *
     * @param window   the window
     * @param images   batches
     * @param channels channels of the output
     * @param inputs   channels of the input, of which each makes as many of the output
     * @param kind     what is made of it
     * @param epilogue what is done with it then
     * @return the kernel
     */
    static Kernel write(
        final Window window, final int images, final int channels, final int inputs, final Kind kind, final Epilogue epilogue) {
        if (window.taps().product() > MOST_TAPS) {
            throw new UnsupportedOperationException("a window of " + window.taps().product() + " pixels, more than " + MOST_TAPS);
        }
        final int threads = Math.clamp(Math.ceilDiv(window.outputs(), LEAST_THREADS) * LEAST_THREADS, LEAST_THREADS, THREADS);
        final PtxWriter w = new PtxWriter();
        final String in = w.parameter();
        final String out = w.parameter();
        final String weights = kind == Kind.CONVOLUTION ? w.parameter() : null;
        final String bias = epilogue.bias() == Epilogue.Bias.NONE ? null : w.parameter();
        final String residual = epilogue.residual() ? w.parameter() : null;
        final String pixel = w.thread(threads);
        final String plane = w.word("mov.u32", "%ctaid.y"); // channel of the output, counted through all images
        w.exitIf(w.predicate("setp.ge.u32", pixel, window.outputs()));
        final String image = w.divide(plane, channels);
        final String channel = w.rest(plane, image, channels);
        final String down = w.divide(pixel, window.outWidth());
        final String right = w.rest(pixel, down, window.outWidth());
        final String row = w.word("sub.u32", w.word("mul.lo.u32", down, window.strides().rows()), window.padTop());
        final String column = w.word("sub.u32", w.word("mul.lo.u32", right, window.strides().columns()), window.padLeft());
        final String source = channels == inputs ? plane
            : w.word("mad.lo.u32", image, inputs, w.divide(channel, channels / inputs));
        final String from = w.element(in, w.word("mul.lo.u32", source, window.inputs()));
        final String taps = weights == null ? null : w.element(weights, w.word("mul.lo.u32", channel, window.taps().product()));
        final String value = gather(w, window, kind, new String[] {from, taps, row, column});
        final String index = w.word("mad.lo.u32", plane, window.outputs(), pixel);
        final String made = epilogue.finish(w, value, bias == null ? null : w.element(bias, channel),
            residual == null ? null : w.element(residual, index));
        w.op("st.global.f32 [" + w.element(out, index) + "], " + made);
        return new Kernel(w.text(), Math.ceilDiv(window.outputs(), threads), images * channels, threads);
    }

    /** Sums, or takes the largest, over the window; at holds addresses of the plane and of its weights, and the window's first pixel. */
    private static String gather(final PtxWriter w, final Window window, final Kind kind, final String[] at) {
        final String value = w.real("mov.f32", PtxWriter.number(kind == Kind.MAXIMUM ? Float.NEGATIVE_INFINITY : 0));
        final String counted = kind == Kind.AVERAGE && !window.isInside() ? w.word("mov.u32", 0) : null;
        for (int i = 0; i < window.taps().rows(); i++) {
            final String y = w.word("add.u32", at[2], i * window.dilations().rows());
            final String rowExists = window.isInside() ? null : w.predicate("setp.lt.u32", y, window.height());
            for (int j = 0; j < window.taps().columns(); j++) {
                final String x = w.word("add.u32", at[3], j * window.dilations().columns());
                final String exists = rowExists == null ? null : w.predicate("setp.lt.and.u32", x, window.width(), rowExists);
                final String guard = exists == null ? "" : "@" + exists + ' ';
                final String tap = w.real("mov.f32", PtxWriter.number(kind == Kind.MAXIMUM ? Float.NEGATIVE_INFINITY : 0));
                final String address = w.element(at[0], w.word("mad.lo.u32", y, window.width(), x));
                w.op(guard + "ld.global.nc.f32 " + tap + ", [" + address + ']');
                if (kind == Kind.CONVOLUTION) {
                    final int place = (i * window.taps().columns() + j) * Float.BYTES;
                    final String weight = w.real("ld.global.nc.f32", '[' + at[1] + '+' + place + ']');
                    w.op("fma.rn.f32 " + value + ", " + tap + ", " + weight + ", " + value);
                } else {
                    w.op((kind == Kind.MAXIMUM ? "max" : "add") + ".f32 " + value + ", " + value + ", " + tap);
                }
                if (counted != null) {
                    w.op(guard + "add.u32 " + counted + ", " + counted + ", 1");
                }
            }
        }
        if (kind == Kind.CONVOLUTION || kind == Kind.MAXIMUM) {
            return value;
        }
        return w.real("div.rn.f32", value, counted == null ? PtxWriter.number(window.taps().product())
            : w.real("cvt.rn.f32.u32", counted));
    }

    /** Pooling as it stands. */
    static Kernel pool(final Window window, final int planes, final Kind kind, final List<Activation> activations) {
        return write(window, 1, planes, planes, kind, new Epilogue(Epilogue.Bias.NONE, false, activations));
    }
}
