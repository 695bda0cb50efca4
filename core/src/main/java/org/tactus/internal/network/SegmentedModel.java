// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.ComputedGraph;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.GivenInputs;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelChecks;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.RandomNodes;
import org.tactus.internal.graph.RuntimeRefusal;
import org.tactus.internal.graph.SeededValues;

/**
 * A model cut into segments, loaded and bound: each tensor between segments, and each input and output, has one place in the memory
 * where it is made, and one more in each memory where it is taken.
 *
 * <pre>
 * try (SegmentedModel model = SegmentedModel.create(ModelZoo.generate("resnet", "small", 1), 4, OnnxOptions.SINGLE_THREAD)) {
 *     model.fillInputs(7);
 *     for (int i = 0; i &lt; model.segments(); i++) {
 *         model.run(i);
 *     }
 *     float first = model.tensor("output").getAtIndex(ValueLayout.JAVA_FLOAT, 0);
 * }
 * </pre>
 *
 * <p>Made, filled and closed by a control thread. {@link #run} is called by one thread at a time, segments in order, and what one
 * thread wrote must be published to the next (a hand-over queue does). {@link #terminate} may be called by any thread. A run
 * allocates nothing on the Java heap; the first runs of a segment are slow, so warm it up.
 */
public final class SegmentedModel implements SegmentChain {
    private final CutChain chain;
    private final TensorMemory host;
    private final List<SegmentPlace> places;
    /** By memory and name, where a tensor lies. */
    private final Map<TensorMemory, Map<String, MemorySegment>> tensors = new IdentityHashMap<>();
    /** Where each tensor is made. */
    private final Map<String, TensorMemory> makers = new LinkedHashMap<>();
    private final List<List<Transfer>> arrivals = new ArrayList<>();
    private final List<List<Transfer>> departures = new ArrayList<>();
    private final List<Substitute> substitutes;
    /** The segments', then their substitutes'. */
    private final SegmentSession[] sessions;
    private final Map<String, TensorProto> given;
    /** For each segment, whether a substitute ran last; written by the thread that runs the segment. */
    private final boolean[] substituted;
    /** The same of the last run that came to its end. */
    private final boolean[] answered;
    private boolean closed;

