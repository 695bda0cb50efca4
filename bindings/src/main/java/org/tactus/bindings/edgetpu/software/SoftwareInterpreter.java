// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.tactus.bindings.edgetpu.compiled.TfLiteFile;
import org.tactus.bindings.edgetpu.compiled.TfLiteOperators;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.bindings.software.Handles;

/**
 * A model with a delegate: tensors, and outputs that are a function of all inputs and the model's bytes, so that a test sees whether the
 * right data came the right way. {@link #compute} is called by one thread at a time and allocates nothing.
 */
final class SoftwareInterpreter {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final int ALIGNMENT_BYTES = 64;
    private static final long ODD = 0x9E3779B97F4A7C15L;

    final SoftwareModel model;
    final EdgeTpuCalls.Delegate delegate;
    final long reporter;
    final long userData;
    private final Arena arena = Arena.ofShared();
    SoftwarePackage[] packages;
    SoftwareTensor[] inputs = {};
    SoftwareTensor[] outputs = {};

    SoftwareInterpreter(final SoftwareModel model, final EdgeTpuCalls.Delegate delegate, final long reporter, final long userData) {
        this.model = model;
        this.delegate = delegate;
        this.reporter = reporter;
        this.userData = userData;
    }

    /** A model: what its file says, and a number that stands for all its bytes. */
    static final class SoftwareModel {
        final TfLiteFile file;
        final long hash;
        /** What the processor takes for operators that the compiler left to it, nanoseconds. */
        final long hostNs;
        int interpreters;

        SoftwareModel(final TfLiteFile file, final MemorySegment bytes) {
            this.file = file;
            this.hash = hash(ODD, bytes);
            this.hostNs = EdgeTpuCost.hostNs(TfLiteOperators.read(bytes.asByteBuffer()).hostOperations());
        }
    }

    /** A tensor: its description, name and memory, and the handle that it was given. */
    static final class SoftwareTensor {
        private final TensorInfo info;
        private final MemorySegment name;
        private final MemorySegment memory;
        private final long handle;

        SoftwareTensor(final TensorInfo info, final Arena arena, final Handles<SoftwareTensor> handles) {
            this.info = info;
            this.name = arena.allocateFrom(info.name());
            this.memory = arena.allocate(info.bytes(), ALIGNMENT_BYTES);
            this.handle = handles.add(this);
        }

        TensorInfo info() {
            return info;
        }

        MemorySegment name() {
            return name;
        }

        MemorySegment memory() {
            return memory;
        }

        long handle() {
            return handle;
        }
    }

    void allocate(final SoftwareTpu device, final Handles<SoftwareTensor> handles) {
        if (packages == null) {
            inputs = tensors(model.file.inputs(), handles);
            outputs = tensors(model.file.outputs(), handles);
            packages = model.file.packages().stream().map(content -> SoftwarePackage.of(content, device)).toArray(SoftwarePackage[]::new);
        }
    }

    private SoftwareTensor[] tensors(final List<TensorInfo> infos, final Handles<SoftwareTensor> handles) {
        return infos.stream().map(info -> new SoftwareTensor(info, arena, handles)).toArray(SoftwareTensor[]::new);
    }

    /** Frees the tensors; their handles find nothing from here on. */
    void free(final Handles<SoftwareTensor> handles) {
        for (final SoftwareTensor input : inputs) {
            handles.remove(input.handle);
        }
        for (final SoftwareTensor output : outputs) {
            handles.remove(output.handle);
        }
        arena.close();
    }

    void compute() {
        long state = model.hash;
        for (final SoftwareTensor input : inputs) {
            state = hash(state, input.memory());
        }
        for (final SoftwareTensor output : outputs) {
            final MemorySegment memory = output.memory();
            final long bytes = memory.byteSize();
            for (long at = 0; at < bytes; at += Long.BYTES) {
                state += ODD;
                final long word = mix(state);
                if (at + Long.BYTES <= bytes) {
                    memory.set(LONG, at, word);
                } else {
                    for (long i = at; i < bytes; i++) {
                        memory.set(ValueLayout.JAVA_BYTE, i, (byte) (word >>> 8 * (i - at)));
                    }
                }
            }
        }
    }

    private static long hash(final long seed, final MemorySegment memory) {
        final long bytes = memory.byteSize();
        long state = seed ^ bytes;
        long at = 0;
        for (; at + Long.BYTES <= bytes; at += Long.BYTES) {
            state = (state ^ memory.get(LONG, at)) * ODD;
            state ^= state >>> 29;
        }
        for (; at < bytes; at++) {
            state = (state ^ memory.get(ValueLayout.JAVA_BYTE, at)) * ODD;
            state ^= state >>> 29;
        }
        return mix(state);
    }

    /** SplitMix64's finaliser. */
    private static long mix(final long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
