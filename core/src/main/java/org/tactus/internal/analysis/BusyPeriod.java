// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

/** How long a device can be busy without a break. Formula in {@code docs/proofs/schedulability.md}, section 6. */
final class BusyPeriod {
    /** No bound, or none that was found. */
    static final long INFINITE = Long.MAX_VALUE;
    private static final long MOST_STEPS = 1 << 20;

    private BusyPeriod() {
    }

    /** Whether the tasks and the platform together ask for more than all of the device's time. */
    static boolean neverEnds(final DeviceModel model) {
        return ProcessorDemand.exceedsAllTime(model.period, model.cost, model.stalled().rate());
    }

    /**
     * Least fixed point of S(x) + B + sum ceil((x + J_k) / T_k) C_k, B what a best-effort task blocks; {@link #INFINITE} when the guard
     * stops the search.
     */
    static long longestNs(final DeviceModel model) {
        if (neverEnds(model)) {
            return INFINITE;
        }
        final StallTime stalled = model.stalled();
        final long blocked = model.preemptive ? model.alwaysMarkedNs : model.alwaysNs;
        long x = Saturating.add(stalled.of(0), blocked);
        for (int k = 0; k < model.tasks; k++) {
            x = Saturating.add(x, model.cost[k]);
        }
        for (long steps = MOST_STEPS; steps > 0; steps--) {
            long next = Saturating.add(stalled.of(x), blocked);
            for (int k = 0; k < model.tasks; k++) {
                next = Saturating.add(next,
                    Saturating.multiply(Saturating.ceilDivide(x + model.jitter[k], model.period[k]), model.cost[k]));
            }
            if (next == x) {
                return x;
            }
            if (next > Long.MAX_VALUE / 8) {
                return INFINITE;
            }
            x = next;
        }
        return INFINITE;
    }
}
