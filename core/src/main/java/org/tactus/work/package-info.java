// SPDX-License-Identifier: Apache-2.0
/**
 * What a program gives the segments of its tasks: code of its own, networks, kernels of a GPU.
 *
 * <p>Comes in: functions and files of the embedding program. Leaves: a {@link org.tactus.work.Workload}, which the kernel prepares when it
 * is launched. The types of native libraries do not appear here.
 */
package org.tactus.work;
