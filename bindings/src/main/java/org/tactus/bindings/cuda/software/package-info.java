// SPDX-License-Identifier: Apache-2.0
/**
 * A CUDA driver in this process, for machines without a GPU: the functions of the C header as upcall stubs, found by the same
 * lookup as NVIDIA's, so that nothing above the bindings knows which one answers.
 *
 * <p>Comes in: calls, and settings of what things cost. Leaves: memory that is really reserved, mapped, copied and computed on;
 * completions at the time that the model says, never before the bytes are there; and the status that NVIDIA's driver gives for a
 * misuse, sticky where it is sticky there. An access is checked against a table of ranges before anything is touched. After start-up
 * nothing here allocates on the Java heap.
 */
package org.tactus.bindings.cuda.software;
