// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import org.tactus.analysis.Verdict;
import org.tactus.internal.time.Durations;

/** What the approaches said about one task set, and how close simulation came to the bounds. Filled by one thread. */
final class Outcome {
    final boolean[] accepted;
    final long[] ratios;
    final double[] ratioSum;
    final double[] ratioMax;
    final long[] simulated;
    String violation = "";

    Outcome(final int approaches) {
        accepted = new boolean[approaches];
        ratios = new long[approaches];
        ratioSum = new double[approaches];
        ratioMax = new double[approaches];
        simulated = new long[approaches];
    }

    /** Records a simulation of an accepted set: largest responses beside the bounds. */
    void observe(final int approach, final Verdict verdict, final long[] largestNs, final boolean missed, final String what) {
        final long[] bounds = new long[verdict.tasks().size()];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = verdict.tasks().get(i).responseBoundNs();
        }
        observe(approach, bounds, largestNs, missed, what);
    }

    /** As above with bare bounds. */
    void observe(final int approach, final long[] bounds, final long[] largestNs, final boolean missed, final String what) {
        simulated[approach]++;
        if (missed) {
            violation = what + ": a deadline was missed in simulation of an accepted set";
        }
        for (int i = 0; i < bounds.length; i++) {
            final double ratio = (double) largestNs[i] / bounds[i];
            ratios[approach]++;
            ratioSum[approach] += ratio;
            ratioMax[approach] = Math.max(ratioMax[approach], ratio);
            if (largestNs[i] > bounds[i]) {
                violation = what + ": task " + i + " took " + Durations.exact(largestNs[i]) + ", its bound is "
                    + Durations.exact(bounds[i]);
            }
        }
    }
}
