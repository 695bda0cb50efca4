// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.internal.quantise.Mixture;
import org.tactus.internal.quantise.Range;
import org.tactus.internal.quantise.RangeCalibration;

/** A committed network that tells signs apart, quantised with images that neither training nor evaluation uses. Any thread. */
public final class SignNetwork {
    /** Images that calibrate the ranges. */
    public static final int CALIBRATION_IMAGES = 300;
    /** Share of the values that a range must hold. */
    public static final double CALIBRATION_SHARE = 1;

    private final Mixture fp32;

    /**
     * Loads and calibrates a network.
     *
     * @param kind        of the images that it was trained on
     * @param weightLimit {@link Mixture#FULL_WEIGHTS} or {@link Mixture#REDUCED_WEIGHTS}
     * @param share       of the values that a range must hold
     */
    public SignNetwork(final SignImages.Kind kind, final int weightLimit, final double share) {
        final LayeredModel model = LayeredModel.of(load(kind));
        final Map<String, Range> ranges =
            new RangeCalibration(model, new LabelledImages(kind, SignImages.CALIBRATION_SEED, CALIBRATION_IMAGES), share).ranges();
        fp32 = new Mixture(model, ranges, weightLimit, new boolean[model.layers().size()]);
    }

    /**
     * The committed file.
     *
     * @param kind of the images that it was trained on
     * @return the network as it was trained
     */
    public static OnnxModel load(final SignImages.Kind kind) {
        final String file = kind == SignImages.Kind.DAY ? "signs.onnx" : "night-signs.onnx";
        try (InputStream stream = SignNetwork.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("the network " + file + " is missing beside " + SignNetwork.class.getName());
            }
            return OnnxModel.of(file, stream.readAllBytes());
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot read the network " + file, e);
        }
    }

    /**
     * The network with all layers in floating point.
     *
     * @return a mixture to derive others from
     */
    public Mixture fp32() {
        return fp32;
    }

    /**
     * Lets a mixture answer.
     *
     * @param mixture a mixture of this network
     * @param images  what is asked
     * @return its answer to each
     */
    public static int[] answers(final Mixture mixture, final LabelledImages images) {
        final int[] answers = new int[images.count()];
        try (SegmentedModel model = SegmentedModel.create(mixture.cut(0), OnnxOptions.SINGLE_THREAD)) {
            final MemorySegment input = model.tensor(model.inputs().getFirst().name());
            final MemorySegment scores = model.tensor(model.outputs().getFirst().name());
            final long classes = scores.byteSize() / Float.BYTES;
            for (int i = 0; i < answers.length; i++) {
                images.fill(i, input);
                model.run(0);
                int best = 0;
                for (int c = 1; c < classes; c++) {
                    if (scores.getAtIndex(ValueLayout.JAVA_FLOAT, c) > scores.getAtIndex(ValueLayout.JAVA_FLOAT, best)) {
                        best = c;
                    }
                }
                answers[i] = best;
            }
        }
        return answers;
    }

    /**
     * Share of right answers.
     *
     * @param answers to each image
     * @param images  what was asked
     * @return top-1 accuracy, percent
     */
    public static double accuracy(final int[] answers, final LabelledImages images) {
        int right = 0;
        for (int i = 0; i < answers.length; i++) {
            right += answers[i] == images.label(i) ? 1 : 0;
        }
        return 100.0 * right / answers.length;
    }
}
