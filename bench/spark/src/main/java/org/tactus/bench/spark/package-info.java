// SPDX-License-Identifier: Apache-2.0
/**
 * Schedulability experiments on a Spark cluster.
 *
 * <p>Comes in: settings of an experiment. Leaves: the same files, byte for byte, as {@code tactus experiment schedulability} writes.
 */
package org.tactus.bench.spark;
