// SPDX-License-Identifier: Apache-2.0
/**
 * ONNX graphs on their way to segments: loading, checking, generating, and cutting.
 *
 * <p>Comes in: an {@code .onnx} file or the name of a generated network, and a number of segments. Leaves: a
 * {@link org.tactus.internal.graph.CutChain} of models, or an {@link org.tactus.internal.graph.InvalidModelException} whose one line says
 * what the model holds that is not supported. Used while a model is prepared, never while one runs.
 */
package org.tactus.internal.graph;
