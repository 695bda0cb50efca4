// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import org.tactus.internal.graph.CutChain;

/**
 * A form of a segment that may stand in for it in any run.
 *
 * @param segment index of the segment
 * @param part    reads and writes the same tensors
 * @param place   where it computes
 */
public record Substitute(int segment, CutChain.Part part, SegmentPlace place) {
}