    private SegmentedModel(
        final OnnxRuntime runtime, final CutChain chain, final TensorMemory host, final List<SegmentPlace> places,
        final List<Substitute> substitutes) {
        this.chain = chain;
        this.host = host;
        this.places = List.copyOf(places);
        this.substitutes = List.copyOf(substitutes);
        final int segments = chain.parts().size();
        this.given = chain.parts().getFirst().model().given();
        this.sessions = new SegmentSession[segments + substitutes.size()];
        this.substituted = new boolean[segments];
        this.answered = new boolean[segments];
        try {
            chain.inputs().forEach(info -> make(info, host));
            for (int i = 0; i < segments; i++) {
                final SegmentPlace place = places.get(i);
                final SegmentSession session = open(runtime, i, chain.parts().get(i), place);
                final List<Transfer> arriving = new ArrayList<>();
                session.inputs().forEach(info -> session.bindInput(info, bring(info, place.memory(), arriving)));
                session.outputs().forEach(info -> session.bindOutput(info, make(info, place.memory())));
                arrivals.add(arriving);
                departures.add(new ArrayList<>());
            }
            chain.outputs().forEach(info -> bring(info, host, departures.getLast()));
            given.forEach((name, value) -> GivenInputs.write(value, tensor(name)));
            for (int i = 0; i < substitutes.size(); i++) {
                final SegmentPlace place = substitutes.get(i).place();
                final SegmentSession session = open(runtime, segments + i, substitutes.get(i).part(), place);
                final List<Transfer> arriving = new ArrayList<>();
                final List<Transfer> departing = new ArrayList<>();
                session.inputs().forEach(info -> session.bindInput(info, place(info, place.memory())));
                session.inputs().forEach(info -> copy(info, makers.get(info.name()), place.memory(), arriving));
                session.outputs().forEach(info -> session.bindOutput(info, place(info, place.memory())));
                session.outputs().forEach(info -> copy(info, place.memory(), makers.get(info.name()), departing));
                arrivals.add(arriving);
                departures.add(departing);
            }
        } catch (final NativeCallException e) {
            close();
            throw RuntimeRefusal.of(chain.name(), e);
        } catch (final OutOfMemoryError e) {
            close();
            throw new InvalidModelException(chain.name() + ": its tensors do not fit into memory: " + e.getMessage(), e);
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Cuts, loads and binds a model. Takes from milliseconds to seconds.
     *
     * @param model   the model
     * @param cuts    number of segments, at least 1
     * @param options threads, the cores of those beyond the calling one, and whether the runtime may optimise
     * @return the model, inputs all zero
     * @throws InvalidModelException for a model that is not supported or a cut that the graph does not allow
     * @throws IllegalStateException when ONNX Runtime is not to be had; the message says what would mend it
     */
    public static SegmentedModel create(final OnnxModel model, final int cuts, final OnnxOptions options) {
        return create(new ModelCutter(OnnxRuntime.require()).cut(model, cuts), options);
    }

    /**
     * Loads and binds a model that is cut already.
     *
     * @param chain   the segments
     * @param options threads, the cores of those beyond the calling one, and whether the runtime may optimise
     * @return the model, inputs all zero
     * @throws InvalidModelException for a segment that the runtime refuses
     * @throws IllegalStateException when ONNX Runtime is not to be had; the message says what would mend it
     */
    public static SegmentedModel create(final CutChain chain, final OnnxOptions options) {
        final TensorMemory host = new HostTensors();
        return create(chain, host, Collections.nCopies(chain.parts().size(), new SegmentPlace(host, options)), List.of());
    }

    /**
     * Loads and binds a model whose segments compute in several places.
     *
     * @param chain       the segments
     * @param host        where the inputs are written and the outputs are read
     * @param places      one for each segment
     * @param substitutes what may stand in for segments
     * @return the model, which closes the memories; inputs all zero
     * @throws InvalidModelException for a segment that the runtime refuses
     * @throws IllegalStateException when ONNX Runtime is not to be had; the message says what would mend it
     */
    public static SegmentedModel create(
        final CutChain chain, final TensorMemory host, final List<SegmentPlace> places, final List<Substitute> substitutes) {
        return new SegmentedModel(OnnxRuntime.require(), chain, host, places, substitutes);
    }

    private SegmentSession open(final OnnxRuntime runtime, final int index, final CutChain.Part part, final SegmentPlace place) {
        if (place.opener().isPresent()) {
            sessions[index] = place.opener().get().open(index, part.model(), place.memory());
            return sessions[index];
        }
        OnnxSession session;
        try {
            session = open(runtime, index, part, place.memory(), place.options());
        } catch (final NativeCallException e) {
            if (!place.options().optimised()) {
                throw e;
            }
            session = asWritten(runtime, index, part, place, e);
        }
        sessions[index] = new SegmentSession.OfRuntime(session, place.memory());
        return sessions[index];
    }

    /** Some networks the runtime takes but its optimiser does not: it loses the rank of a tensor where a branch is folded. */
    private static OnnxSession asWritten(
        final OnnxRuntime runtime, final int index, final CutChain.Part part, final SegmentPlace place,
        final NativeCallException optimised) {
        try {
            return open(runtime, index, part, place.memory(), place.options().asWritten());
        } catch (final NativeCallException e) {
            throw optimised;
        }
    }

    /** The weights lie in the memory of the tensors where that takes them, else in the runtime's own. */
    private static OnnxSession open(
        final OnnxRuntime runtime, final int index, final CutChain.Part part, final TensorMemory memory, final OnnxOptions options) {
        if (!(memory instanceof final WeightMemory weights)) {
            return part.model().open(runtime, options);
        }
        final ComputedGraph graph = ComputedGraph.of(runtime, part.model(), options);
        return graph.open(runtime, graph.weightBytes() == 0 ? MemorySegment.NULL
            : weights.asComputedOn(weights.put(index, graph.weightBytes(), graph::write)), options);
    }

    /** The place of a tensor where it is made. */
    private MemorySegment make(final TensorInfo info, final TensorMemory memory) {
        makers.put(info.name(), memory);
        return place(info, memory);
    }

    /** The place of a tensor where it is taken; it has to be copied there when it was made elsewhere and is not there yet. */
    private MemorySegment bring(final TensorInfo info, final TensorMemory to, final List<Transfer> copies) {
        final TensorMemory from = makers.getOrDefault(info.name(), to);
        final boolean there = tensors.getOrDefault(to, Map.of()).containsKey(info.name());
        final MemorySegment segment = place(info, to);
        if (!there) {
            copy(info, from, to, copies);
        }
        return segment;
    }

    private void copy(final TensorInfo info, final TensorMemory from, final TensorMemory to, final List<Transfer> copies) {
        if (from != to) {
            copies.add(new Transfer(from, to, place(info, from).address(), place(info, to).address(), info.bytes()));
        }
    }

    private MemorySegment place(final TensorInfo info, final TensorMemory memory) {
        ModelChecks.refuseUnfixed(chain.name(), "tensor", info);
        return tensors.computeIfAbsent(memory, any -> new LinkedHashMap<>())
            .computeIfAbsent(info.name(), name -> memory.allocate(Math.max(1, info.bytes())));
    }

    /**
     * How the model was cut.
     *
     * @return the chain
     */
    public CutChain chain() {
        return chain;
    }

    @Override
    public int segments() {
        return chain.parts().size();
    }

    @Override
    public OptionalInt substitute(final int segment) {
        return IntStream.range(0, substitutes.size()).filter(i -> substitutes.get(i).segment() == segment).map(i -> segments() + i)
            .findFirst();
    }

    @Override
    public void bringIn(final int segment) {
        if (places.get(segment).memory() instanceof final WeightMemory weights) {
            weights.bringIn(segment);
        }
    }

    @Override
    public void run(final int segment) {
        sessions[segment].run();
        final boolean stoodIn = segment >= substituted.length;
        final int place = stoodIn ? substitutes.get(segment - substituted.length).segment() : segment;
        substituted[place] = stoodIn;
        if (place == substituted.length - 1) {
            System.arraycopy(substituted, 0, answered, 0, answered.length);
        }
    }

    /**
     * Tells for which segments a substitute ran in the last run that came to its end. Called when no run is under way.
     *
     * @return one for each segment
     */
    public boolean[] substituted() {
        return answered.clone();
    }

    @Override
    public void terminate(final int segment) {
        sessions[segment].terminate();
    }

    @Override
    public List<Transfer> arrivals(final int segment) {
        return List.copyOf(arrivals.get(segment));
    }

    @Override
    public List<Transfer> departures(final int segment) {
        return List.copyOf(departures.get(segment));
    }

    /**
     * Lets the segment run again after {@link #terminate}. Safe on any thread.
     *
     * @param segment index of the segment, from 0
     */
    public void resume(final int segment) {
        sessions[segment].resume();
    }

    @Override
    public List<TensorInfo> inputs() {
        return chain.inputs().stream().filter(info -> !given.containsKey(info.name())).toList();
    }

    @Override
    public List<TensorInfo> outputs() {
        return chain.outputs();
    }

    /** Of a tensor that is in several memories, its place on the host. */
    @Override
    public MemorySegment tensor(final String name) {
        final MemorySegment onHost = tensors.getOrDefault(host, Map.of()).get(name);
        if (onHost != null) {
            return onHost;
        }
        final TensorMemory maker = makers.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("no tensor '" + name + "' in " + chain.name() + "; there are " + makers.keySet());
        }
        return tensors.get(maker).get(name);
    }

    @Override
    public Optional<String> unrepeatable() {
        return chain.parts().stream().map(part -> RandomNodes.find(part.model().proto())).flatMap(Optional::stream).findFirst()
            .map(node -> "draws random numbers (" + node + ")");
    }

    @Override
    public void fillInputs(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        inputs().forEach(info -> SeededValues.fill(info, tensor(info.name()), random));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (final SegmentSession session : sessions) {
            if (session != null) {
                session.close();
            }
        }
        final Set<TensorMemory> memories = Collections.newSetFromMap(new IdentityHashMap<>());
        places.forEach(place -> memories.add(place.memory()));
        substitutes.forEach(substitute -> memories.add(substitute.place().memory()));
        memories.add(host);
        memories.forEach(TensorMemory::close);
    }
}
