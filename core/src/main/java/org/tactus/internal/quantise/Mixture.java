// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;

/**
 * A model of which some layers compute on 8-bit integers: unsigned activations with one scale a tensor, signed weights with one scale
 * an output channel. Immutable; any thread.
 */
public final class Mixture {
    /** Weights of eight bits. */
    public static final int FULL_WEIGHTS = 127;
    /** Weights of seven bits, for x86 processors without VNNI, which saturate when they add products in pairs. */
    public static final int REDUCED_WEIGHTS = 63;

    private final LayeredModel model;
    private final Map<String, Range> ranges;
    private final int weightLimit;
    private final boolean[] int8;

    /**
     * Chooses the layers.
     *
     * @param model       the layers
     * @param ranges      of every tensor, as {@link RangeCalibration} finds them
     * @param weightLimit {@link #FULL_WEIGHTS} or {@link #REDUCED_WEIGHTS}
     * @param int8        for each layer, whether it computes on bytes
     * @throws IllegalArgumentException when a chosen layer has no such kernel
     */
    public Mixture(final LayeredModel model, final Map<String, Range> ranges, final int weightLimit, final boolean[] int8) {
        if (int8.length != model.layers().size()) {
            throw new IllegalArgumentException(model.name() + " has " + model.layers().size() + " layers, not " + int8.length);
        }
        for (int j = 0; j < int8.length; j++) {
            if (int8[j] && !model.layers().get(j).hasInt8()) {
                throw new IllegalArgumentException("layer " + model.layers().get(j).name() + " of " + model.name() + " has no int8 form");
            }
        }
        this.model = model;
        this.ranges = Map.copyOf(ranges);
        this.weightLimit = weightLimit;
        this.int8 = int8.clone();
    }

    /**
     * The same model, ranges and weights with other layers on bytes.
     *
     * @param layers for each layer, whether it computes on bytes
     * @return another mixture
     */
    public Mixture with(final boolean[] layers) {
        return new Mixture(model, ranges, weightLimit, layers);
    }

    /**
     * The whole mixture as one model.
     *
     * @return ONNX's own operators only, inputs and outputs as the original's
     */
    public OnnxModel model() {
        return writer().part(model.name(), 0, int8.length).model();
    }

    /**
     * The mixture in segments. Between two int8 layers bytes cross; otherwise the segment that reads converts.
     *
     * @param starts index of the first layer of each segment, ascending, from 0
     * @return the segments, ready for {@link SegmentedModel#create(CutChain, org.tactus.bindings.onnxruntime.OnnxOptions)}
     */
    public CutChain cut(final int... starts) {
        if (starts.length == 0 || starts[0] != 0) {
            throw new IllegalArgumentException("starts = " + Arrays.toString(starts) + "; the first segment starts with layer 0");
        }
        final List<CutChain.Part> parts = new ArrayList<>();
        for (int i = 0; i < starts.length; i++) {
            final int end = i + 1 < starts.length ? starts[i + 1] : int8.length;
            if (end <= starts[i] || end > int8.length) {
                throw new IllegalArgumentException("starts = " + Arrays.toString(starts) + "; give ascending layers below " + int8.length);
            }
            parts.add(writer().part(model.name() + '#' + (i + 1), starts[i], end));
        }
        return new CutChain(model.name(), parts, model.inputs(), model.outputs());
    }

    /**
     * Some layers alone, as they cost when all around them has the same form: no conversion at their borders, but for what has no
     * other form.
     *
     * @param from  index of the first layer
     * @param to    index behind the last
     * @param bytes on bytes, as far as there are kernels; else in floating point
     * @return a chain of one segment
     */
    public CutChain alone(final int from, final int to, final boolean bytes) {
        final boolean[] same = new boolean[int8.length];
        for (int j = 0; j < same.length; j++) {
            same[j] = bytes && model.layers().get(j).hasInt8();
        }
        final MixtureWriter writer = new MixtureWriter(model, ranges, weightLimit, same, same, true);
        return chain(writer, writer.part(model.name(), from, to));
    }

    /**
     * Some layers in floating point, which read and write the very tensors that they do in this mixture: it may stand in for them in any
     * run, and their neighbours do not notice.
     *
     * @param name of the segment
     * @param from index of the first layer
     * @param to   index behind the last
     * @return the segment
     */
    public CutChain.Part substitute(final String name, final int from, final int to) {
        final boolean[] computed = int8.clone();
        Arrays.fill(computed, from, to, false);
        return new MixtureWriter(model, ranges, weightLimit, int8, computed, false).part(name, from, to);
    }

    /**
     * A conversion at a boundary alone.
     *
     * @param tensor  a tensor of the model
     * @param toBytes to bytes, else back
     * @return a chain of one segment
     */
    public CutChain conversion(final String tensor, final boolean toBytes) {
        final MixtureWriter writer = writer();
        return chain(writer, writer.conversion(tensor, toBytes));
    }

    private static CutChain chain(final MixtureWriter writer, final CutChain.Part part) {
        return new CutChain(part.model().name(), List.of(part), part.inputs().stream().map(writer::info).toList(),
            part.outputs().stream().map(writer::info).toList());
    }

    private MixtureWriter writer() {
        return new MixtureWriter(model, ranges, weightLimit, int8, int8, false);
    }

    /**
     * The layers.
     *
     * @return the model in layers
     */
    public LayeredModel layers() {
        return model;
    }

    /**
     * Tells whether a layer computes on bytes.
     *
     * @param layer its index
     * @return true for int8
     */
    public boolean isInt8(final int layer) {
        return int8[layer];
    }
}
