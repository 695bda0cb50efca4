// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.graph.Tensors;
import org.tactus.internal.network.SegmentedModel;

/** What int8 changes: measured closeness, and matrix products held to plain integer arithmetic. */
class ClosenessTest {
    private static final int FLOAT = 1;
    private static final int INPUTS = 12;
    private static final int OUTPUTS = 5;

    /** Seeded samples in a range. */
    private record Samples(int count, long seed, double low, double high) implements SampleSource {
        float[] values(final int index, final int elements) {
            final SplittableRandom random = new SplittableRandom(seed + index);
            final float[] values = new float[elements];
            for (int i = 0; i < elements; i++) {
                values[i] = (float) random.nextDouble(low, high);
            }
            return values;
        }

        @Override
        public void fill(final int index, final MemorySegment memory) {
            MemorySegment.copy(MemorySegment.ofArray(values(index, (int) (memory.byteSize() / Float.BYTES))), 0, memory, 0,
                memory.byteSize());
        }
    }

    private static float[] answer(final OnnxModel network, final Samples samples, final int sample) {
        try (SegmentedModel model = SegmentedModel.create(network, 1, OnnxOptions.SINGLE_THREAD)) {
            samples.fill(sample, model.tensor(model.inputs().getFirst().name()));
            model.run(0);
            return model.tensor(model.outputs().getFirst().name()).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static Mixture mixture(final LayeredModel model, final Samples samples, final boolean all) {
        final boolean[] int8 = new boolean[model.layers().size()];
        for (int j = 0; j < int8.length; j++) {
            int8[j] = all && model.layers().get(j).hasInt8();
        }
        return new Mixture(model, new RangeCalibration(model, samples, 1).ranges(), Mixture.REDUCED_WEIGHTS, int8);
    }

    @Test
    void shouldMeasureWhatTwoRunsDifferByWhenAllLayersAreInt8() {
        final LayeredModel model = LayeredModel.of(TestModels.tiny());
        final Samples samples = new Samples(3, 5, -1, 1);
        final Mixture mixture = mixture(model, samples, true);
        double difference = 0;
        double squares = 0;
        double product = 0;
        double is2 = 0;
        int top = 0;
        for (int s = 0; s < 3; s++) {
            final float[] should = answer(TestModels.tiny(), samples, s);
            final float[] is = answer(mixture.model(), samples, s);
            for (int i = 0; i < is.length; i++) {
                difference += Math.pow(is[i] - should[i], 2);
                squares += Math.pow(should[i], 2);
                is2 += Math.pow(is[i], 2);
                product += (double) is[i] * should[i];
            }
            top += largest(is) == largest(should) ? 1 : 0;
        }
        final List<Closeness.Output> outputs = new ClosenessMeter(model, samples, 16).outputs(mixture);
        assertEquals(1, outputs.size());
        assertEquals(Math.sqrt(difference / squares), outputs.getFirst().rms(), 1e-9);
        assertEquals(product / Math.sqrt(squares * is2), outputs.getFirst().cosine(), 1e-9);
        assertEquals(top, outputs.getFirst().sameTop());
        assertEquals(3, outputs.getFirst().tops());
        final Closeness.Output none = new ClosenessMeter(model, samples, 2).outputs(mixture(model, samples, false)).getFirst();
        assertTrue(none.rms() < 1e-5 && none.cosine() > 0.999999 && none.sameTop() == 2 && none.tops() == 2, none.toString());
    }

    private static int largest(final float[] values) {
        int largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    @Test
    void shouldNameTheLayerThatSpoilsTheAnswer() {
        final SplittableRandom random = new SplittableRandom(3);
        final float[] good = numbers(random, INPUTS * INPUTS, 1);
        final float[] bad = numbers(random, INPUTS * OUTPUTS, 1);
        final float[] wide = good.clone();
        for (int i = 0; i < INPUTS; i++) {
            wide[i * INPUTS] *= 100_000; // one element of what the second layer reads is so large that the others become nothing
        }
        final float[] blind = bad.clone();
        Arrays.fill(blind, 0, OUTPUTS, 0); // and it does not look at that one
        final OnnxModel network = product(wide, blind);
        final LayeredModel model = LayeredModel.of(network);
        final Samples samples = new Samples(4, 9, -1, 1);
        final Map<String, Double> errors = new ClosenessMeter(model, samples, 4).layers(mixture(model, samples, true), share -> { });
        assertEquals(List.of("first", "second"), List.copyOf(errors.keySet()));
        assertTrue(errors.get("second") > 0.5, errors.toString());
        final LayeredModel fine = LayeredModel.of(product(good, bad));
        new ClosenessMeter(fine, samples, 4).layers(mixture(fine, samples, true), share -> { }).values()
            .forEach(error -> assertTrue(error < 0.05, "error " + error));
    }

    private static OnnxModel product(final float[] first, final float[] second) {
        return new OnnxModel("two", TestModels.model(GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, INPUTS))
            .addInitializer(Tensors.floats("w1", List.of((long) INPUTS, (long) INPUTS), first))
            .addInitializer(Tensors.floats("w2", List.of((long) INPUTS, (long) OUTPUTS), second))
            .addNode(TestModels.node("MatMul", List.of("x", "w1"), "t").toBuilder().setName("first"))
            .addNode(TestModels.node("MatMul", List.of("t", "w2"), "y").toBuilder().setName("second"))
            .addOutput(TestModels.value("y", FLOAT, 1, OUTPUTS))));
    }

    private static float[] numbers(final SplittableRandom random, final int count, final double most) {
        final float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextDouble(-most, most);
        }
        return numbers;
    }

