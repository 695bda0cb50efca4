// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * A block of a network's layers as it runs on an Edge TPU: the grain in which parameters become resident.
 *
 * @param cutBefore        whether the network may be cut before this block
 * @param residentBytes    parameter memory that it takes when resident
 * @param streamedBytes    what is sent at every invocation when it is not; may be more, the compiler lays it out differently
 * @param instructionBytes what is sent at every invocation in any case
 * @param executeNs        time of the computation alone, nanoseconds
 * @param inputBytes       activations that come in; they travel only when the network is cut here
 * @param outputBytes      activations that leave; they travel only when the network is cut behind
 */
public record ModelBlock(
    boolean cutBefore, long residentBytes, long streamedBytes, long instructionBytes, long executeNs, long inputBytes, long outputBytes) {
}
