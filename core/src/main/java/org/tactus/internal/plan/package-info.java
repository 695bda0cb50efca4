// SPDX-License-Identifier: Apache-2.0
/**
 * Offline optimisers: which device runs each layer, and how much of each task may be swapped out.
 *
 * <p>Comes in: layer costs, or a task set. Leaves: an allocation or a task set with volumes, and the verdict of the schedulability
 * test that accepted it. Everything is deterministic: the same input gives the same plan on every machine. Sizes are bytes, times
 * nanoseconds.
 */
package org.tactus.internal.plan;
