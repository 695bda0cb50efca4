// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Collects what a segment consists of: kernels, of which equal ones are one; launches; weights, one behind the other. */
final class Emitter {
    private final Values values;
    private final Placement placement;
    private final Map<String, String> kernels = new LinkedHashMap<>();
    private final List<Launch> launches = new ArrayList<>();
    private final Map<String, Launch.Place> named = new HashMap<>();
    /** Arrays of single precision, or of half precision as {@code short}. */
    private final List<Object> weights = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    private long weightBytes;
    private boolean multipliesHalves;
    private Step current;

    Emitter(final Values values, final Placement placement) {
        this.values = values;
        this.placement = placement;
    }

    void emit(final Step step) {
        current = step;
        step.emit(this);
    }

    /** Where a tensor or a constant lies. */
    Launch.Place at(final String tensor) {
        return values.isConstant(tensor) ? named.computeIfAbsent(tensor, name -> weights(values.floats(name))) : placement.of(tensor);
    }

    /** Where the step has memory of its own. */
    Launch.Place work() {
        return placement.work(current);
    }

    /** Puts weights into the segment's memory. */
    Launch.Place weights(final float[] numbers) {
        return put(numbers, (long) numbers.length * Float.BYTES);
    }

    /** Puts weights in half precision there, once for all that read them under a name. */
    Launch.Place halves(final String name, final Supplier<short[]> packed) {
        return named.computeIfAbsent(name, key -> {
            final short[] numbers = packed.get();
            return put(numbers, (long) numbers.length * Short.BYTES);
        });
    }

    private Launch.Place put(final Object numbers, final long bytes) {
        final long offset = weightBytes;
        weights.add(numbers);
        offsets.add(offset);
        weightBytes += Math.ceilDiv(bytes, SegmentProgram.ALIGNMENT_BYTES) * SegmentProgram.ALIGNMENT_BYTES;
        return new Launch.Place(Launch.Space.WEIGHTS, "", offset);
    }

    /** Adds a launch of a kernel that multiplies in half precision, which an older GPU does not know. */
    void launchHalf(final Kernel kernel, final Launch.Place... places) {
        multipliesHalves = true;
        launch(kernel, places);
    }

    /** Adds a launch; places that are null are left out. */
    void launch(final Kernel kernel, final Launch.Place... places) {
        final String name = kernels.computeIfAbsent(kernel.text(), text -> "tactus_k" + kernels.size());
        launches.add(new Launch(name, kernel.blocksX(), kernel.blocksY(), kernel.threads(),
            Arrays.stream(places).filter(Objects::nonNull).toList()));
    }

    SegmentProgram program() {
        final StringBuilder text = new StringBuilder(multipliesHalves ? PtxWriter.HALF_HEADER : PtxWriter.HEADER);
        kernels.forEach((kernel, name) -> text.append(kernel.replace(PtxWriter.NAME + '(', name + '(')));
        return new SegmentProgram(text.toString(), launches, values.inputs(), values.outputs(), weightBytes, this::write,
            placement.scratchBytes());
    }

    private void write(final MemorySegment to) {
        for (int i = 0; i < weights.size(); i++) {
            switch (weights.get(i)) {
                case final short[] halves -> MemorySegment.copy(halves, 0, to, ValueLayout.JAVA_SHORT, offsets.get(i), halves.length);
                case final float[] numbers -> MemorySegment.copy(numbers, 0, to, ValueLayout.JAVA_FLOAT, offsets.get(i), numbers.length);
                default -> throw new IllegalStateException("weights are arrays of numbers");
            }
        }
    }
}
