package org.tactus.sim;

/** SplitMix64: one word of state, the same numbers on every machine. Not thread-safe. */
final class SeededRandom {
    private long state;

    void seed(final long seed) {
        state = seed;
    }

    long next() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** Uniform from 0 to {@code most}, both included; the bias is below one in 2^32 for times below some seconds. */
    long upTo(final long most) {
        return most == 0 ? 0 : Long.remainderUnsigned(next(), most + 1);
    }

    boolean coin() {
        return next() < 0;
    }

    /** Uniform from 0, included, to 1, excluded. */
    double share() {
        return (next() >>> 11) * 0x1.0p-53;
    }
}
