// SPDX-License-Identifier: Apache-2.0
/**
 * ONNX Runtime through its C interface: the library, sessions, and bound runs that allocate nothing.
 *
 * <p>Comes in: a model's bytes, options, addresses of off-heap memory. Leaves: the tensors' types and shapes as the runtime
 * reports them, runs, and errors that hold the call's name and the library's own text.
 */
package org.tactus.bindings.onnxruntime;
