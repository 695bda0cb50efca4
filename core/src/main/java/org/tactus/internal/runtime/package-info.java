// SPDX-License-Identifier: Apache-2.0
/**
 * One run put together: admission by the analysis, kernel, devices, works, recorder and surroundings.
 *
 * <p>Comes in: a set, a factory of works, settings. Leaves: a running kernel and, at the end, its result. {@link org.tactus.Tactus} and the
 * command line drive it.
 */
package org.tactus.internal.runtime;
