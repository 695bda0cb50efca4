// SPDX-License-Identifier: Apache-2.0
/**
 * What a machine adds and how long segments take: calibration and profiling.
 *
 * <p>Comes in: a task set's networks, a network's layers, a GPU driver. Leaves: overheads, chunk costs and WCETs with their
 * quantiles, for the files of {@link org.tactus.format}. Measured by the code that a run uses, with the kernel's own threads.
 */
package org.tactus.internal.measure;
