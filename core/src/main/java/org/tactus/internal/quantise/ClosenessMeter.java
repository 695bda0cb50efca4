// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;

/**
 * Runs mixtures and the network in floating point on the same samples and compares their outputs. Each layer's error is what its int8 form
 * does to the outputs while all others stay in floating point, so that it is known which layer to leave.
 */
public final class ClosenessMeter {
    private final LayeredModel model;
    private final SampleSource samples;
    private final int[] used;
    /** By sample, the outputs of floats in floating point. */
    private final List<List<float[]>> reference;

    /**
     * Runs the network in floating point.
     *
     * @param model   its layers
     * @param samples inputs as it will see them
     * @param most    of how many samples at most are used, evenly taken from all; at least 1
     * @throws InvalidModelException when it does not run
     */
    public ClosenessMeter(final LayeredModel model, final SampleSource samples, final int most) {
        this.model = model;
        this.samples = samples;
        used = new int[Math.min(most, samples.count())];
        for (int i = 0; i < used.length; i++) {
            used[i] = (int) ((long) i * samples.count() / used.length);
        }
        reference = run(model.original());
    }

    private List<TensorInfo> floats() {
        return model.outputs().stream().filter(info -> info.type() == ElementType.FLOAT && info.elements() > 0).toList();
    }

    private List<List<float[]>> run(final OnnxModel network) {
        final List<List<float[]>> answers = new ArrayList<>();
        try (SegmentedModel loaded = SegmentedModel.create(network, 1, OnnxOptions.SINGLE_THREAD)) {
            for (final int sample : used) {
                samples.fill(sample, loaded.tensor(model.inputs().getFirst().name()));
                loaded.run(0);
                answers.add(floats().stream().map(info -> loaded.tensor(info.name()).asSlice(0, info.bytes())
                    .toArray(ValueLayout.JAVA_FLOAT)).toList());
            }
        } catch (final NativeCallException e) {
            throw new InvalidModelException(model.name() + ": does not run on these samples: " + e.getMessage(), e);
        }
        return answers;
    }

    /**
     * Compares.
     *
     * @param mixture of the same layers
     * @return each output of floats
     */
    public List<Closeness.Output> outputs(final Mixture mixture) {
        final List<List<float[]>> answers = run(mixture.model());
        final List<Closeness.Output> outputs = new ArrayList<>();
        for (int i = 0; i < floats().size(); i++) {
            outputs.add(output(floats().get(i), i, answers));
        }
        return outputs;
    }

    private Closeness.Output output(final TensorInfo info, final int index, final List<List<float[]>> answers) {
        double difference = 0;
        double product = 0;
        double isSquares = 0;
        double shouldSquares = 0;
        int sameTop = 0;
        final boolean row = isRow(info.shape());
        for (int s = 0; s < used.length; s++) {
            final float[] is = answers.get(s).get(index);
            final float[] should = reference.get(s).get(index);
            for (int k = 0; k < is.length; k++) {
                difference += ((double) is[k] - should[k]) * ((double) is[k] - should[k]);
                product += (double) is[k] * should[k];
                isSquares += (double) is[k] * is[k];
                shouldSquares += (double) should[k] * should[k];
            }
            sameTop += row && top(is) == top(should) ? 1 : 0;
        }
        final boolean same = difference == 0;
        final double rms = same ? 0 : shouldSquares == 0 ? Double.POSITIVE_INFINITY : Math.sqrt(difference / shouldSquares);
        final double cosine = same ? 1 : isSquares == 0 || shouldSquares == 0 ? 0 : product / Math.sqrt(isSquares * shouldSquares);
        return new Closeness.Output(info.name(), Double.isNaN(rms) ? Double.POSITIVE_INFINITY : rms, cosine, sameTop,
            row ? used.length : 0);
    }

    /** Whether all extents but one are 1: one number for each class, if it is a classifier. */
    private static boolean isRow(final List<Long> shape) {
        return shape.stream().filter(extent -> extent > 1).count() == 1;
    }

    private static int top(final float[] values) {
        int top = 0;
        for (int i = 1; i < values.length; i++) {
            top = values[i] > values[top] ? i : top;
        }
        return top;
    }

    /**
     * Measures each layer that has an int8 form.
     *
     * @param mixture  for ranges and weights; which layers it chose does not count
     * @param progress told the share that is done
     * @return by name, in order, the largest relative RMS error of an output with this layer alone on 8-bit integers
     */
    public Map<String, Double> layers(final Mixture mixture, final DoubleConsumer progress) {
        final Map<String, Double> errors = new LinkedHashMap<>();
        for (int j = 0; j < model.layers().size(); j++) {
            if (model.layers().get(j).hasInt8()) {
                final boolean[] one = new boolean[model.layers().size()];
                one[j] = true;
                errors.put(model.layers().get(j).name(),
                    outputs(mixture.with(one)).stream().mapToDouble(Closeness.Output::rms).max().orElse(0));
            }
            progress.accept((j + 1.0) / model.layers().size());
        }
        return errors;
    }

    /**
     * Puts together what a file carries.
     *
     * @param mixture as it is written
     * @param layers  as {@link #layers} found them
     * @return the closeness
     */
    public Closeness of(final Mixture mixture, final Map<String, Double> layers) {
        return new Closeness(used.length, outputs(mixture), layers);
    }
}
