// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.edgetpu.compiled.TfLiteTraits;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.bindings.tflite.Interpreter;
import org.tactus.bindings.tflite.TfLiteTensor;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.SeededValues;

/**
 * A network as a chain of TensorFlow Lite interpreters, on the CPU, on an Edge TPU or on both in turn. An input of a segment is what an
 * earlier segment gave, or took, under the same name: it is copied at the beginning of the segment's run, so its time is in that
 * segment's WCET. Inputs that nothing before them has a name for are the network's, and only the first segment may have them.
 *
 * <p>TensorFlow Lite keeps tensors in memory of its own, which is why they are copied, once; an invocation cannot be ended early.
 */
public final class TfLiteChain implements SegmentChain {
    private final List<String> names;
    private final Interpreter[] interpreters;
    private final List<TfLiteTraits> traits;
    private final MemorySegment[][] sources;
    private final MemorySegment[][] targets;
    private final Map<String, MemorySegment> tensors = new LinkedHashMap<>();

    /**
     * Joins interpreters.
     *
     * @param names        what errors call the segments, such as paths
     * @param interpreters one a segment, in order; closed with this, also when they do not fit together
     * @param traits       of each segment's file
     * @throws InvalidModelException when a segment wants what no earlier one has
     */
    public TfLiteChain(final List<String> names, final List<Interpreter> interpreters, final List<TfLiteTraits> traits) {
        this.names = List.copyOf(names);
        this.traits = List.copyOf(traits);
        this.interpreters = interpreters.toArray(Interpreter[]::new);
        sources = new MemorySegment[this.interpreters.length][];
        targets = new MemorySegment[this.interpreters.length][];
        try {
            final Map<String, TfLiteTensor> known = new LinkedHashMap<>();
            for (int i = 0; i < this.interpreters.length; i++) {
                join(i, known);
            }
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    private void join(final int index, final Map<String, TfLiteTensor> known) {
        final List<MemorySegment> from = new ArrayList<>();
        final List<MemorySegment> to = new ArrayList<>();
        for (final TfLiteTensor input : interpreters[index].inputs()) {
            final TfLiteTensor before = known.get(input.info().name());
            if (before != null) {
                if (before.info().type() != input.info().type() || before.memory().byteSize() != input.memory().byteSize()) {
                    throw new InvalidModelException(names.get(index) + ": input " + input.info() + " is " + before.info()
                        + " in a file before it; compile all segments of a network by one command");
                }
                from.add(before.memory());
                to.add(input.memory());
            } else if (index > 0) {
                throw new InvalidModelException(names.get(index) + ": input " + input.info() + " comes from no file before it; they have "
                    + known.keySet() + "; list the files in the order of their segments");
            }
        }
        sources[index] = from.toArray(MemorySegment[]::new);
        targets[index] = to.toArray(MemorySegment[]::new);
        interpreters[index].inputs().forEach(input -> remember(input, known));
        interpreters[index].outputs().forEach(output -> remember(output, known));
    }

    private void remember(final TfLiteTensor tensor, final Map<String, TfLiteTensor> known) {
        known.put(tensor.info().name(), tensor);
        tensors.put(tensor.info().name(), tensor.memory());
    }

    @Override
    public int segments() {
        return interpreters.length;
    }

    @Override
    public void run(final int segment) {
        final MemorySegment[] from = sources[segment];
        final MemorySegment[] to = targets[segment];
        for (int i = 0; i < from.length; i++) {
            MemorySegment.copy(from[i], 0, to[i], 0, to[i].byteSize());
        }
        interpreters[segment].invoke();
    }

    @Override
    public void terminate(final int segment) {
        // TensorFlow Lite has no such call in every version that goes with libedgetpu
    }

    @Override
    public List<TensorInfo> inputs() {
        return interpreters[0].inputs().stream().map(TfLiteTensor::info).toList();
    }

    @Override
    public List<TensorInfo> outputs() {
        return interpreters[interpreters.length - 1].outputs().stream().map(TfLiteTensor::info).toList();
    }

    @Override
    public MemorySegment tensor(final String name) {
        final MemorySegment memory = tensors.get(name);
        if (memory == null) {
            throw new IllegalArgumentException("no tensor '" + name + "' in " + names + "; there are " + tensors.keySet());
        }
        return memory;
    }

    @Override
    public void fillInputs(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        interpreters[0].inputs().forEach(input -> SeededValues.fill(input.info(), input.memory(), random));
    }

    /** Variable tensors are zero again; the library has no call that does so with a resource variable. */
    @Override
    public boolean resetState() {
        boolean done = true;
        for (int i = 0; i < interpreters.length; i++) {
            done &= !traits.get(i).keepsResource() && (traits.get(i).variables() == 0 || interpreters[i].resetVariableTensors());
        }
        return done;
    }

    @Override
    public Optional<String> unrepeatable() {
        final int variables = traits.stream().mapToInt(TfLiteTraits::variables).sum();
        final List<String> random = traits.stream().flatMap(trait -> trait.random().stream()).distinct().toList();
        if (!random.isEmpty()) {
            return Optional.of("draws random numbers (" + String.join(", ", random) + ")");
        }
        if (variables > 0) {
            return Optional.of("keeps state from run to run (" + variables + (variables == 1 ? " variable tensor)" : " variable tensors)"));
        }
        return traits.stream().anyMatch(TfLiteTraits::keepsResource)
            ? Optional.of("keeps state from run to run (a resource variable)") : Optional.empty();
    }

    /**
     * Checks after a first run that every tensor is still where it was bound.
     *
     * @throws InvalidModelException when one moved
     */
    public void requireInPlace() {
        for (int i = 0; i < interpreters.length; i++) {
            try {
                interpreters[i].requireInPlace();
            } catch (final NativeCallException e) {
                throw new InvalidModelException(names.get(i) + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    public void close() {
        for (final Interpreter interpreter : interpreters) {
            interpreter.close();
        }
    }
}
