/**
 * Models: loading, generating, quantising layer by layer, cutting into segments, and running the segments on memory of our own.
 *
 * <p>Comes in: an {@code .onnx} file or the name of a generated network, a number of segments, threads and cores. Leaves: a
 * {@link org.tactus.internal.network.SegmentedModel}, whose segments run one by one without allocating, or an
 * {@link org.tactus.internal.graph.InvalidModelException} with one line that says what the model holds that is not supported; or, with
 * samples, a {@link org.tactus.internal.quantise.Mixture} of layers on 8-bit integers and in floating point, whole or in segments. The
 * file format's classes are used while a model is prepared, never while one runs.
 */
package org.tactus.internal.graph;

import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.quantise.Mixture;
