// SPDX-License-Identifier: Apache-2.0
/**
 * Runs kernels in PTX on the host, instruction by instruction, as NVIDIA's documentation of PTX describes them. The software GPU computes
 * with it what is no kernel of its own. It knows the instructions that our kernels use; another one is refused by its name.
 *
 * <p>It is made to find faults of kernels: registers and shared memory begin with garbage, warps run in a drawn order and as far as they
 * can, so that a barrier that is missing shows, and each access is held against what may be accessed and against its alignment.
 */
package org.tactus.bindings.cuda.ptx;
