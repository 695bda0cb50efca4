// SPDX-License-Identifier: Apache-2.0
/**
 * One network at a time, without a schedule: {@code infer}, {@code inspect} and {@code quantize}.
 *
 * <p>Comes in: a file of a network, or the name of a generated one, and tensors. Leaves: answers, what the file holds, another network.
 */
package org.tactus.cli.network;
