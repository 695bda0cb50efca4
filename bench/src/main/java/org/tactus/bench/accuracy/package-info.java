// SPDX-License-Identifier: Apache-2.0
/**
 * What int8 costs in accuracy: images that the project draws itself, a small network trained on them, and its top-1 accuracy with any
 * mixture of layers on bytes.
 *
 * <p>Comes in: a seed, and for each layer whether it computes on bytes. Leaves: images and labels, for the trainer as files; numbers
 * of right answers. The network lies beside the classes; the program that trained it, and how, in {@code bench/accuracy}.
 */
package org.tactus.bench.accuracy;
