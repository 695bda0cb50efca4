// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;

/**
 * Finds the range of every tensor from samples, what a layer reads and what it writes each on its own. The first pass over the
 * samples takes the least and the largest value. With a share below 1 a second pass counts values in {@value #BINS} bins of equal width
 * and clips as many of the outermost as the share allows, on both sides together, the emptier side first.
 */
public final class RangeCalibration {
    /** Bins of the second pass. */
    static final int BINS = 2048;
    private static final OnnxOptions AS_WRITTEN = new OnnxOptions(1, List.of(), false);

    private final LayeredModel model;
    private final SampleSource samples;
    private final double share;

    /**
     * Prepares a calibration.
     *
     * @param model   the model: one input, of floats
     * @param samples inputs as the model will see them
     * @param share   of the values that must be represented; 1 = from the least to the largest value
     * @throws InvalidModelException for a model with other inputs
     */
    public RangeCalibration(final LayeredModel model, final SampleSource samples, final double share) {
        this.model = model;
        this.samples = samples;
        this.share = share;
        final List<TensorInfo> inputs = model.inputs();
        if (inputs.size() != 1 || inputs.getFirst().type() != ElementType.FLOAT) {
            throw new InvalidModelException(model.name() + ": its inputs are " + inputs + "; samples are for one input of FLOAT");
        }
        if (!(share > 0.5 && share <= 1)) {
            throw new IllegalArgumentException("share = " + share + "; above 0.5, at most 1");
        }
    }

    /**
     * Runs the samples through the model. Takes as long as two inferences of each.
     *
     * @return the ranges by tensor
     * @throws InvalidModelException when a tensor holds no finite value
     */
    public Map<String, Range> ranges() {
        final Map<String, float[]> limits = new HashMap<>();
        final Map<String, long[]> bins = new HashMap<>();
        try (SegmentedModel probe = SegmentedModel.create(ModelCutter.probe(new OnnxModel(model.name(), model.frame()),
                model.frame().getGraph().getNodeList()), 1, AS_WRITTEN)) {
            final List<TensorInfo> tensors = Stream.concat(probe.inputs().stream(), probe.outputs().stream())
                .filter(info -> info.type() == ElementType.FLOAT).toList();
            tensors.forEach(info -> limits.put(info.name(), new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}));
            for (int i = 0; i < samples.count(); i++) {
                run(probe, i);
                tensors.forEach(info -> widen(limits.get(info.name()), probe.tensor(info.name()), info.elements()));
            }
            if (share < 1) {
                tensors.forEach(info -> bins.put(info.name(), new long[BINS]));
                for (int i = 0; i < samples.count(); i++) {
                    run(probe, i);
                    tensors.forEach(info ->
                        count(bins.get(info.name()), limits.get(info.name()), probe.tensor(info.name()), info.elements()));
                }
            }
        }
        final Map<String, Range> ranges = new HashMap<>();
        limits.forEach((tensor, limit) -> ranges.put(tensor, range(tensor, limit, bins.get(tensor))));
        return ranges;
    }

    private void run(final SegmentedModel probe, final int sample) {
        samples.fill(sample, probe.tensor(model.inputs().getFirst().name()));
        try {
            probe.run(0);
        } catch (final NativeCallException e) {
            throw new InvalidModelException(model.name() + ": ONNX Runtime cannot run the model: " + e.getMessage(), e);
        }
    }

    private static void widen(final float[] limit, final MemorySegment memory, final long elements) {
        float low = limit[0];
        float high = limit[1];
        for (long i = 0; i < elements; i++) {
            final float value = memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        limit[0] = low;
        limit[1] = high;
    }

    private static void count(final long[] bins, final float[] limit, final MemorySegment memory, final long elements) {
        final double perValue = limit[1] > limit[0] ? BINS / ((double) limit[1] - limit[0]) : 0;
        for (long i = 0; i < elements; i++) {
            final double bin = (memory.getAtIndex(ValueLayout.JAVA_FLOAT, i) - limit[0]) * perValue;
            bins[(int) Math.max(0, Math.min(BINS - 1, bin))]++;
        }
    }

    private Range range(final String tensor, final float[] limit, final long[] bins) {
        if (!Float.isFinite(limit[0]) || !Float.isFinite(limit[1])) {
            throw new InvalidModelException(model.name() + ": with these samples tensor '" + tensor
                + "' holds no or infinite values; give samples as the model was trained on");
        }
        if (limit[0] == limit[1] && model.inputs().stream().anyMatch(input -> input.name().equals(tensor))) {
            throw new InvalidModelException(model.name() + ": tensor '" + tensor + "' is " + (limit[0] == 0 ? "0" : limit[0]) + " in all "
                + samples.count() + " samples, so nothing else can be represented in its range; give samples as the network will see them");
        }
        if (bins == null) {
            return new Range(limit[0], limit[1]);
        }
        return clipped(limit, bins, share);
    }

    /** Takes bins off the ends, each time the emptier one, while the share is kept. */
    static Range clipped(final float[] limit, final long[] bins, final double share) {
        long total = 0;
        for (final long bin : bins) {
            total += bin;
        }
        long spare = (long) Math.floor(total * (1 - share));
        int first = 0;
        int last = bins.length - 1;
        while (first < last && Math.min(bins[first], bins[last]) <= spare) {
            spare -= Math.min(bins[first], bins[last]);
            if (bins[first] <= bins[last]) {
                first++;
            } else {
                last--;
            }
        }
        final double width = ((double) limit[1] - limit[0]) / bins.length;
        return new Range((float) (limit[0] + first * width), (float) (limit[0] + (last + 1) * width));
    }
}
