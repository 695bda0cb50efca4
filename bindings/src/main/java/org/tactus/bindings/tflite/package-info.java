// SPDX-License-Identifier: Apache-2.0
/**
 * TensorFlow Lite through its C interface: the library, interpreters, tensors, invocations that allocate nothing.
 *
 * <p>Comes in: a model's bytes, a delegate. Leaves: the tensors' types, shapes and memory, results, and errors that hold the call's name
 * and the library's own text. Which library answers, the artefact's, the user's or the software Edge TPU's, only
 * {@link org.tactus.bindings.tflite.TfLite#library} tells. The order in which things must be deleted is kept here.
 */
package org.tactus.bindings.tflite;
