// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.tactus.bindings.onnxruntime.MemoryFile;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;

/** Hands a model to the runtime; weights that lie outside the heap are left where they are, and the runtime copies them from there. */
final class SessionBytes {
    private SessionBytes() {
    }

    static OnnxSession open(final OnnxRuntime runtime, final OnnxModel model, final OnnxOptions options) {
        if (model.outside().isEmpty() || !runtime.takesWeightsInMemory()) {
            return runtime.session(model.bytes(), options);
        }
        return handed(runtime, model, (memory, weights) -> runtime.session(memory, weights, options));
    }

    /** The graph that the runtime makes of a model before it computes, as a file's bytes. */
    static byte[] optimised(final OnnxRuntime runtime, final OnnxModel model, final OnnxOptions options) {
        return handed(runtime, model, (memory, weights) -> runtime.optimised(memory, weights, options));
    }

    /** The model outside the heap and, where the runtime takes them so, the weights beside it. */
    private static <T> T handed(
        final OnnxRuntime runtime, final OnnxModel model, final BiFunction<MemorySegment, List<MemoryFile>, T> body) {
        final Set<String> named = new HashSet<>();
        model.proto().getGraph().getInitializerList().stream().filter(SessionBytes::isOutside)
            .forEach(tensor -> named.add(tensor.getExternalData(0).getValue()));
        final boolean apart = runtime.takesWeightsInMemory();
        final List<MemoryFile> used = apart ? model.outside().stream().filter(weight -> named.contains(weight.name())).toList() : List.of();
        final byte[] graph = apart ? model.proto().toByteArray() : model.bytes();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(Math.max(1, graph.length), 16).asSlice(0, graph.length);
            MemorySegment.copy(graph, 0, memory, ValueLayout.JAVA_BYTE, 0, graph.length);
            return body.apply(memory, used);
        } finally {
            Reference.reachabilityFence(model); // the runtime reads the weights by address
        }
    }

    private static boolean isOutside(final TensorProto tensor) {
        return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL && tensor.getExternalDataCount() > 0;
    }

    /** The model with all weights inside, on the heap. */
    static ModelProto inside(final ModelProto proto, final List<MemoryFile> outside) {
        if (outside.isEmpty()) {
            return proto;
        }
        final Map<String, MemorySegment> places = new HashMap<>();
        outside.forEach(weight -> places.put(weight.name(), weight.bytes()));
        final GraphProto.Builder graph = proto.getGraph().toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            final TensorProto tensor = graph.getInitializer(i);
            if (isOutside(tensor)) {
                graph.setInitializer(i, tensor.toBuilder().clearExternalData().clearDataLocation().setRawData(
                    UnsafeByteOperations.unsafeWrap(places.get(tensor.getExternalData(0).getValue()).toArray(ValueLayout.JAVA_BYTE))));
            }
        }
        return proto.toBuilder().setGraph(graph).build();
    }
}
