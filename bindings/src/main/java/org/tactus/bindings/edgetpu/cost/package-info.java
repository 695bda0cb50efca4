// SPDX-License-Identifier: Apache-2.0
/**
 * What an Edge TPU costs in time, and what its driver keeps in its memory: pure, for planners and simulators as well as for the
 * software device.
 *
 * <p>Comes in: sizes of compiled networks, a link. Leaves: nanoseconds ({@link org.tactus.bindings.edgetpu.cost.EdgeTpuCost}), bytes
 * to upload ({@link org.tactus.bindings.edgetpu.cost.ParameterCache}). No figure was measured by us on a device: each names its
 * source. Nothing here calls a library.
 */
package org.tactus.bindings.edgetpu.cost;
