// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * Where a segment may run in place of its own device: the same piece of the network, in fp32, on an accelerator that is idle.
 *
 * @param device index into {@link Platform#devices()}, never a CPU device
 * @param wcetNs worst-case execution time there, copies of its operands and its result included, nanoseconds
 */
public record Offer(int device, long wcetNs) {
}
