// SPDX-License-Identifier: Apache-2.0
/**
 * Measurements that need several threads and several processes: the hand-over between two dispatchers beside its alternatives.
 *
 * <p>Comes in: numbers of forks and rounds. Leaves: medians and ranges, taken interleaved in one run.
 */
package org.tactus.bench.latency;
