// SPDX-License-Identifier: Apache-2.0
/**
 * Offers of jobs to a second machine, off the hot path: messages, the thread that sends offers and takes answers, round trips.
 *
 * <p>Comes in: tensors of a port, and messages of a {@link org.tactus.internal.remote.PeerLink}, which another module implements. Leaves:
 * answers, handed to an {@link org.tactus.internal.policy.OfferLedger}. No dispatcher waits for anything here: what this package does not
 * do in time, a fallback does.
 */
package org.tactus.internal.remote;
