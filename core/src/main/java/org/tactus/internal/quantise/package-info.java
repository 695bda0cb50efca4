// SPDX-License-Identifier: Apache-2.0
/**
 * Layers on 8-bit integers: ranges from samples, quantised weights, and mixtures of layers in int8 and in floating point.
 *
 * <p>Comes in: a model and samples of its inputs. Leaves: a {@link org.tactus.internal.quantise.Mixture}, whole or in segments, and the
 * layers with their ranges. Used while a model is prepared, never while one runs.
 */
package org.tactus.internal.quantise;
