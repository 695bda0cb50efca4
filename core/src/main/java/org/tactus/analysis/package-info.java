// SPDX-License-Identifier: Apache-2.0
/**
 * The answers of the analysis: whether a set is schedulable, a bound on each task's response, and the terms of each bound.
 *
 * <p>Comes in: nothing; these are the answers of the tests. Leaves: records to read. {@link org.tactus.Tactus#analyze} asks for them; the
 * tests themselves and their proofs' formulas lie in {@code org.tactus.internal.analysis}, the proofs in {@code docs/proofs}.
 */
package org.tactus.analysis;
