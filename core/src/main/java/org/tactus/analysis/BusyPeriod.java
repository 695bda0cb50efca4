package org.tactus.analysis;

import java.math.BigInteger;

/** How long a device can be busy without a break, and whether it can be so for ever. Formulas in {@code analysis.md}, section 6. */
final class BusyPeriod {
    /** No bound, or none that was found. */
    static final long INFINITE = Long.MAX_VALUE;
    private static final long MOST_STEPS = 1 << 20;
    /** Closer to all of the device's time than this, rounding could hide on which side the load is. */
    private static final double NEAR = 1e-9;

    private BusyPeriod() {
    }

    /** Least fixed point of S + sum ceil((x + J_k) / T_k) C_k; {@link #INFINITE} when the guard stops the search. */
    static long longestNs(final DeviceModel model) {
        if (exceedsAllTime(model)) {
            return INFINITE;
        }
        long x = model.stall;
        for (int k = 0; k < model.tasks; k++) {
            x = Saturating.add(x, model.cost[k]);
        }
        for (long steps = MOST_STEPS; steps > 0; steps--) {
            long next = model.stall;
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

    /** Whether more is asked for than all of the device's time: exactly, by fractions where a double could not tell. */
    static boolean exceedsAllTime(final DeviceModel model) {
        final double load = model.load(model.tasks - 1);
        if (Math.abs(load - 1) > NEAR) {
            return load > 1;
        }
        BigInteger above = BigInteger.ZERO;
        BigInteger below = BigInteger.ONE;
        for (int k = 0; k < model.tasks; k++) {
            final BigInteger period = BigInteger.valueOf(model.period[k]);
            above = above.multiply(period).add(BigInteger.valueOf(model.cost[k]).multiply(below));
            below = below.multiply(period);
            final BigInteger shared = above.gcd(below);
            if (shared.signum() > 0) {
                above = above.divide(shared);
                below = below.divide(shared);
            }
        }
        return above.compareTo(below) > 0;
    }
}
