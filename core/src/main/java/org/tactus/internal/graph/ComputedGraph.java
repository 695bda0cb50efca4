// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;
import org.tactus.bindings.onnxruntime.PlacedWeight;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A segment's graph as the runtime computes it on this machine, with its weights apart: their owner decides where they lie, and every run
 * reads them there. Small constants (below {@value #LEAST_BYTES} bytes, such as a scale or a shape) and those in the bodies of control
 * flow stay with the runtime, which reads them when the session is made. Immutable.
 */
public final class ComputedGraph {
    /** The first byte of each weight is at a multiple of this, as vector instructions like it. */
    public static final long ALIGNMENT_BYTES = 64;
    private static final int LEAST_BYTES = 256;

    private final byte[] graph;
    private final List<Weight> weights;
    private final long bytes;

    /** A weight, and where it begins in the memory that all of them share. */
    private record Weight(TensorInfo info, TensorProto tensor, long offset) {
    }

    private ComputedGraph(final byte[] graph, final List<Weight> weights, final long bytes) {
        this.graph = graph;
        this.weights = List.copyOf(weights);
        this.bytes = bytes;
    }

    /**
     * Lets the runtime optimise a segment's model, and takes the weights out of what it made. Takes as long as making a session takes.
     *
     * @param runtime what computes
     * @param model   the segment's model
     * @param options how it will compute
     * @return the graph
     * @throws org.tactus.bindings.NativeCallException when the runtime refuses the model
     */
    public static ComputedGraph of(final OnnxRuntime runtime, final OnnxModel model, final OnnxOptions options) {
        final byte[] optimised = SessionBytes.optimised(runtime, model, options);
        final GraphProto made;
        try {
            made = ModelProto.parseFrom(optimised).getGraph();
        } catch (final InvalidProtocolBufferException e) {
            throw new InvalidModelException(model.name() + ": ONNX Runtime wrote a graph that cannot be read: " + e.getMessage(), e);
        }
        final List<Weight> weights = new ArrayList<>();
        long at = 0;
        for (final TensorProto tensor : made.getInitializerList()) {
            final ElementType type = ElementType.of(tensor.getDataType());
            if (type != null && tensor.hasRawData() && tensor.getRawData().size() >= LEAST_BYTES) {
                weights.add(new Weight(new TensorInfo(tensor.getName(), type, tensor.getDimsList()), tensor, at));
                at += roundedUp(tensor.getRawData().size());
            }
        }
        return new ComputedGraph(optimised, weights, at);
    }

    private static long roundedUp(final long size) {
        return Math.ceilDiv(size, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    }

    /**
     * Memory that the weights take together.
     *
     * @return bytes, a multiple of {@link #ALIGNMENT_BYTES}; 0 without weights
     */
    public long weightBytes() {
        return bytes;
    }

    /**
     * Writes the weights, one behind the other.
     *
     * @param to memory of {@link #weightBytes()}
     */
    public void write(final MemorySegment to) {
        for (final Weight weight : weights) {
            final MemorySegment content = MemorySegment.ofBuffer(weight.tensor().getRawData().asReadOnlyByteBuffer());
            MemorySegment.copy(content, 0, to, weight.offset(), content.byteSize());
        }
    }

    /**
     * Makes a session that reads the weights where they were written.
     *
     * @param runtime what computes, on the processor
     * @param at      where {@link #write} wrote, in memory that outlives the session and can be read now
     * @param options how it computes
     * @return the session
     * @throws org.tactus.bindings.NativeCallException when the runtime refuses the model
     */
    public OnnxSession open(final OnnxRuntime runtime, final MemorySegment at, final OnnxOptions options) {
        return runtime.placed(graph, weights.stream().map(weight -> new PlacedWeight(weight.info(),
            at.asSlice(weight.offset(), weight.info().bytes()))).toList(), options);
    }
}
