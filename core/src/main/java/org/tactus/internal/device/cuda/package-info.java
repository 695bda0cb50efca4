// SPDX-License-Identifier: Apache-2.0
/**
 * A GPU as a device: kernels and graphs as segments, a task's memory at addresses that never move, chunks moved by the copy engines.
 *
 * <p>Comes in: a CUDA driver, real or software, and what the task set says of the device. Leaves: completions that the dispatcher
 * polls from a word in pinned memory, and errors that stop one task. Where the GPU lacks a capability, another way takes its place and the
 * report names it.
 */
package org.tactus.internal.device.cuda;
