// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;

/**
 * How close a network with layers on 8-bit integers is to itself in floating point, and what each layer alone would do to the outputs. It
 * stands in the file under {@value #KEY} of ONNX's metadata: a line an output, then a line a layer.
 *
 * @param samples number of inputs that both were run on
 * @param outputs the outputs of floats, in the network's order
 * @param layers  by name, in order: the largest relative RMS error of an output when this layer alone is on 8-bit integers
 */
public record Closeness(int samples, List<Output> outputs, Map<String, Double> layers) {
    static final String KEY = "tactus.closeness";
    private static final int OUTPUT_FIELDS = 6;
    private static final int LAYER_FIELDS = 3;
    private static final double PERCENT = 100;

    /**
     * One output over all samples.
     *
     * @param tensor  its name
     * @param rms     root of the mean square of the differences, as a share of that of the values in floating point
     * @param cosine  of the angle between both: 1 for the same direction
     * @param sameTop in how many samples the largest element is the same one
     * @param tops    in how many it was looked for: 0 where the output is no row of numbers, as a classifier's is
     */
    public record Output(String tensor, double rms, double cosine, int sameTop, int tops) {
        /** One line for people. */
        public String text() {
            return String.format(Locale.ROOT, "%s: relative RMS error %.4f, cosine %.6f%s", tensor, rms, cosine,
                tops == 0 ? "" : ", the same largest element in " + sameTop + " of " + tops);
        }
    }

    /** Keeps unmodifiable copies. */
    public Closeness {
        outputs = List.copyOf(outputs);
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
    }

    /**
     * What a plan counts as lost by layers that run on 8-bit integers: the per cents of relative RMS error that each alone brings, added.
     * It stands for percentage points of accuracy where nobody has labels.
     *
     * @param names of layers; those without an int8 form lose nothing
     * @return from 0 to 100
     */
    public double loss(final List<String> names) {
        return Math.min(PERCENT, names.stream().mapToDouble(name -> PERCENT * layers.getOrDefault(name, 0.0)).sum());
    }

    /**
     * A model with this in its metadata; other tools pass it by.
     *
     * @param model the model
     * @return one that computes the same
     */
    public OnnxModel writtenInto(final OnnxModel model) {
        final StringBuilder text = new StringBuilder("samples " + samples + '\n');
        outputs.forEach(output -> text.append("output ").append(output.rms()).append(' ').append(output.cosine()).append(' ')
            .append(output.sameTop()).append(' ').append(output.tops()).append(' ').append(output.tensor()).append('\n'));
        layers.forEach((layer, error) -> text.append("layer ").append(error).append(' ').append(layer).append('\n'));
        final ModelProto proto = model.proto();
        final ModelProto.Builder written = proto.toBuilder().clearMetadataProps();
        proto.getMetadataPropsList().stream().filter(entry -> !entry.getKey().equals(KEY)).forEach(written::addMetadataProps);
        return new OnnxModel(model.name(),
            written.addMetadataProps(StringStringEntryProto.newBuilder().setKey(KEY).setValue(text.toString())).build());
    }

    /**
     * Reads what a file says.
     *
     * @param model the model
     * @return empty when it says nothing
     * @throws InvalidModelException when it is damaged
     */
    public static Optional<Closeness> of(final OnnxModel model) {
        return model.proto().getMetadataPropsList().stream().filter(entry -> entry.getKey().equals(KEY)).findFirst()
            .map(entry -> parse(model.name(), entry.getValue()));
    }

    private static Closeness parse(final String name, final String text) {
        int samples = 0;
        final List<Output> outputs = new ArrayList<>();
        final Map<String, Double> layers = new LinkedHashMap<>();
        try {
            for (final String line : text.split("\n")) {
                if (line.startsWith("samples ")) {
                    samples = Integer.parseInt(line.substring(8));
                } else if (line.startsWith("output ")) {
                    final String[] fields = line.split(" ", OUTPUT_FIELDS);
                    outputs.add(new Output(fields[5], Double.parseDouble(fields[1]), Double.parseDouble(fields[2]),
                        Integer.parseInt(fields[3]), Integer.parseInt(fields[4])));
                } else {
                    final String[] fields = line.split(" ", LAYER_FIELDS);
                    layers.put(fields[2], Double.parseDouble(fields[1]));
                }
            }
        } catch (final IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new InvalidModelException(name + ": its metadata '" + KEY + "' is damaged; measure it anew: tactus quantize", e);
        }
        return new Closeness(samples, outputs, layers);
    }
}
