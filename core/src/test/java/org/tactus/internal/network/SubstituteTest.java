// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.internal.quantise.Mixture;
import org.tactus.internal.quantise.Range;
import org.tactus.internal.quantise.RangeCalibration;
import org.tactus.internal.quantise.SampleSource;

/** Segments in floating point that stand in for segments on bytes, in any run. */
class SubstituteTest {
    private static final int SEGMENTS = 6;

    private static final SampleSource SAMPLES = new SampleSource() {
        @Override
        public int count() {
            return 2;
        }

        @Override
        public void fill(final int index, final MemorySegment memory) {
            final SplittableRandom random = new SplittableRandom(index + 3);
            for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (2 * random.nextDouble() - 1));
            }
        }
    };

    private static float[] run(final SegmentedModel model, final boolean[] pattern) {
        SAMPLES.fill(0, model.tensor(model.inputs().getFirst().name()));
        for (int i = 0; i < model.segments(); i++) {
            model.run(pattern[i] ? model.substitute(i).orElseThrow() : i);
        }
        assertArrayEquals(pattern, model.substituted());
        return model.tensor(model.outputs().getFirst().name()).toArray(ValueLayout.JAVA_FLOAT);
    }

    /** The mixture that a pattern makes: the layers of substituted segments in floating point. */
    private static boolean[] layers(final LayeredModel model, final boolean[] planned, final int[] starts, final boolean[] pattern) {
        final boolean[] int8 = planned.clone();
        for (int i = 0; i < starts.length; i++) {
            if (pattern[i]) {
                Arrays.fill(int8, starts[i], i + 1 < starts.length ? starts[i + 1] : int8.length, false);
            }
        }
        return int8;
    }

    private static int segmentOf(final int layer, final int[] starts) {
        int segment = 0;
        while (segment + 1 < starts.length && starts[segment + 1] <= layer) {
            segment++;
        }
        return segment;
    }

    /** Whether a substitute hands bytes to a layer in floating point, which in one model without cuts would get the exact values. */
    private static boolean rounds(final LayeredModel model, final boolean[] planned, final boolean[] int8, final int[] starts) {
        for (int k = 0; k < int8.length; k++) {
            for (final String input : model.layers().get(k).inputs()) {
                final int maker = model.producer(input);
                if (!int8[k] && maker >= 0 && planned[maker] && !int8[maker] && segmentOf(maker, starts) != segmentOf(k, starts)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The oracle is one model without cuts whose substituted layers are in floating point: the same conversions stand between the same
     * layers, unless a substitute hands bytes to a layer in floating point, as to another substitute.
     */
    @ParameterizedTest
    @CsvSource({"resnet, 15", "mobilenet, 15", "densenet, 2"})
    void shouldAnswerAsTheMixtureOfThePatternWhenAnySegmentsAreSubstituted(final String name, final int least) {
        final LayeredModel model = LayeredModel.of(ModelZoo.generate(name, "small", 1));
        final Map<String, Range> ranges = new RangeCalibration(model, SAMPLES, 1).ranges();
        final boolean[] planned = new boolean[model.layers().size()];
        for (int j = 0; j < planned.length; j++) {
            planned[j] = model.layers().get(j).hasInt8();
        }
        final int[] starts = model.starts(SEGMENTS);
        final Mixture mixture = new Mixture(model, ranges, Mixture.REDUCED_WEIGHTS, planned);
        final HostTensors host = new HostTensors();
        final SegmentPlace place = new SegmentPlace(host, OnnxOptions.SINGLE_THREAD);
        final List<Substitute> substitutes = new ArrayList<>();
        for (int i = 0; i < SEGMENTS; i++) {
            substitutes.add(new Substitute(i, mixture.substitute("s" + i, starts[i], i + 1 < SEGMENTS ? starts[i + 1] : planned.length),
                place));
        }
        int compared = 0;
        try (SegmentedModel cut = SegmentedModel.create(mixture.cut(starts), host, List.of(place, place, place, place, place, place),
            substitutes)) {
            final float[] exact = run(cut, new boolean[] {true, true, true, true, true, true});
            final double plannedError = RelativeError.of(run(cut, new boolean[SEGMENTS]), exact);
            for (int bits = 0; bits < 1 << SEGMENTS; bits++) {
                final boolean[] pattern = new boolean[SEGMENTS];
                for (int i = 0; i < SEGMENTS; i++) {
                    pattern[i] = (bits >> i & 1) != 0;
                }
                final float[] answer = run(cut, pattern);
                assertTrue(RelativeError.of(answer, exact) < 2 * plannedError + 0.02, name + " " + Arrays.toString(pattern));
                final boolean[] int8 = layers(model, planned, starts, pattern);
                if (!rounds(model, planned, int8, starts)) {
                    compared++;
                    final OnnxModel whole = mixture.with(int8).model();
                    try (SegmentedModel one = SegmentedModel.create(whole, 1, OnnxOptions.SINGLE_THREAD)) {
                        assertArrayEquals(run(one, new boolean[1]), answer, name + " " + Arrays.toString(pattern));
                    }
                }
            }
        }
        assertTrue(compared >= least, name + ": " + compared + " patterns were held against the oracle");
    }

    @Test
    void shouldBringAndTakeWhatItReadsAndWritesWhenASubstituteLiesElsewhere() {
        final LayeredModel model = LayeredModel.of(ModelZoo.generate("resnet", "small", 1));
        final Map<String, Range> ranges = new RangeCalibration(model, SAMPLES, 1).ranges();
        final boolean[] planned = new boolean[model.layers().size()];
        for (int j = 0; j < planned.length; j++) {
            planned[j] = model.layers().get(j).hasInt8();
        }
        final int[] starts = model.starts(3);
        final Mixture mixture = new Mixture(model, ranges, Mixture.REDUCED_WEIGHTS, planned);
        final HostTensors host = new HostTensors();
        final HostTensors elsewhere = new HostTensors();
        final SegmentPlace here = new SegmentPlace(host, OnnxOptions.SINGLE_THREAD);
        final Substitute middle = new Substitute(1, mixture.substitute("middle", starts[1], starts[2]),
            new SegmentPlace(elsewhere, OnnxOptions.SINGLE_THREAD));
        try (SegmentedModel cut = SegmentedModel.create(mixture.cut(starts), host, List.of(here, here, here), List.of(middle))) {
            final int form = cut.substitute(1).orElseThrow();
            assertEquals(List.of(), cut.arrivals(1));
            assertEquals(middle.part().inputs().size(), cut.arrivals(form).size());
            assertEquals(middle.part().outputs().size(), cut.departures(form).size());
            for (final Transfer transfer : cut.arrivals(form)) {
                assertTrue(transfer.from() == host && transfer.to() == elsewhere && transfer.fromAddress() != transfer.toAddress());
            }
            for (final Transfer transfer : cut.departures(form)) {
                assertTrue(transfer.from() == elsewhere && transfer.to() == host && transfer.fromAddress() != transfer.toAddress());
            }
        }
    }
}
