// SPDX-License-Identifier: Apache-2.0
/**
 * What a run or a simulation showed: for each task what was measured beside what was promised, and the conditions of both.
 *
 * <p>Comes in: counts and distributions from the rooms that measure. Leaves: immutable records, the table and {@code results.json}. All
 * times are nanoseconds.
 */
package org.tactus.result;
