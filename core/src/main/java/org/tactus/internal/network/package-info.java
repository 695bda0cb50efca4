// SPDX-License-Identifier: Apache-2.0
/**
 * Networks that run: segments one by one on memory of ours, whatever library computes them.
 *
 * <p>Comes in: a chain of models and the memories of the devices.
 * Leaves: a {@link org.tactus.internal.network.SegmentChain}, whose segments run without allocating on the Java heap.
 */
package org.tactus.internal.network;
