// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import org.tactus.analysis.Verdict;
import org.tactus.model.TaskSet;

/**
 * A choice of variants and what is known of it.
 *
 * @param chosen    for each task and segment the index of its variant
 * @param set       the set with these variants
 * @param verdict   of the tightest test on it
 * @param loss      sum of the accuracy losses of the chosen variants, percentage points
 * @param evaluated how many choices were analysed on the way
 */
public record LayerAllocation(int[][] chosen, TaskSet set, Verdict verdict, double loss, int evaluated) {
}
