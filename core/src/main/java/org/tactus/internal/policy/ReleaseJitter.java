// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.tactus.internal.time.SplitMix64;

/** Draws a job's release jitter: a pure function of the task's seed and the job's nominal release. */
final class ReleaseJitter {
    private ReleaseJitter() {
    }

    /** From 0 to {@code jitterNs}, both included. */
    static long drawNs(final long seed, final long nominalNs, final long jitterNs) {
        return jitterNs == 0 ? 0 : Long.remainderUnsigned(SplitMix64.mix((seed ^ nominalNs) + SplitMix64.GAMMA), jitterNs + 1);
    }
}
