// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * The same piece of a network on an accelerator, in fp32: where a segment may run instead when that device is idle.
 *
 * @param device index into {@link Platform#devices()}, never a CPU device
 * @param wcetNs worst-case execution time there, copies of its operands and its result included, nanoseconds
 */
public record Offer(int device, long wcetNs) {
}
