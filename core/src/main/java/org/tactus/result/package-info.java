// SPDX-License-Identifier: Apache-2.0
/**
 * The results of a run or a simulation: for each task the measured responses beside the bound, and the conditions of both.
 *
 * <p>Comes in: counts and distributions from the rooms that measure. Leaves: immutable records, the table and {@code results.json}. All
 * times are nanoseconds.
 */
package org.tactus.result;
