// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import org.tactus.internal.time.SplitMix64;

/** A stream of {@link SplitMix64}: one word of state, the same numbers on every machine. Not thread-safe. */
final class SeededRandom {
    private long state;

    void seed(final long seed) {
        state = seed;
    }

    long next() {
        state += SplitMix64.GAMMA;
        return SplitMix64.mix(state);
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
        return SplitMix64.share(next());
    }
}
