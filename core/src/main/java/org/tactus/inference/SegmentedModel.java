package org.tactus.inference;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A model cut into segments, loaded and bound: each tensor between segments, and each input and output, has one place in off-heap
 * memory.
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
    private static final int ALIGNMENT_BYTES = 64;

    private final CutChain chain;
    private final Arena arena = Arena.ofShared();
    private final Map<String, MemorySegment> memory = new LinkedHashMap<>();
    private final OnnxSession[] sessions;
    private boolean closed;

    private SegmentedModel(final OnnxRuntime runtime, final CutChain chain, final OnnxOptions options) {
        this.chain = chain;
        this.sessions = new OnnxSession[chain.parts().size()];
        try {
            chain.inputs().forEach(this::place);
            chain.outputs().forEach(this::place);
            for (int i = 0; i < sessions.length; i++) {
                final OnnxSession session = runtime.session(chain.parts().get(i).model().bytes(), options);
                sessions[i] = session;
                session.inputs().forEach(info -> session.bindInput(info, place(info)));
                session.outputs().forEach(info -> session.bindOutput(info, place(info)));
            }
        } catch (final NativeCallException e) {
            close();
            throw new InvalidModelException(chain.name() + ": ONNX Runtime refuses the model: " + e.getMessage(), e);
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
        final OnnxRuntime runtime = OnnxRuntime.find()
            .orElseThrow(() -> new IllegalStateException(OnnxRuntime.absence().orElseThrow()));
        return new SegmentedModel(runtime, new ModelCutter(runtime).cut(model, cuts), options);
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
        return new SegmentedModel(OnnxRuntime.find().orElseThrow(() -> new IllegalStateException(OnnxRuntime.absence().orElseThrow())),
            chain, options);
    }

    private MemorySegment place(final TensorInfo info) {
        ModelChecks.refuseUnfixed(chain.name(), "tensor", info);
        return memory.computeIfAbsent(info.name(), name -> arena.allocate(Math.max(1, info.bytes()), ALIGNMENT_BYTES));
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
        return sessions.length;
    }

    @Override
    public void run(final int segment) {
        sessions[segment].run();
    }

    @Override
    public void terminate(final int segment) {
        sessions[segment].terminate();
    }

    /**
     * Lets the segment run again after {@link #terminate}. Safe on any thread.
     *
     * @param segment index of the segment, from 0
     */
    public void resume(final int segment) {
        sessions[segment].resume();
    }

    /**
     * Inputs of the model.
     *
     * @return in the model's order
     */
    public List<TensorInfo> inputs() {
        return chain.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return chain.outputs();
    }

    @Override
    public MemorySegment tensor(final String name) {
        final MemorySegment segment = memory.get(name);
        if (segment == null) {
            throw new IllegalArgumentException("no tensor '" + name + "' in " + chain.name() + "; there are " + memory.keySet());
        }
        return segment;
    }

    @Override
    public void fillInputs(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        chain.inputs().forEach(info -> SeededValues.fill(info, memory.get(info.name()), random));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (final OnnxSession session : sessions) {
            if (session != null) {
                session.close();
            }
        }
        arena.close();
    }
}
