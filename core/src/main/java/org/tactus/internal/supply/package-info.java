/**
 * What the platform takes away: stall curves (the most that a core is stalled in any window of a length), learnt from traces of stalls,
 * held against later ones, drawn from for simulations, and watched during a run.
 *
 * <p>Comes in: instants and lengths in nanoseconds. Leaves: {@link org.tactus.supply.StallCurve}, which analyses add to a window's work,
 * and {@link org.tactus.supply.CoreSupply}, which curve belongs to which core. Theory and proofs stand in
 * {@code docs/proofs/schedulability.md}, section 9.
 */
package org.tactus.internal.supply;
