// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

/**
 * One executable of a compiled model.
 *
 * @param type                   what it does
 * @param token                  parameter caching token: equal ones were compiled together; 0 for none
 * @param parameterBytes         parameters that it holds: cached ones of {@link ExecutableType#PARAMETER_CACHING}, streamed ones otherwise
 * @param instructionBytes       instruction streams together
 * @param narrowBytesPerTile     activation memory in each tile
 * @param dmaParameterBytes      parameter bytes that its transfers name
 * @param inputBytes             input layers together, padded
 * @param outputBytes            output layers together, padded
 * @param estimatedCycles        the compiler's estimate; 0 in every file of the public compiler
 */
public record Executable(
    ExecutableType type, long token, long parameterBytes, long instructionBytes, int narrowBytesPerTile, long dmaParameterBytes,
    long inputBytes, long outputBytes, long estimatedCycles) {
}
