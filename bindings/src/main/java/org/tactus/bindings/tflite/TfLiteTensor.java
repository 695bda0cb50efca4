// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import java.lang.foreign.MemorySegment;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * An input or output of an interpreter.
 *
 * @param info   its name, type and shape
 * @param memory the interpreter's own memory of it: dense, row-major, in the machine's byte order; valid until the interpreter is closed
 */
public record TfLiteTensor(TensorInfo info, MemorySegment memory) {
}
