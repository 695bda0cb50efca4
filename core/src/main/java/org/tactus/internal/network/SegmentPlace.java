// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.util.Optional;
import org.tactus.bindings.onnxruntime.OnnxOptions;

/**
 * Where a segment computes.
 *
 * @param memory  where its tensors lie; segments of one device share it
 * @param options how its session of ONNX Runtime computes
 * @param opener  what opens it in place of ONNX Runtime; empty where that computes it
 */
public record SegmentPlace(TensorMemory memory, OnnxOptions options, Optional<SegmentSession.Opener> opener) {
    /**
     * A place where ONNX Runtime computes.
     *
     * @param memory  where its tensors lie
     * @param options how its session computes
     */
    public SegmentPlace(final TensorMemory memory, final OnnxOptions options) {
        this(memory, options, Optional.empty());
    }
}
