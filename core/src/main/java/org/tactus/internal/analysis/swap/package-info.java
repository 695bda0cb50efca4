// SPDX-License-Identifier: Apache-2.0
/**
 * Schedulability of jobs whose memory is swapped in and out of one device.
 *
 * <p>Comes in: a {@link org.tactus.model.TaskSet} of one-segment tasks on one device with
 * {@link org.tactus.model.DeviceMemory}. Leaves: a {@link org.tactus.analysis.Verdict}, memory conditions included. Everything here is
 * immutable or lives in one call; times are nanoseconds, sizes bytes, sums saturate.
 *
 * <p>The three protocols, the six tests, what each overhead is charged to, and the proofs of what is ours stand in
 * {@code docs/proofs/swapping.md}.
 */
package org.tactus.internal.analysis.swap;