    @Test
    void shouldCarryItsClosenessInTheFile() {
        final Closeness measured = new Closeness(7, List.of(new Closeness.Output("an output", 0.125, 0.75, 3, 7)),
            Map.of("a layer of it", 0.0625));
        final OnnxModel file = OnnxModel.of("file", measured.writtenInto(TestModels.tiny()).bytes());
        assertEquals(Optional.of(measured), Closeness.of(file));
        assertEquals(Optional.of(measured), Closeness.of(measured.writtenInto(measured.writtenInto(TestModels.tiny()))), "once");
        assertEquals(Optional.empty(), Closeness.of(TestModels.tiny()));
        assertEquals(6.25, measured.loss(List.of("a layer of it", "another")));
        assertEquals(100, new Closeness(1, List.of(), Map.of("x", 2.0)).loss(List.of("x")));
        final OnnxModel damaged = new OnnxModel("damaged", file.proto().toBuilder().setMetadataProps(0,
            file.proto().getMetadataProps(0).toBuilder().setValue("output x")).build());
        assertTrue(assertThrows(InvalidModelException.class, () -> Closeness.of(damaged)).getMessage().startsWith("damaged: its metadata"));
    }

    /** The kinds of weights and activations on which quantisers go wrong. */
    @ParameterizedTest
    @ValueSource(strings = {"asymmetric", "one-sided", "per channel", "large bias", "zero channel", "zero weights"})
    void shouldEqualIntegerArithmeticWhenAMatrixProductIsInt8(final String kind) {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final float[] weight = numbers(random, INPUTS * OUTPUTS, 1);
        final float[] bias = numbers(random, OUTPUTS, 2);
        for (int o = 0; o < OUTPUTS; o++) {
            for (int i = 0; i < INPUTS; i++) {
                weight[o * INPUTS + i] *= switch (kind) {
                    case "per channel" -> (float) Math.pow(30, o);
                    case "large bias" -> 1e-9f;
                    case "zero channel" -> o == 2 ? 0 : 1;
                    case "zero weights" -> 0;
                    default -> 1;
                };
            }
            bias[o] *= kind.equals("large bias") ? 1e6f : 1;
        }
        final Samples samples = new Samples(3, seed, kind.equals("one-sided") ? 0.5 : kind.equals("asymmetric") ? -0.1 : -1,
            kind.equals("asymmetric") ? 7 : 1);
        final LayeredModel model = LayeredModel.of(new OnnxModel("one", TestModels.model(GraphProto.newBuilder()
            .addInput(TestModels.value("x", FLOAT, 1, INPUTS))
            .addInitializer(Tensors.floats("w", List.of((long) OUTPUTS, (long) INPUTS), weight))
            .addInitializer(Tensors.floats("b", List.of((long) OUTPUTS), bias))
            .addNode(TestModels.node("Gemm", List.of("x", "w", "b"), "y",
                NodeAttributes.integer("transB", 1)))
            .addOutput(TestModels.value("y", FLOAT, 1, OUTPUTS)))));
        final Mixture mixture = mixture(model, samples, true);
        float low = 0;
        float high = 0;
        for (int s = 0; s < 3; s++) {
            for (final float value : samples.values(s, INPUTS)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        final float inputStep = (high - low) / 255;
        final long zero = Math.round(-low / inputStep);
        final float[] x = samples.values(1, INPUTS);
        final float[] is = answer(mixture.model(), samples, 1);
        for (int o = 0; o < OUTPUTS; o++) {
            float largest = 0;
            for (int i = 0; i < INPUTS; i++) {
                largest = Math.max(largest, Math.abs(weight[o * INPUTS + i]));
            }
            // a bias is a whole number of 32 bits of steps; where it would not fit, the step grows until it does
            final double step = Math.max(Math.max(largest / 63.0, 1e-12), Math.abs(bias[o]) / ((double) (1 << 30) * inputStep));
            long sum = Math.round(bias[o] / (step * inputStep));
            assertTrue(Math.abs(sum) <= 1L << 30, kind);
            for (int i = 0; i < INPUTS; i++) {
                final long pixel = Math.max(0, Math.min(255, Math.round((double) x[i] / inputStep) + zero));
                sum += (pixel - zero) * Math.max(-63, Math.min(63, Math.round(weight[o * INPUTS + i] / step)));
            }
            assertTrue(Math.abs(sum) <= Integer.MAX_VALUE, "the sum of 32 bits does not overflow");
            final double should = sum * step * inputStep;
            // the last product is scaled in floating point; a half may be rounded the other way in one pixel and one weight
            assertEquals(should, is[o], 1e-5 * Math.abs(should) + 130 * step * inputStep, kind + ", seed " + seed + ", channel " + o);
        }
    }
}
