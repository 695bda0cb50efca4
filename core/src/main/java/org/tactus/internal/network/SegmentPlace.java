// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import org.tactus.bindings.onnxruntime.OnnxOptions;

/**
 * Where a segment computes.
 *
 * @param memory  where its tensors lie; segments of one device share it
 * @param options how its session computes
 */
public record SegmentPlace(TensorMemory memory, OnnxOptions options) {
}
