// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.tactus.bindings.linux.VectorUnit;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.model.ModelSource;
import org.tactus.model.Precision;
import org.tactus.model.Task;

/**
 * A task's network with segments in int8. Its segments are runs of layers; a segment in int8 computes on bytes what has a kernel
 * for them. The ranges come with the model's file; a generated network, which recognises nothing, is calibrated with seeded noise.
 */
public final class QuantizedTask {
    private static final int NOISE_SAMPLES = 2;

    private final Task task;
    private final Mixture fp32;
    private final int[] starts;

    private QuantizedTask(final Task task, final Mixture fp32, final int[] starts) {
        this.task = task;
        this.fp32 = fp32;
        this.starts = starts;
    }

    /**
     * Tells whether a segment of a task runs in int8, or could.
     *
     * @param task the task
     * @return true when one does, or a variant of one would
     */
    public static boolean wants(final Task task) {
        return task.segments().stream().anyMatch(segment -> segment.precision() == Precision.INT8)
            || task.choices().stream().flatMap(choices -> choices.variants().stream()).flatMap(List::stream)
                .anyMatch(variant -> variant.precision() == Precision.INT8);
    }

    /**
     * Prepares a task.
     *
     * @param task      one with a model
     * @param directory where the model's file is looked for
     * @param seed      of a generated network's weights
     * @return its network
     * @throws InvalidModelException for a model whose file carries no ranges
     */
    public static QuantizedTask of(final Task task, final Path directory, final long seed) {
        final ModelSource source = task.model().orElseThrow();
        if (!source.starts().isEmpty()) {
            throw new InvalidModelException("task '" + task.name() + "': 'starts' counts nodes, but with segments in int8 layers are cut;"
                + " remove the key");
        }
        final LayeredModel model = LayeredModel.of(OnnxModel.of(source, directory, seed));
        final Map<String, Range> ranges = model.ranges().orElseGet(() -> {
            if (source instanceof ModelSource.Zoo) {
                return new RangeCalibration(model, noise(seed), 1).ranges();
            }
            throw new InvalidModelException(model.name() + ": carries no ranges for int8; write a file that does: tactus quantize "
                + model.name() + " --layers none --samples FOLDER -o FILE");
        });
        return new QuantizedTask(task, new Mixture(model, ranges, VectorUnit.addsPairsExactly() ? Mixture.FULL_WEIGHTS
            : Mixture.REDUCED_WEIGHTS, new boolean[model.layers().size()]), model.starts(source.cuts()));
    }

    private static SampleSource noise(final long seed) {
        return new SampleSource() {
            @Override
            public int count() {
                return NOISE_SAMPLES;
            }

            @Override
            public void fill(final int index, final MemorySegment memory) {
                final SplittableRandom random = new SplittableRandom(seed + index);
                for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (2 * random.nextDouble() - 1));
                }
            }
        };
    }

    /**
     * What a segment in int8 loses, as the model's file was measured by {@code tactus quantize}.
     *
     * @param segment its index
     * @return from 0 to 100; empty when the file does not say
     */
    public OptionalDouble loss(final int segment) {
        final Optional<Closeness> known = fp32.layers().closeness();
        return known.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(known.get().loss(
            fp32.layers().layers().subList(starts[segment], end(segment)).stream().map(ModelLayer::name).toList()));
    }

    /**
     * The segments as the task chooses them, each converting what it reads.
     *
     * @return one model a segment
     */
    public CutChain chain() {
        return planned().cut(starts);
    }

    /**
     * A segment in floating point that may stand in for the one that the task chooses: it reads and writes the same tensors.
     *
     * @param segment its index
     * @return a model that converts what it must
     */
    public CutChain.Part substitute(final int segment) {
        return planned().substitute(fp32.layers().name() + '#' + (segment + 1) + "/fp32", starts[segment], end(segment));
    }

    private Mixture planned() {
        final boolean[] int8 = new boolean[fp32.layers().layers().size()];
        for (int i = 0; i < starts.length; i++) {
            for (int j = starts[i]; j < end(i); j++) {
                int8[j] = task.segments().get(i).precision() == Precision.INT8 && fp32.layers().layers().get(j).hasInt8();
            }
        }
        return fp32.with(int8);
    }

    /**
     * One segment alone in a precision, without conversions at its borders.
     *
     * @param segment   its index
     * @param precision what it computes in
     * @return a chain of one
     */
    public CutChain alone(final int segment, final Precision precision) {
        return fp32.alone(starts[segment], end(segment), precision == Precision.INT8);
    }

    /**
     * The tensors between segments that may have to be converted.
     *
     * @return those of floats
     */
    public List<LayeredModel.Crossing> crossings() {
        return fp32.layers().crossings(starts).stream()
            .filter(crossing -> fp32.layers().tensor(crossing.tensor()).type() == ElementType.FLOAT).toList();
    }

    /**
     * The outputs, from the segments that make them.
     *
     * @return to the index behind the last segment
     */
    public List<LayeredModel.Crossing> outputs() {
        final LayeredModel model = fp32.layers();
        return model.outputs().stream().filter(info -> model.producer(info.name()) >= 0)
            .map(info -> new LayeredModel.Crossing(segmentOf(model.producer(info.name())), starts.length, info.name())).toList();
    }

    private int segmentOf(final int layer) {
        int segment = 0;
        while (end(segment) <= layer) {
            segment++;
        }
        return segment;
    }

    /**
     * The size of a tensor in floating point.
     *
     * @param tensor its name
     * @return bytes
     */
    public long bytes(final String tensor) {
        return fp32.layers().tensor(tensor).bytes();
    }

    /**
     * The conversion of a tensor alone.
     *
     * @param tensor  its name
     * @param toBytes true to quantise, false to dequantise
     * @return a chain of one
     */
    public CutChain conversion(final String tensor, final boolean toBytes) {
        return fp32.conversion(tensor, toBytes);
    }

    private int end(final int segment) {
        return segment + 1 < starts.length ? starts[segment + 1] : fp32.layers().layers().size();
    }
}
