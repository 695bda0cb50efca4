// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

/**
 * A tensor's way from one memory to another. Both addresses hold while the model is open.
 *
 * @param from        where it was made
 * @param to          where it is taken
 * @param fromAddress its address there
 * @param toAddress   its address here
 * @param bytes       its size
 */
public record Transfer(TensorMemory from, TensorMemory to, long fromAddress, long toAddress, long bytes) {
}
