// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

/**
 * The counts of a device's copy engines.
 *
 * @param movesIn          operations that brought chunks in
 * @param movesOut         operations that took chunks out
 * @param chunksIn         chunks brought in
 * @param chunksOut        chunks taken out, dropped ones included
 * @param chunksDropped    chunks taken out without a copy
 * @param chunksBackground chunks that moved while no job waited for the copy engines
 * @param cancelled        operations that were ended early
 * @param busyNs           time during which chunks moved, nanoseconds
 * @param overruns         operations that took longer than the set says that their chunks can
 * @param largestShare     the largest share of its worst-case time that an operation took
 * @param mostUsedBytes    the most memory that was in use at once
 */
public record SwapResult(
    long movesIn, long movesOut, long chunksIn, long chunksOut, long chunksDropped, long chunksBackground, long cancelled, long busyNs,
    long overruns, double largestShare, long mostUsedBytes) {
}
