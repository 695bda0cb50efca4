package org.tactus.plan;

import org.tactus.analysis.Verdict;

/**
 * What the allocator found.
 *
 * @param onCpu     for each task and layer, whether it runs on the CPU
 * @param verdict   of {@code chain-fp} on it
 * @param loss      sum of the accuracy losses of the layers on the CPU
 * @param evaluated how many allocations were analysed on the way
 */
public record LayerAllocation(boolean[][] onCpu, Verdict verdict, double loss, int evaluated) {
}
