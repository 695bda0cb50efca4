// SPDX-License-Identifier: Apache-2.0
/**
 * What the platform takes away: stall curves (the most that a core is stalled in any window of a length), learnt from traces of stalls,
 * held against later ones, drawn from for simulations, and watched during a run.
 *
 * <p>Comes in: when a core was stalled, in nanoseconds, and curves to compare with. Leaves: a {@link org.tactus.supply.StallCurve} that was
 * learnt, drawn stalls, and the windows in which a core was away for longer than its curve allows. Each class looks at one curve; which
 * one belongs to which core ({@link org.tactus.supply.CoreSupply}) its callers know. Theory and proofs stand in
 * {@code docs/proofs/schedulability.md}, section 9.
 */
package org.tactus.internal.supply;
