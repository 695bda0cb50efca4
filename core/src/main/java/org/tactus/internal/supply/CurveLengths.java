package org.tactus.internal.supply;

import java.util.TreeSet;
import org.tactus.supply.CombinedCurve;
import org.tactus.supply.StallCurve;
import org.tactus.supply.StepCurve;

/** The window lengths at which a curve steps: who keeps to it at these, keeps to it everywhere. */
final class CurveLengths {
    private static final int MOST_REPEATS = 1 << 12;

    private CurveLengths() {
    }

    /**
     * Finds them. A measured curve beyond its horizon allows what its parts allow, so its steps are all.
     *
     * @param curve  any
     * @param spanNs longer windows are of no interest, nanoseconds
     * @return rising, each at most the span; the span itself for what steps beyond it
     */
    static long[] of(final StallCurve curve, final long spanNs) {
        final TreeSet<Long> lengths = new TreeSet<>();
        collect(curve, spanNs, lengths, false);
        if (lengths.isEmpty()) {
            lengths.add(spanNs); // nothing may be taken, in whatever window
        }
        return lengths.stream().mapToLong(Long::longValue).toArray();
    }

    /** The sum of two that are not negative; the largest long where it does not fit. */
    static long add(final long a, final long b) {
        final long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private static void collect(final StallCurve curve, final long spanNs, final TreeSet<Long> lengths, final boolean repeated) {
        switch (curve) {
            case CombinedCurve several -> several.parts().forEach(part -> collect(part, spanNs, lengths, true));
            case StepCurve steps -> {
                for (int i = 0; i < steps.steps(); i++) {
                    long length = steps.windowNs(i);
                    lengths.add(Math.min(spanNs, length));
                    for (int k = 0; (repeated || !steps.isMeasured()) && k < MOST_REPEATS && length < spanNs; k++) {
                        length = add(length, steps.tailPeriodNs());
                        lengths.add(Math.min(spanNs, length));
                    }
                }
            }
        }
    }
}
