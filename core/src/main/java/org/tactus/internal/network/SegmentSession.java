// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.tactus.bindings.onnxruntime.OnnxSession;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.OnnxModel;

/**
 * What computes one segment on bound memory, such as a session of ONNX Runtime. Made, bound and closed by a control thread; {@link #run} is
 * called by one thread at a time and allocates nothing; {@link #terminate} and {@link #resume} may be called by any thread meanwhile.
 */
public interface SegmentSession extends AutoCloseable {
    /** Opens a segment in the memory of its device. */
    interface Opener {
        /**
         * Opens a segment. Takes as long as compiling it takes.
         *
         * @param segment which, or the number of segments and which of their substitutes
         * @param part    its model
         * @param memory  where its tensors lie, and its weights
         * @return the session; its inputs and outputs are bound next
         * @throws org.tactus.internal.graph.InvalidModelException for a segment that cannot be computed there
         */
        SegmentSession open(int segment, OnnxModel part, TensorMemory memory);
    }

    /**
     * Tensors that it takes.
     *
     * @return in the segment's order
     */
    List<TensorInfo> inputs();

    /**
     * Tensors that it gives.
     *
     * @return in the segment's order
     */
    List<TensorInfo> outputs();

    /**
     * Says where an input lies.
     *
     * @param info   the input
     * @param memory its memory from now on
     */
    void bindInput(TensorInfo info, MemorySegment memory);

    /**
     * Says where an output goes.
     *
     * @param info   the output
     * @param memory its memory from now on
     */
    void bindOutput(TensorInfo info, MemorySegment memory);

    /** Computes the outputs of the inputs, or queues that in the device's stream. */
    void run();

    /** Makes the current run, and every later one, end early with an error, where that can be done. */
    void terminate();

    /** Lets runs go on after {@link #terminate}. */
    void resume();

    @Override
    void close();

    /**
     * A session of ONNX Runtime.
     *
     * @param session the session
     * @param memory  where its tensors lie
     */
    record OfRuntime(OnnxSession session, TensorMemory memory) implements SegmentSession {
        @Override
        public List<TensorInfo> inputs() {
            return session.inputs();
        }

        @Override
        public List<TensorInfo> outputs() {
            return session.outputs();
        }

        @Override
        public void bindInput(final TensorInfo info, final MemorySegment at) {
            session.bindInput(info, memory.asComputedOn(at));
        }

        @Override
        public void bindOutput(final TensorInfo info, final MemorySegment at) {
            session.bindOutput(info, memory.asComputedOn(at));
        }

        @Override
        public void run() {
            session.run();
        }

        @Override
        public void terminate() {
            session.terminate();
        }

        @Override
        public void resume() {
            session.resume();
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
