package org.tactus.policy;

/** Draws a job's release jitter: a pure function of the task's seed and the job's nominal release. */
final class ReleaseJitter {
    private ReleaseJitter() {
    }

    /** From 0 to {@code jitterNs}, both included. */
    static long drawNs(final long seed, final long nominalNs, final long jitterNs) {
        return jitterNs == 0 ? 0 : Long.remainderUnsigned(mix(seed ^ nominalNs), jitterNs + 1);
    }

    /** SplitMix64's finaliser: spreads a counter over all 64 bits. */
    private static long mix(final long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
