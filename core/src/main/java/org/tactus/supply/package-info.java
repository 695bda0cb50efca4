/**
 * What the platform may take from a core: a {@link org.tactus.supply.StallCurve} says how long the core may be away in any window of a
 * length, and {@link org.tactus.supply.CoreSupply} which curve belongs to which core. Theory and proofs stand in
 * {@code docs/proofs/schedulability.md}, section 9.
 */
package org.tactus.supply;
