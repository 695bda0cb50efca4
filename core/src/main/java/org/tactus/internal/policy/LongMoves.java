// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps moves that took longer than they are charged, the first {@value #KEPT} of a device, so that a run can name them. Written by the
 * dispatcher, read when it has ended. Allocation-free after construction.
 */
final class LongMoves {
    private static final int KEPT = 1_024;

    private final int[] slots = new int[KEPT];
    private final int[] generations = new int[KEPT];
    private final boolean[] in = new boolean[KEPT];
    private final long[] beganNs = new long[KEPT];
    private final long[] tookNs = new long[KEPT];
    private final long[] allowedNs = new long[KEPT];
    private int count;

    void add(final int slot, final int generation, final boolean brings, final long begin, final long took, final long allowed) {
        if (count < KEPT) {
            slots[count] = slot;
            generations[count] = generation;
            in[count] = brings;
            beganNs[count] = begin;
            tookNs[count] = took;
            allowedNs[count] = allowed;
            count++;
        }
    }

    List<SwapCounts.LongMove> all() {
        final List<SwapCounts.LongMove> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new SwapCounts.LongMove(slots[i], generations[i], in[i], beganNs[i], tookNs[i], allowedNs[i]));
        }
        return all;
    }
}
